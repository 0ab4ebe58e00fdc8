/* SPDX-License-Identifier: MIT
 *
 * poll: the epoll calls.
 * Layer: os.  Returns >= 0 or -errno.
 */
#include "os/poll.h"

#include <errno.h>

int poll_new(void)
{
    int fd = epoll_create1(EPOLL_CLOEXEC);

    return fd < 0 ? -errno : fd;
}

static int add(int poll, int fd, void *tag, unsigned events)
{
    struct epoll_event e = { .events = events, .data.ptr = tag };

    return epoll_ctl(poll, EPOLL_CTL_ADD, fd, &e) == 0 ? 0 : -errno;
}

int poll_add_edge(int poll, int fd, void *tag)
{
    return add(poll, fd, tag, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
}

int poll_add_reader(int poll, int fd, void *tag)
{
    return add(poll, fd, tag, EPOLLIN | EPOLLRDHUP | EPOLLET);
}

int poll_add_news(int poll, int fd, void *tag)
{
    return add(poll, fd, tag, EPOLLPRI | EPOLLET);
}

void poll_add_room(int poll, int fd, void *tag)
{
    struct epoll_event e = { .events =
                                 EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                             .data.ptr = tag };

    (void)epoll_ctl(poll, EPOLL_CTL_MOD, fd, &e);
}

int poll_add_level(int poll, int fd, void *tag)
{
    return add(poll, fd, tag, EPOLLIN);
}

int poll_add_listener(int poll, int fd, void *tag)
{
    return add(poll, fd, tag, EPOLLIN | EPOLLEXCLUSIVE);
}

void poll_remove(int poll, int fd)
{
    (void)epoll_ctl(poll, EPOLL_CTL_DEL, fd, NULL);
}

int poll_wait(int poll, struct epoll_event *events, int room, int timeout_ms)
{
    int n = epoll_wait(poll, events, room, timeout_ms);

    if (n < 0)
        return errno == EINTR ? 0 : -errno;
    return n;
}
