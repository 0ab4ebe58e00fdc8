/* SPDX-License-Identifier: MIT
 *
 * heap: how malloc() behaves in all our processes, and giving back what is
 * free.
 * Layer: os.  Where the C library has no such knobs these do nothing.
 */
#ifndef ETAGD_OS_HEAP_H
#define ETAGD_OS_HEAP_H

#include <stddef.h>

/* Before anything large is allocated; holds for all processes to come. */
void heap_begin(void);

/* Whole pages that nothing is in go back to the system: after a start, a flood,
 * a large file.  Takes some microseconds for each MiB in use. */
void heap_trim(void);

/* The same for pages of a table that hold nothing but zeroes: as such they come
 * back when they are wanted.  p: from calloc(). */
void heap_zeroes(void *p, size_t bytes);

/* The same for places of an array that are free, once many more of them were
 * taken.  p: from calloc(), all of s->n places of `each` bytes. */
struct slots;
void heap_places(struct slots *s, void *p, size_t each);

#endif
