/* SPDX-License-Identifier: MIT
 *
 * channel: sendmsg and recvmsg with SCM_RIGHTS, the one place that knows them.
 * Layer: os.  Never blocks; a message that was cut has its descriptors closed.
 */
#include "os/channel.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"

union control {
    char bytes[CMSG_SPACE(sizeof(int) * CHANNEL_FDS_MAX)];
    struct cmsghdr align;
};

int channel_pair(int fd[2])
{
    int type = SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK;

    return socketpair(AF_UNIX, type, 0, fd) == 0 ? 0 : -errno;
}

int channel_send(int fd, const void *p, size_t n, const int *fds, size_t n_fds)
{
    union control control;
    struct iovec iov = { (void *)(size_t)p, n };
    struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
    ssize_t sent;

    CHECK(n_fds <= CHANNEL_FDS_MAX);
    if (n_fds > 0) {
        memset(&control, 0, sizeof control);
        msg.msg_control = control.bytes;
        msg.msg_controllen = CMSG_SPACE(sizeof(int) * n_fds);
        struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
        CHECK(c != NULL);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int) * n_fds);
        memcpy(CMSG_DATA(c), fds, sizeof(int) * n_fds);
    }
    do {
        sent = sendmsg(fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : 0;
}

/* Moves the descriptors out of the control data; those without room close. */
static size_t take_fds(struct msghdr *msg, int *fds, size_t room)
{
    size_t got = 0;

    for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < n; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
            if (got < room)
                fds[got++] = fd;
            else
                close(fd);
        }
    }
    return got;
}

int channel_first(int fd)
{
    unsigned char first;
    ssize_t n;

    do {
        n = recv(fd, &first, 1, MSG_PEEK | MSG_DONTWAIT);
    } while (n < 0 && errno == EINTR);
    return n == 1 ? first : -1;
}

void channel_close(const int *fds, size_t n)
{
    while (n > 0)
        close(fds[--n]);
}

ssize_t channel_take(int fd, void *p, size_t n, int *fds, size_t *n_fds)
{
    union control control;
    struct iovec iov = { p, n };
    struct msghdr msg = { .msg_iov = &iov,
                          .msg_iovlen = 1,
                          .msg_control = control.bytes,
                          .msg_controllen = sizeof control.bytes };
    ssize_t got;
    size_t room = n_fds ? *n_fds : 0;

    if (n_fds)
        *n_fds = 0;
    do {
        got = recvmsg(fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        return -errno;
    size_t count = take_fds(&msg, fds, room);
    bool cut = msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC);

    if (cut || got == 0) { /* nothing with it is anybody's */
        channel_close(fds, count);
    }
    if (cut)
        return -EMSGSIZE;
    if (n_fds)
        *n_fds = count;
    return got;
}
