/* SPDX-License-Identifier: MIT
 *
 * edit: the lock on a file that is going to be another one.
 * Layer: os.
 */
#include "os/edit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/check.h"
#include "os/replace.h"

#define LOCK_TRIES 1000

static int open_dir(struct edit *u)
{
    char *slash = strrchr(u->path, '/');

    CHECK(slash != NULL); /* it is absolute */
    u->name = slash + 1;
    *slash = '\0';
    u->dir = open(*u->path ? u->path : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    *slash = '/';
    return u->dir < 0 ? -errno : 0;
}

/* Whoever had the lock before may have put another file in this one's place. */
static bool is_current(const struct edit *u)
{
    struct stat here, there;

    return fstat(u->fd, &here) == 0 &&
           fstatat(u->dir, u->name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
           here.st_dev == there.st_dev && here.st_ino == there.st_ino;
}

static int lock(struct edit *u, bool make)
{
    int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;

    for (int i = 0; i < LOCK_TRIES; i++) {
        u->fd = openat(u->dir, u->name, make ? flags | O_CREAT : flags, 0600);
        if (u->fd < 0)
            return -errno;
        if (flock(u->fd, LOCK_EX) != 0)
            return -errno;
        if (is_current(u))
            return 0;
        close(u->fd);
        u->fd = -1;
    }
    return -EBUSY;
}

static int read_all(struct edit *u, size_t most)
{
    struct stat s;
    ssize_t k;

    if (fstat(u->fd, &s) != 0)
        return -errno;
    if (!S_ISREG(s.st_mode))
        return -EINVAL;
    u->bytes = malloc(most + 1);
    CHECK(u->bytes != NULL);
    do {
        k = read(u->fd, u->bytes + u->n, most + 1 - u->n);
        u->n += k > 0 ? (size_t)k : 0;
    } while (k > 0 && u->n <= most);
    if (k < 0)
        return -errno;
    return u->n > most ? -EFBIG : 0;
}

int edit_open(struct edit *u, const char *file, bool make, size_t most)
{
    const char *slash = strrchr(file, '/');
    char folder[PATH_MAX];
    struct buf b = buf_over(u->path, sizeof u->path);
    int error;

    *u = (struct edit){ .fd = -1, .dir = -1 };
    if (!realpath(file, u->path)) {
        if (errno != ENOENT || !make)
            return -errno;
        /* a new one, in a folder that is there */
        size_t n = slash ? (size_t)(slash - file) + 1 : 0;
        if (n >= sizeof folder)
            return -ENAMETOOLONG;
        memcpy(folder, n ? file : "./", n ? n : 3);
        folder[n ? n : 2] = '\0';
        if (!realpath(folder, u->path))
            return -errno;
        b.n = strlen(u->path);
        if (b.n > 1)
            buf_char(&b, '/');
        buf_str(&b, slash ? slash + 1 : file);
        if (!buf_cstr(&b))
            return -ENAMETOOLONG;
    }
    error = open_dir(u);
    if (!error)
        error = lock(u, make);
    return error ? error : read_all(u, most);
}

void edit_close(struct edit *u)
{
    if (u->bytes)
        explicit_bzero(u->bytes, u->n);
    free(u->bytes);
    if (u->fd >= 0)
        close(u->fd);
    if (u->dir >= 0)
        close(u->dir);
}

int edit_replace(struct edit *u, const void *p, size_t n)
{
    return replace_file(u->dir, u->name, p, n, u->fd, REPLACE_SECRET);
}
