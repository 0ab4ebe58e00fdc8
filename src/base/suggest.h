/* SPDX-License-Identifier: MIT
 *
 * suggest: "did you mean ...?": the nearest of some words.
 * Layer: base.  Pure; owns nothing.
 */
#ifndef ETAGD_BASE_SUGGEST_H
#define ETAGD_BASE_SUGGEST_H

#include <stddef.h>

#include "base/span.h"

struct suggest {
    struct span word;
    const char *best; /* NULL: nothing is near */
    size_t distance;
};

struct suggest suggest_for(struct span word);
void suggest_offer(struct suggest *s, const char *candidate);

/* Edits (insert, remove, replace, swap of neighbours; case is free) between
 * two words; SIZE_MAX when they are not fewer than `limit`, or one of the words
 * is longer than 63 bytes. */
size_t suggest_distance(struct span a, struct span b, size_t limit);

#endif
