/* SPDX-License-Identifier: MIT
 *
 * utf8: tells whether bytes are UTF-8, piece by piece (RFC 3629, section 4).
 * Layer: http (pure).  Over-long forms, surrogates and code points above
 * U+10FFFF are invalid.
 */
#ifndef ETAGD_HTTP_UTF8_H
#define ETAGD_HTTP_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "http/media.h"

struct utf8 {
    bool bad, high, escape;  /* not UTF-8; a byte above 127; an ESC */
    uint8_t mark[4], n_mark; /* the first bytes */
    bool odd;                /* number of bytes so far */
    uint8_t left;            /* continuation bytes that are still to come */
    uint8_t low, top;        /* bounds of the next one */
};

void utf8_start(struct utf8 *u);
void utf8_add(struct utf8 *u, const char *p, size_t n);

/* Valid so far; a sequence may be cut at the end. */
static inline bool utf8_prefix_ok(const struct utf8 *u)
{
    return !u->bad;
}

/* Bytes of the UTF-8 sequence at p (n > 0 of them); 0: it is none. */
size_t utf8_sequence(const unsigned char *p, size_t n);

/* At most max bytes of s, and no part of a character at the end; what is no
 * UTF-8 anyway is cut where it may. */
struct span utf8_cut(struct span s, size_t max);

/* What media_settle() may make of the bytes: of all, if `whole`. */
enum media_bytes utf8_bytes(const struct utf8 *u, bool whole);

/* Valid as a whole. */
static inline bool utf8_whole_ok(const struct utf8 *u)
{
    return !u->bad && u->left == 0;
}

#endif
