/* SPDX-License-Identifier: MIT
 *
 * shm: anonymous mappings, and files without a name.
 * Layer: os.
 */
#include "os/shm.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

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

void *shm_of(int fd, size_t bytes)
{
    struct stat st;

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
        (size_t)st.st_size != bytes)
        return NULL;
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return p == MAP_FAILED ? NULL : p;
}

void *shm_file(size_t bytes, int *fd)
{
    *fd = memfd_create("etagd", MFD_CLOEXEC);
    if (*fd < 0)
        return NULL;
    void *p = ftruncate(*fd, (off_t)bytes) == 0 ? shm_of(*fd, bytes) : NULL;
    if (!p) {
        close(*fd);
        *fd = -1;
    }
    return p;
}

void shm_free(void *p, size_t bytes)
{
    (void)munmap(p, bytes);
}

void *shm_reserve(size_t bytes)
{
    return map(bytes, MAP_PRIVATE | MAP_NORESERVE);
}
