/* SPDX-License-Identifier: MIT
 *
 * sip: SipHash-2-4 with 128 bits, as its authors' reference has it.
 * Layer: base (pure).
 */
#include "base/sip.h"

struct state {
    uint64_t v0, v1, v2, v3;
};

static uint64_t turned(uint64_t v, unsigned bits)
{
    return v << bits | v >> (64 - bits);
}

static void rounds(struct state *s, int n)
{
    for (; n > 0; n--) {
        s->v0 += s->v1;
        s->v1 = turned(s->v1, 13) ^ s->v0;
        s->v0 = turned(s->v0, 32);
        s->v2 += s->v3;
        s->v3 = turned(s->v3, 16) ^ s->v2;
        s->v0 += s->v3;
        s->v3 = turned(s->v3, 21) ^ s->v0;
        s->v2 += s->v1;
        s->v1 = turned(s->v1, 17) ^ s->v2;
        s->v2 = turned(s->v2, 32);
    }
}

static void take(struct state *s, uint64_t word)
{
    s->v3 ^= word;
    rounds(s, 2);
    s->v0 ^= word;
}

/* Up to eight bytes, lowest first on every processor. */
static uint64_t word_of(const char *p, size_t n)
{
    uint64_t word = 0;

    for (size_t i = 0; i < n; i++)
        word |= (uint64_t)(unsigned char)p[i] << (8 * i);
    return word;
}

static uint64_t sum(const struct state *s)
{
    return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

struct sip sip_of(const uint64_t key[2], uint64_t first, struct span s)
{
    struct state t = { key[0] ^ 0x736f6d6570736575u,
                       key[1] ^ 0x646f72616e646f6du ^ 0xee,
                       key[0] ^ 0x6c7967656e657261u,
                       key[1] ^ 0x7465646279746573u };
    uint64_t bytes = s.n + 8;
    struct sip out;

    take(&t, first);
    for (; s.n >= 8; s = span_from(s, 8))
        take(&t, word_of(s.p, 8));
    take(&t, bytes << 56 | word_of(s.p, s.n));
    t.v2 ^= 0xee;
    rounds(&t, 4);
    out.word[0] = sum(&t);
    t.v1 ^= 0xdd;
    rounds(&t, 4);
    out.word[1] = sum(&t);
    return out;
}
