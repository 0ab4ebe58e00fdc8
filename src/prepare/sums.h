/* SPDX-License-Identifier: MIT
 *
 * sums: one sum for each block of a file that workers send from its descriptor,
 * made from the very bytes that its digest is made from.
 * Layer: prepare.  Kept beside the item, so that dropping a slab does not cost
 * another reading of a large file; bounded by a share of [prepare] memory.
 * Heap: one array a file.
 */
#ifndef ETAGD_PREPARE_SUMS_H
#define ETAGD_PREPARE_SUMS_H

#include <stddef.h>
#include <stdint.h>

#define SUMS_SHARE 8 /* of [prepare] memory; 64 KiB of a file take 8 bytes */

struct sums {
    uint64_t *block;
    size_t bytes; /* of the array; 0: none */
};

/* What all of them may take. */
struct sums_room {
    size_t used, most; /* bytes */
};

/* Room for a file of so many bytes; none when there is no more to be had. */
void sums_start(struct sums *s, struct sums_room *room, uint64_t file_bytes);

/* n bytes from offset `at` on, which is a multiple of SUM_BLOCK. */
void sums_add(struct sums *s, uint64_t at, const char *p, size_t n);

void sums_end(struct sums *s, struct sums_room *room);

#endif
