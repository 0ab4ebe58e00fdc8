/* SPDX-License-Identifier: MIT
 *
 * utf8: tells whether bytes are UTF-8, piece by piece (RFC 3629, section 4).
 * Layer: prepare (pure).  Over-long forms, surrogates and code points above
 * U+10FFFF are invalid.
 */
#ifndef ETAGD_PREPARE_UTF8_H
#define ETAGD_PREPARE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct utf8 {
    bool bad;
    uint8_t left;      /* continuation bytes that are still to come */
    uint8_t low, high; /* bounds of the next one */
};

void utf8_start(struct utf8 *u);
void utf8_add(struct utf8 *u, const char *p, size_t n);

/* Valid so far; a sequence may be cut at the end. */
static inline bool utf8_prefix_ok(const struct utf8 *u)
{
    return !u->bad;
}

/* Valid as a whole. */
static inline bool utf8_whole_ok(const struct utf8 *u)
{
    return !u->bad && u->left == 0;
}

#endif
