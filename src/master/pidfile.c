/* SPDX-License-Identifier: MIT
 *
 * pidfile: looks at what is there before it writes or removes.
 * Layer: master.
 */
#include "master/pidfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/num.h"
#include "os/log.h"

#define NUMBER_MAX 20

/* The process number in it; 0: it is empty; -1: it is something else. */
static int64_t number_in(int fd)
{
    char text[NUMBER_MAX + 2];
    uint64_t number = 0;
    ssize_t n = pread(fd, text, sizeof text, 0);

    if (n < 0)
        return -1;
    struct span said = span_trim(span_of(text, (size_t)n));
    if (said.n && said.p[said.n - 1] == '\n')
        said.n--;
    if (said.n == 0)
        return 0;
    return num_u64(said, &number) && number < INT32_MAX ? (int64_t)number : -1;
}

static int open_plain(const char *path, int flags)
{
    int fd = open(path, flags | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
                  0644);
    struct stat s;

    if (fd < 0)
        return -errno;
    if (fstat(fd, &s) == 0 && S_ISREG(s.st_mode))
        return fd;
    close(fd);
    return -EEXIST;
}

/* A reader finds one number or the other, never none; what could not be written
 * as a whole is none, and removed. */
static int put_number(int fd, const char *path)
{
    char text[NUMBER_MAX];
    int n = snprintf(text, sizeof text, "%d\n", (int)getpid());
    ssize_t put = pwrite(fd, text, (size_t)n, 0);
    int error = put < 0 ? -errno : put < n ? -ENOSPC : 0;

    if (!error && ftruncate(fd, n) != 0)
        error = -errno;
    if (error)
        unlink(path);
    return error;
}

void pidfile_write(const char *path)
{
    int fd = path ? open_plain(path, O_RDWR | O_CREAT) : -1, error = fd;

    if (!path)
        return;
    if (fd == -ELOOP || fd == -EEXIST || (fd >= 0 && number_in(fd) < 0))
        log_line(LOG_ERROR_, LOG_ON(path), "M120",
                 "pidfile %s: what is there is not a process number; it "
                 "is left alone",
                 path);
    else if (fd < 0 || (error = put_number(fd, path)) < 0)
        log_line(LOG_ERROR_, LOG_ON(path), "M025", "pidfile %s: %s", path,
                 strerror(-error));
    if (fd >= 0)
        close(fd);
}

void pidfile_remove(const char *path)
{
    int fd = path ? open_plain(path, O_RDONLY) : -1;

    if (fd < 0)
        return;
    if (number_in(fd) == getpid())
        unlink(path);
    close(fd);
}

void pidfile_follow(const char *before, const char *now)
{
    if (before && now && strcmp(before, now) == 0)
        return;
    pidfile_remove(before); /* first: it may be the same file by another name */
    pidfile_write(now);
}
