/* SPDX-License-Identifier: MIT
 *
 * suggest: "did you mean ...?": the nearest of some words.
 * Layer: base.  Pure.  Optimal string alignment distance over three rows.
 */
#include "base/suggest.h"

#include <stdint.h>

#include "base/chars.h"

#define WORD_BYTES 63

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t suggest_distance(struct span a, struct span b, size_t limit)
{
    size_t rows[3][WORD_BYTES + 1] = { { 0 } };
    size_t *before = rows[0], *last = rows[1], *now = rows[2];
    size_t nearest = 0, nearest_last;

    if (a.n > WORD_BYTES || b.n > WORD_BYTES ||
        (a.n > b.n ? a.n - b.n : b.n - a.n) >= limit)
        return SIZE_MAX;
    for (size_t j = 0; j <= b.n; j++)
        last[j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        char x = chars_lower(a.p[i - 1]);
        nearest_last = nearest;
        nearest = now[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            char y = chars_lower(b.p[j - 1]);
            size_t d = last[j - 1] + (x != y);
            d = least(d, least(last[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && x == chars_lower(b.p[j - 2]) &&
                y == chars_lower(a.p[i - 2]))
                d = least(d, before[j - 2] + 1);
            now[j] = d;
            nearest = least(nearest, d);
        }
        /* what follows is made of these two rows and never less */
        if (nearest >= limit && nearest_last + 1 >= limit)
            return SIZE_MAX;
        size_t *spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[b.n] < limit ? last[b.n] : SIZE_MAX;
}

struct suggest suggest_for(struct span word)
{
    /* a third of the word, and at least one letter, may be wrong */
    size_t farthest = word.n / 3 > 1 ? word.n / 3 : 1;

    return (struct suggest){ word, NULL, farthest + 1 };
}

void suggest_offer(struct suggest *s, const char *candidate)
{
    struct span c = span_str(candidate);
    size_t d = suggest_distance(s->word, c, s->distance);

    /* one of two words begins the other: "worker", "buffer-size" */
    if (s->word.n >= 4 && c.n >= 4 && s->word.n <= WORD_BYTES &&
        c.n <= WORD_BYTES &&
        (span_starts(c, s->word) || span_starts(s->word, c)))
        d = least(d, 2);
    if (d < s->distance) {
        s->best = candidate;
        s->distance = d;
    }
}
