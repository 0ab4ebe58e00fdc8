/* SPDX-License-Identifier: MIT
 *
 * replace: a file under a name of its own, then a rename.
 * Layer: os.
 */
#include "os/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "os/file.h"

#define TRIES 100 /* names that are left from others are passed over */

/* A dot in front: no server shows it. */
static int open_new(int dir, char name[64])
{
    for (int i = 0; i < TRIES; i++) {
        struct buf b = buf_over(name, 64);
        buf_fmt(&b, ".etagd-%ld-%d", (long)getpid(), i);
        (void)buf_cstr(&b);
        int fd =
            openat(dir, name,
                   O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd >= 0 || errno != EEXIST)
            return fd < 0 ? -errno : fd;
    }
    return -EEXIST;
}

int replace_times(int fd, int like)
{
    struct stat s;

    if (fstat(like, &s) != 0)
        return -errno;
    const struct timespec both[2] = { s.st_mtim, s.st_mtim };
    return futimens(fd, both) == 0 ? 0 : -errno;
}

/* The rights of another group are not for the one that it has here. */
static mode_t mode_of(int fd, const struct stat *like)
{
    mode_t mode = like->st_mode & 0777;
    struct stat s;

    if (fstat(fd, &s) != 0 || s.st_gid != like->st_gid)
        mode &= (mode_t)~070;
    return mode;
}

static int fill(int fd, const void *p, size_t n, int like,
                enum replace_kind kind)
{
    struct stat s;
    int error = 0;

    if (file_append(fd, p, n, &error) < n)
        return error ? error : -EIO;
    if (fstat(like, &s) != 0)
        return -errno;
    /* root may, if this owner is known here; first, for it can take rights */
    if (geteuid() == 0 && fchown(fd, s.st_uid, s.st_gid) != 0 &&
        errno != EPERM && errno != EINVAL)
        return -errno;
    if (kind == REPLACE_SECRET && fchown(fd, (uid_t)-1, s.st_gid) != 0 &&
        errno != EPERM && errno != EINVAL)
        return -errno;
    if (fchmod(fd, kind == REPLACE_SECRET ? mode_of(fd, &s)
                                          : s.st_mode & 0777) != 0)
        return -errno;
    if (kind == REPLACE_FORM)
        error = replace_times(fd, like);
    if (error)
        return error;
    /* a name that leads to bytes which a crash has taken is worse than none */
    return fdatasync(fd) == 0 ? 0 : -errno;
}

int replace_file(int dir, const char *name, const void *p, size_t n, int like,
                 enum replace_kind kind)
{
    char fresh[64];
    int fd = open_new(dir, fresh);

    if (fd < 0)
        return fd;
    int error = fill(fd, p, n, like, kind);
    if (close(fd) != 0 && !error)
        error = -errno;
    if (!error && renameat(dir, fresh, dir, name) != 0)
        error = -errno;
    if (error)
        (void)unlinkat(dir, fresh, 0);
    return error;
}

int replace_by_nothing(int dir, const char *name)
{
    return unlinkat(dir, name, 0) == 0 ? 0 : -errno;
}
