/* SPDX-License-Identifier: MIT
 *
 * sum: four chains of multiplications side by side, folded into one.
 * Layer: base (pure).  A multiplication of 64 by 64 bits spreads each bit over
 * 128; both halves are kept, and each step takes in the one before, so that the
 * place of a byte counts as well.
 */
#include "base/sum.h"

#include <string.h>

#define LANES 4
#define STRIDE (LANES * 16)

/* Odd, half of their bits set, none like another. */
static const uint64_t keys[LANES] = { 0xa0761d6478bd642fu, 0xe7037ed1a0b428dbu,
                                      0x8ebc6af09c88c6e3u,
                                      0x589965cc75374cc3u };

static uint64_t mix(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
    __extension__ unsigned __int128 m = (unsigned __int128)a * b;
    return (uint64_t)m ^ (uint64_t)(m >> 64);
#else
    uint64_t al = (uint32_t)a, ah = a >> 32, bl = (uint32_t)b, bh = b >> 32;
    uint64_t low = al * bl, one = ah * bl + (low >> 32);
    uint64_t two = al * bh + (uint32_t)one;
    return a * b ^ (ah * bh + (one >> 32) + (two >> 32));
#endif
}

static uint64_t word(const char *p)
{
    uint64_t v;

    memcpy(&v, p, sizeof v);
    return v;
}

static void stride(uint64_t s[LANES], const char *p)
{
    for (int i = 0; i < LANES; i++)
        s[i] = mix(word(p + 16 * i) ^ keys[i], word(p + 16 * i + 8) ^ s[i]);
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
        all = mix(all ^ s[i], keys[i] ^ (s[i] >> 32 | s[i] << 32));
    return all;
}
