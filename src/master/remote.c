/* SPDX-License-Identifier: MIT
 *
 * remote: the other end of the console.
 * Layer: master, but runs in a process of its own: it may block.
 */
#include "master/remote.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/num.h"

#define PATIENCE_S 120 /* the longest drain time that is waited out */

/* An etagd that is replaced by another ends what it has not acted upon without
 * an answer: by then the other one listens there. */
#define TRIES 25

static int connect_to(const char *path)
{
    struct sockaddr_un un = { .sun_family = AF_UNIX };
    struct timeval patience = { PATIENCE_S, 0 };
    size_t n = strlen(path);

    if (n >= sizeof un.sun_path)
        return -ENAMETOOLONG;
    memcpy(un.sun_path, path, n);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(fd, (const struct sockaddr *)&un, sizeof un) != 0) {
        int e = errno;
        close(fd);
        return -e;
    }
    return fd;
}

/* Reads the line with the status.  -1: the connection ended without one; -2:
 * it cannot be understood, or does not come. */
static int read_status(int fd)
{
    char line[16];
    size_t n = 0;
    uint64_t status;
    ssize_t got;

    while (n < sizeof line && (got = read(fd, line + n, 1)) == 1 &&
           line[n] != '\n')
        n++;
    if (n == 0 && (got == 0 || errno == ECONNRESET))
        return -1;
    return num_u64(span_of(line, n), &status) && status < 256 ? (int)status
                                                              : -2;
}

static void tell_no_connection(const char *path, int e)
{
    fprintf(stderr, "etagd: %s: %s%s\n", path, strerror(e),
            e == ENOENT || e == ECONNREFUSED
                ? " (no etagd runs with that control socket)"
                : "");
}

/* One try.  -1: the connection ended without an answer. */
static int ask(const char *path, const char *word)
{
    char bytes[4096];
    struct buf line = buf_over(bytes, sizeof bytes);
    ssize_t n;
    int fd = connect_to(path);

    if (fd < 0) {
        tell_no_connection(path, -fd);
        return 1;
    }
    buf_fmt(&line, "%s\n", word);
    int status =
        send(fd, line.p, line.n, MSG_NOSIGNAL) < 0 ? -1 : read_status(fd);
    while (status >= 0 && (n = read(fd, bytes, sizeof bytes)) != 0) {
        if (n < 0)
            status = -2;
        else
            fwrite(bytes, 1, (size_t)n, status == 0 ? stdout : stderr);
    }
    close(fd);
    return status;
}

int remote_ask(const char *path, const char *word)
{
    const struct timespec moment = { 0, 20000000 };
    int status;

    for (int tries = TRIES; (status = ask(path, word)) == -1; tries--) {
        if (tries == 1)
            break;
        nanosleep(&moment, NULL);
    }
    if (status >= 0)
        return status;
    fprintf(stderr, "etagd: no answer from the running etagd\n");
    return 1;
}
