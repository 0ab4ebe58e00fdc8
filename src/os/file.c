/* SPDX-License-Identifier: MIT
 *
 * file: openat2 beneath a root, fstat, pread.
 * Layer: os.  Returns >= 0 or -errno.
 */
#include "os/file.h"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "os/beneath.h"
#include "os/walk.h"

#define FOLDERS_MAX 128
#define WALKS_MAX 8 /* while names keep changing under the walk */
#define GROWN_MOST 3

#ifndef XFS_SUPER_MAGIC
#define XFS_SUPER_MAGIC 0x58465342
#endif

static int open_owned(int root, const char *path)
{
    int fd = -EAGAIN;

    for (int i = 0; fd == -EAGAIN && i < WALKS_MAX; i++)
        fd = walk_open(root, path);
    return fd;
}

static int open_how(int root, const char *path, enum file_links links,
                    uint64_t resolve)
{
    struct open_how how = {
        .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | resolve,
    };
    long fd;

    if (links == FILE_LINKS_NONE)
        how.resolve |= RESOLVE_NO_SYMLINKS;
    if (path[0] == '\0')
        path = ".";
    do {
        /* -EAGAIN: a rename raced with the walk; the kernel asks to retry */
        fd = syscall(SYS_openat2, root, path, &how, sizeof how);
    } while (fd < 0 && (errno == EINTR || errno == EAGAIN));
    return fd < 0 ? -errno : (int)fd;
}

int file_open_beneath(int root, const char *path, enum file_links links)
{
    if (links == FILE_LINKS_OWNER)
        return open_owned(root, path);
    int fd = open_how(root, path, links, 0);
    /* refused by a filter around us, not by the file system */
    if (fd == -ENOSYS || fd == -EPERM)
        return beneath_open(root, path, links);
    return fd;
}

int file_open_staying(int root, const char *path, enum file_links links)
{
    if (links == FILE_LINKS_OWNER)
        return -EXDEV;
    int fd = open_how(root, path, links, RESOLVE_NO_XDEV);
    return fd == -ENOSYS || fd == -EPERM ? -EXDEV : fd;
}

int file_open_root(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    return fd < 0 ? -errno : fd;
}

int file_open_folder(const char *path)
{
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

    return fd < 0 ? -errno : fd;
}

int file_again(int fd)
{
    int again = fcntl(fd, F_DUPFD_CLOEXEC, 3);

    return again < 0 ? -errno : again;
}

int file_open_named(int folder, const char *name)
{
    struct open_how how = { .flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC |
                                     O_NONBLOCK };
    long fd = syscall(SYS_openat2, folder, name, &how, sizeof how);

    return fd < 0 ? -errno : (int)fd;
}

bool file_is_link(const char *path)
{
    struct stat s;

    return lstat(path, &s) == 0 && S_ISLNK(s.st_mode);
}

static bool same_directory(int a, int b)
{
    struct stat s, t;

    return fstat(a, &s) == 0 && fstat(b, &t) == 0 && s.st_dev == t.st_dev &&
           s.st_ino == t.st_ino;
}

