/* SPDX-License-Identifier: MIT
 *
 * hash: the one mix of all hash tables.
 * Layer: base (pure).  A multiplication of 64 by 64 bits spreads each bit over
 * 128, and both halves are kept.  Against people who choose what is hashed
 * (paths, addresses, times of files) tables begin with a seed that nobody
 * outside knows.
 */
#ifndef ETAGD_BASE_HASH_H
#define ETAGD_BASE_HASH_H

#include <stdint.h>
#include <string.h>

#include "base/span.h"

#define HASH_KEY UINT64_C(0x9e3779b97f4a7c15) /* 2^64 / golden ratio */

/* The same without a type of 128 bits, as for processors of 32. */
static inline uint64_t hash_fold_halves(uint64_t a, uint64_t b)
{
    uint64_t al = (uint32_t)a, ah = a >> 32, bl = (uint32_t)b, bh = b >> 32;
    uint64_t low = al * bl, one = ah * bl + (low >> 32);
    uint64_t two = al * bh + (uint32_t)one;

    return a * b ^ (ah * bh + (one >> 32) + (two >> 32));
}

/* The upper half of a product, laid over the lower one. */
static inline uint64_t hash_fold(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
    __extension__ unsigned __int128 m = (unsigned __int128)a * b;

    return (uint64_t)m ^ (uint64_t)(m >> 64);
#else
    return hash_fold_halves(a, b);
#endif
}

static inline uint64_t hash_mix(uint64_t h, uint64_t v)
{
    return hash_fold(h ^ v, HASH_KEY);
}

static inline uint64_t hash_word(const char *p, size_t n)
{
    uint64_t word = 0;

    memcpy(&word, p, n);
    return word;
}

/* Eight bytes at a time; the last word overlaps the one before. */
static inline uint64_t hash_span(uint64_t seed, struct span s)
{
    uint64_t h = seed ^ s.n;

    for (size_t at = 0; at < s.n; at += 8) {
        uint64_t word =
            s.n < 8 ? hash_word(s.p, s.n)
                    : hash_word(s.p + (at + 8 <= s.n ? at : s.n - 8), 8);
        h = hash_mix(h, word) ^ seed;
    }
    return h ^ (h >> 29);
}

#endif
