/* SPDX-License-Identifier: MIT
 *
 * arena: memory that is freed as a whole.
 * Layer: conf.  Each allocation is a block of its own in one chain, so that an
 * overrun meets the sanitizer and no path of the loader can leak.  Running out
 * of memory is a failed CHECK: a configuration needs some kilobytes.
 */
#ifndef ETAGD_CONF_ARENA_H
#define ETAGD_CONF_ARENA_H

#include <stddef.h>

#include "base/span.h"

struct arena_block;

struct arena {
    struct arena_block *blocks;
};

/* Zeroed bytes, aligned for anything. */
void *arena_alloc(struct arena *a, size_t bytes);
char *arena_text(struct arena *a, struct span s); /* NUL-terminated copy */

/* Room for one more element behind the n that are there: the array, moved when
 * it was full.  The new element is zeroed. */
void *arena_more(struct arena *a, void *array, size_t n, size_t element_bytes);
void arena_free(struct arena *a);

#endif
