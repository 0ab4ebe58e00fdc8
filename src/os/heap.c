/* SPDX-License-Identifier: MIT
 *
 * heap: two of glibc's knobs.
 * Layer: os.
 */
#include "os/heap.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h> /* which defines __GLIBC__ */

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

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

static bool is_zero(const char *page, size_t n)
{
    return page[0] == 0 && memcmp(page, page + 1, n - 1) == 0;
}

void heap_zeroes(void *p, size_t bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), run = 0;
    size_t skip = (page - (uintptr_t)p % page) % page;

    if (bytes < skip + page)
        return;
    char *at = (char *)p + skip;
    for (size_t left = (bytes - skip) / page; left > 0; left--, at += page) {
        bool zero = is_zero(at, page);
        run += zero ? page : 0;
        if (run > 0 && !zero)
            (void)madvise(at - run, run, MADV_DONTNEED);
        run = zero ? run : 0;
    }
    if (run > 0)
        (void)madvise(at - run, run, MADV_DONTNEED);
}
