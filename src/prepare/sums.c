/* SPDX-License-Identifier: MIT
 *
 * sums: an array that fills up while a file is read.
 * Layer: prepare.
 */
#include "prepare/sums.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/sum.h"

void sums_start(struct sums *s, struct sums_room *room, uint64_t file_bytes)
{
    uint64_t bytes = sum_blocks(file_bytes) * sizeof s->block[0];

    *s = (struct sums){ NULL, 0 };
    if (bytes == 0 || bytes > room->most - room->used)
        return;
    s->block = calloc(1, (size_t)bytes);
    if (!s->block)
        return;
    s->bytes = (size_t)bytes;
    room->used += s->bytes;
}

void sums_add(struct sums *s, uint64_t at, const char *p, size_t n)
{
    if (s->bytes == 0)
        return;
    CHECK(at % SUM_BLOCK == 0);
    CHECK(sum_blocks(at + n) * sizeof s->block[0] <= s->bytes);
    for (uint64_t *to = &s->block[at / SUM_BLOCK]; n > 0; to++) {
        size_t step = n < SUM_BLOCK ? n : SUM_BLOCK;
        *to = sum_of(p, step);
        p += step;
        n -= step;
    }
}

void sums_end(struct sums *s, struct sums_room *room)
{
    free(s->block);
    room->used -= s->bytes;
    *s = (struct sums){ NULL, 0 };
}
