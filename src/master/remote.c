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
#include <unistd.h>

#include "base/num.h"

#define PATIENCE_S 120 /* the longest drain time that is waited out */

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

/* Reads the line with the status; -1: there was none. */
static int read_status(int fd)
{
    char line[16];
    size_t n = 0;
    uint64_t status;

    while (n < sizeof line && read(fd, line + n, 1) == 1 && line[n] != '\n')
        n++;
    return num_u64(span_of(line, n), &status) && status < 256 ? (int)status
                                                              : -1;
}

int remote_ask(const char *path, const char *word)
{
    char bytes[4096];
    ssize_t n;
    int fd = connect_to(path);

    if (fd < 0) {
        fprintf(stderr, "etagd: %s: %s%s\n", path, strerror(-fd),
                fd == -ENOENT || fd == -ECONNREFUSED
                    ? " (no etagd runs with that control socket)"
                    : "");
        return 1;
    }
    if (dprintf(fd, "%s\n", word) < 0) {
        close(fd);
        return 1;
    }
    int status = read_status(fd);
    while ((n = read(fd, bytes, sizeof bytes)) > 0)
        fwrite(bytes, 1, (size_t)n, status == 0 ? stdout : stderr);
    if (n < 0 || status < 0)
        fprintf(stderr, "etagd: no answer from the running etagd\n");
    close(fd);
    return n < 0 || status < 0 ? 1 : status;
}
