/* SPDX-License-Identifier: MIT
 *
 * arena: memory that is freed as a whole.
 * Layer: conf.  Owns a chain of malloc'ed blocks.
 */
#include "conf/arena.h"

#include <stdlib.h>

#include "base/check.h"

struct arena_block {
    struct arena_block *next;
    _Alignas(max_align_t) char bytes[];
};

void *arena_alloc(struct arena *a, size_t bytes)
{
    struct arena_block *b = calloc(1, sizeof *b + bytes);

    CHECK(b != NULL);
    b->next = a->blocks;
    a->blocks = b;
    return b->bytes;
}

char *arena_text(struct arena *a, struct span s)
{
    char *copy = arena_alloc(a, s.n + 1);

    if (s.n)
        memcpy(copy, s.p, s.n);
    return copy;
}

void *arena_more(struct arena *a, void *array, size_t n, size_t element_bytes)
{
    /* full at 0, 1, 2, 4, 8, ... elements */
    if ((n & (n - 1)) == 0) {
        void *moved = arena_alloc(a, (n ? 2 * n : 1) * element_bytes);
        if (n)
            memcpy(moved, array, n * element_bytes);
        array = moved;
    }
    memset((char *)array + n * element_bytes, 0, element_bytes);
    return array;
}

void arena_free(struct arena *a)
{
    while (a->blocks) {
        struct arena_block *next = a->blocks->next;
        free(a->blocks);
        a->blocks = next;
    }
}
