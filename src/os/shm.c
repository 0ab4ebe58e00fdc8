/* SPDX-License-Identifier: MIT
 *
 * shm: anonymous mappings.
 * Layer: os.
 */
#include "os/shm.h"

#include <sys/mman.h>

static void *map(size_t bytes, int flags)
{
    void *p =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | flags, -1, 0);

    return p == MAP_FAILED ? NULL : p;
}

void *shm_new(size_t bytes)
{
    return map(bytes, MAP_SHARED);
}

void shm_free(void *p, size_t bytes)
{
    (void)munmap(p, bytes);
}

void *shm_reserve(size_t bytes)
{
    return map(bytes, MAP_PRIVATE | MAP_NORESERVE);
}
