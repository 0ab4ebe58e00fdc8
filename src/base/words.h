/* SPDX-License-Identifier: MIT
 *
 * words: what is said of many things alike, kept once.
 * Layer: base.  Runs of bytes by their value: types, caching fields.  Whoever
 * keeps one finds it unchanged until it lets go of it.
 */
#ifndef ETAGD_BASE_WORDS_H
#define ETAGD_BASE_WORDS_H

#include <stddef.h>
#include <stdint.h>

struct word_kept;

#define WORDS_BUCKETS 64 /* types and rules there are few of */

struct words {
    struct word_kept *bucket[WORDS_BUCKETS];
    size_t n;
};

/* The one copy of these bytes, with a NUL behind it; NULL: no memory. */
const void *words_keep(struct words *w, const void *p, size_t n);

/* p: from words_keep(), as often as it was given. */
void words_drop(struct words *w, const void *p);

/* Nobody keeps any. */
void words_end(const struct words *w);

#endif
