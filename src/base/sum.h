/* SPDX-License-Identifier: MIT
 *
 * sum: 64 bits that tell whether a block of a file still has the bytes that it
 * had when its digest was made.
 * Layer: base.  Made for each block of a large file that is sent, hence a tenth
 * of the time of copying it; no defence against chosen bytes: whoever chooses
 * them may write the file anyway, and the entity tag is a SHA-256.
 */
#ifndef ETAGD_BASE_SUM_H
#define ETAGD_BASE_SUM_H

#include <stddef.h>
#include <stdint.h>

#define SUM_BLOCK                                              \
    ((size_t)64 << 10) /* bytes; the last block may be shorter \
                        */

/* Blocks of a file of so many bytes. */
static inline uint64_t sum_blocks(uint64_t bytes)
{
    return bytes / SUM_BLOCK + (bytes % SUM_BLOCK != 0);
}

uint64_t sum_of(const char *p, size_t n);

#endif
