/* SPDX-License-Identifier: MIT
 *
 * sip: SipHash-2-4 with 128 bits (Aumasson, Bernstein), a keyed digest.
 * Layer: base (pure).  Without the key nobody can tell which bytes a digest is
 * of, nor find others with the same one: unlike base/hash, which only spreads
 * well, it may stand for a secret.
 */
#ifndef ETAGD_BASE_SIP_H
#define ETAGD_BASE_SIP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

struct sip {
    uint64_t word[2];
};

/* The digest of the eight bytes of `first` (lowest first) and of s. */
struct sip sip_of(const uint64_t key[2], uint64_t first, struct span s);

/* In a time that does not depend on where they differ. */
static inline bool sip_eq(const struct sip *a, const struct sip *b)
{
    return ((a->word[0] ^ b->word[0]) | (a->word[1] ^ b->word[1])) == 0;
}

#endif
