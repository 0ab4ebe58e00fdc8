/* SPDX-License-Identifier: MIT
 *
 * heap: two of glibc's knobs.
 * Layer: os.
 */
#include "os/heap.h"

#include <stdlib.h> /* which defines __GLIBC__ */

#ifdef __GLIBC__
#include <malloc.h>
#endif

/* What is as large has a mapping of its own: zeroed pages that cost nothing
 * before they are touched, and nothing after they are freed.  Left alone, glibc
 * raises its limit to the largest block that was ever freed (1 MiB, once the
 * configuration is read), clears each table by hand, and keeps them all. */
#define OWN_MAPPING_BYTES (32 << 10)

void heap_begin(void)
{
#ifdef M_MMAP_THRESHOLD
    (void)mallopt(M_MMAP_THRESHOLD, OWN_MAPPING_BYTES);
#endif
}

void heap_trim(void)
{
#ifdef __GLIBC__
    (void)malloc_trim(0);
#endif
}
