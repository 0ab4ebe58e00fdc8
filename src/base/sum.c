/* SPDX-License-Identifier: MIT
 *
 * sum: four chains of multiplications side by side, folded into one.
 * Layer: base (pure).  A multiplication of 64 by 64 bits spreads each bit over
 * 128; both halves are kept, and each step takes in the one before, so that the
 * place of a byte counts as well.
 */
#include "base/sum.h"

#include <string.h>

#include "base/hash.h"

#define LANES 4
#define STRIDE (LANES * 16)

/* Odd, half of their bits set, none like another. */
static const uint64_t keys[LANES] = { 0xa0761d6478bd642fu, 0xe7037ed1a0b428dbu,
                                      0x8ebc6af09c88c6e3u,
                                      0x589965cc75374cc3u };

static void stride(uint64_t s[LANES], const char *p)
{
    for (int i = 0; i < LANES; i++)
        s[i] = hash_fold(hash_word(p + 16 * i, 8) ^ keys[i],
                         hash_word(p + 16 * i + 8, 8) ^ s[i]);
}

uint64_t sum_of(const char *p, size_t n)
{
    uint64_t s[LANES] = { keys[1], keys[2], keys[3], keys[0] };
    char rest[STRIDE] = { 0 };
    size_t left = n;

    for (; left >= STRIDE; p += STRIDE, left -= STRIDE)
        stride(s, p);
    if (left > 0) {
        memcpy(rest, p, left);
        stride(s, rest);
    }
    uint64_t all = n ^ keys[0];
    for (int i = 0; i < LANES; i++)
        all = hash_fold(all ^ s[i], keys[i] ^ (s[i] >> 32 | s[i] << 32));
    return all;
}
