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

#include "base/slots.h"

/* What is as large has a mapping of its own: zeroed pages that cost nothing
 * before they are touched, and nothing after they are freed.  Left alone, glibc
 * raises its limit to the largest block that was ever freed (1 MiB, once the
 * configuration is read), clears each table by hand, and keeps them all. */
#define OWN_MAPPING_BYTES (32 << 10)

/* The first places of an array keep so much, and as much is worth a look. */
#define PLACES_BYTES ((size_t)64 << 10)

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

/* Pages that wholly lie in these bytes. */
static void unused(void *p, size_t bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t skip = (page - (uintptr_t)p % page) % page;

    if (bytes >= skip + page)
        (void)madvise((char *)p + skip, (bytes - skip) / page * page,
                      MADV_DONTNEED);
}

void heap_places(struct slots *s, void *p, size_t each)
{
    size_t few = PLACES_BYTES / each, at, end;

    if (s->peak - s->used < few)
        return;
    s->peak = s->used;
    for (at = slots_free_run(s, few, &end); at < s->n;
         at = slots_free_run(s, end, &end))
        unused((char *)p + at * each, (end - at) * each);
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
