/* SPDX-License-Identifier: MIT
 *
 * slots: a bit for each place.
 * Layer: base.
 * Heap: at the start.
 */
#include "base/slots.h"

#include <stdlib.h>

#include "base/check.h"

#define BITS ((size_t)64)

/* Those behind the last place are taken for good. */
bool slots_init(struct slots *s, size_t n)
{
    size_t words = (n + BITS - 1) / BITS;

    CHECK(n > 0);
    *s = (struct slots){ .taken = calloc(words, sizeof s->taken[0]), .n = n };
    if (s->taken && n % BITS)
        s->taken[words - 1] = UINT64_MAX << n % BITS;
    return s->taken != NULL;
}

void slots_end(struct slots *s)
{
    free(s->taken);
    s->taken = NULL;
}

size_t slots_take(struct slots *s)
{
    while (s->taken[s->low] == UINT64_MAX) {
        s->low++;
        CHECK(s->low * BITS < s->n);
    }
    unsigned bit = (unsigned)__builtin_ctzll(~s->taken[s->low]);
    s->used++;
    if (s->used > s->peak)
        s->peak = s->used;
    s->taken[s->low] |= UINT64_C(1) << bit;
    return s->low * BITS + bit;
}

void slots_leave(struct slots *s, size_t at)
{
    uint64_t bit = UINT64_C(1) << at % BITS;

    CHECK(at < s->n && (s->taken[at / BITS] & bit));
    s->used--;
    s->taken[at / BITS] &= ~bit;
    if (at / BITS < s->low)
        s->low = at / BITS;
}

/* The first place from `at` on that is taken, or that is not; n: none is. */
static size_t next(const struct slots *s, size_t at, bool taken)
{
    const uint64_t flip = taken ? 0 : UINT64_MAX;

    while (at < s->n) {
        uint64_t left = (s->taken[at / BITS] ^ flip) >> at % BITS;
        if (left)
            at += (unsigned)__builtin_ctzll(left);
        if (left)
            break;
        at = (at / BITS + 1) * BITS;
    }
    return at < s->n ? at : s->n;
}

size_t slots_free_run(const struct slots *s, size_t from, size_t *end)
{
    size_t at = next(s, from, false);

    *end = next(s, at, true);
    return at;
}