bool file_within(int folder, int fd)
{
    int at = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    bool within = false;

    for (int i = 0; i < FOLDERS_MAX && at >= 0 && !within; i++) {
        within = same_directory(folder, at);
        int up = openat(at, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (up >= 0 && same_directory(up, at)) { /* "/" */
            close(up);
            up = -1;
        }
        close(at);
        at = up;
    }
    if (at >= 0)
        close(at);
    return within;
}

bool file_is_socket(const char *path)
{
    struct stat s;

    return lstat(path, &s) == 0 && S_ISSOCK(s.st_mode);
}

static int64_t nanoseconds(const struct timespec *t)
{
    return (int64_t)t->tv_sec * 1000000000 + t->tv_nsec;
}

int file_fstat(int fd, struct stat *out)
{
#ifdef FILE_FSTAT_CALL
    return (int)syscall(SYS_fstat, fd, out);
#else
    return fstat(fd, out);
#endif
}

static struct file_stat told(const struct stat *s)
{
    return (struct file_stat){
        .kind = S_ISREG(s->st_mode)   ? FILE_REGULAR
                : S_ISDIR(s->st_mode) ? FILE_DIRECTORY
                                      : FILE_OTHER,
        .dev = s->st_dev,
        .ino = s->st_ino,
        .size = (uint64_t)s->st_size,
        .mtime_ns = nanoseconds(&s->st_mtim),
        .ctime_ns = nanoseconds(&s->st_ctim),
        .links = s->st_nlink,
        .uid = s->st_uid,
    };
}

int file_stat(int fd, struct file_stat *out)
{
    struct stat s;

    if (file_fstat(fd, &s) != 0)
        return -errno;
    *out = told(&s);
    return 0;
}

int file_stat_named(int root, const char *path, struct file_stat *out)
{
    struct stat s;

    if (fstatat(root, path, &s, AT_SYMLINK_NOFOLLOW) != 0)
        return -errno;
    *out = told(&s);
    return 0;
}

ssize_t file_read_at(int fd, void *p, size_t n, uint64_t offset)
{
    size_t got = 0;

    while (got < n) {
        ssize_t r = pread(fd, (char *)p + got, n - got, (off_t)(offset + got));
        if (r < 0 && errno == EINTR)
            continue;
        if (r < 0)
            return -errno;
        if (r == 0)
            break;
        got += (size_t)r;
    }
    return (ssize_t)got;
}

int file_stat_content(int fd, struct file_stat *out)
{
    char byte;
    int rc = file_stat(fd, out);

    for (int i = 0; rc == 0 && out->kind == FILE_REGULAR && out->size == 0 &&
                    file_read_at(fd, &byte, 1, 0) > 0;
         i++) {
        rc = file_stat(fd, out); /* it may just have grown */
        if (i == GROWN_MOST && out->size == 0)
            out->kind = FILE_OTHER;
    }
    return rc;
}

#ifdef HAVE_PREADV2
ssize_t file_read_now(int fd, void *p, size_t n)
{
    const struct iovec to = { p, n };
    ssize_t r = preadv2(fd, &to, 1, 0, RWF_NOWAIT);

    return r < 0 ? -errno : r;
}
#else /* musl before 1.2.5 */
ssize_t file_read_now(int fd, void *p, size_t n)
{
    (void)fd, (void)p, (void)n;
    return -EOPNOTSUPP;
}
#endif

/* A pipe takes up to PIPE_BUF bytes as a whole or not at all: as many whole
 * lines as fit. */
static size_t some_lines(const char *p, size_t n)
{
    if (n <= PIPE_BUF)
        return n;
    const char *end = memrchr(p, '\n', PIPE_BUF);
    return end ? (size_t)(end - p) + 1 : PIPE_BUF;
}

size_t file_append(int fd, const void *p, size_t n, int *error)
{
    struct stat s = { .st_mode = 0 };
    size_t at = 0;

    (void)file_fstat(fd, &s);
    bool pipe = S_ISFIFO(s.st_mode), socket = S_ISSOCK(s.st_mode);

    *error = 0;
    while (at < n) {
        const char *from = (const char *)p + at;
        size_t step = pipe ? some_lines(from, n - at) : n - at;
        /* a socket (standard output of a service) can be told not to wait */
        ssize_t written =
            socket ? send(fd, from, step, MSG_DONTWAIT | MSG_NOSIGNAL)
                   : write(fd, from, step);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0) {
            *error = written < 0 ? -errno : -EIO;
            break;
        }
        at += (size_t)written;
    }
    return at;
}

int file_directory(const char *path, uint64_t *dev, uint64_t *ino)
{
#ifdef HAVE_STATX
    struct statx s;

    if (statx(AT_FDCWD, path, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT,
              STATX_TYPE | STATX_INO, &s) != 0)
        return -errno;
    *dev = makedev(s.stx_dev_major, s.stx_dev_minor);
    *ino = s.stx_ino;
    return S_ISDIR(s.stx_mode) ? 0 : -ENOTDIR;
#else
    struct stat s;

    if (fstatat(AT_FDCWD, path, &s, AT_NO_AUTOMOUNT) != 0)
        return -errno;
    *dev = s.st_dev;
    *ino = s.st_ino;
    return S_ISDIR(s.st_mode) ? 0 : -ENOTDIR;
#endif
}

bool file_system_watchable(int fd)
{
    static const unsigned long kinds[] = { EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC,
                                           BTRFS_SUPER_MAGIC, TMPFS_MAGIC,
                                           F2FS_SUPER_MAGIC };
    struct statfs s;

    if (fstatfs(fd, &s) != 0)
        return false;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if ((unsigned long)s.f_type == kinds[i])
            return true;
    }
    return false;
}

int file_without_waiting(int fd)
{
    char name[32];
    struct stat s;

    if (fstat(fd, &s) != 0 || (!S_ISFIFO(s.st_mode) && !isatty(fd)))
        return -EINVAL;
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    int again = open(name, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    return again < 0 ? -errno : again;
}

int file_open_log(const char *path)
{
    int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY;
    int fd;

    flags |= O_NONBLOCK; /* a FIFO without a reader: ENXIO */
    if (strcmp(path, "-") == 0) {
        fd = file_without_waiting(STDOUT_FILENO);
        if (fd < 0)
            fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    } else
        fd = open(path, flags, 0640);
    return fd < 0 ? -errno : fd;
}
