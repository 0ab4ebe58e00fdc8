/* SPDX-License-Identifier: MIT
 *
 * net: thin edges around the socket calls.
 * Layer: os.  Returns >= 0 or -errno.  Retries EINTR, never EAGAIN.
 */
#include "os/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "os/file.h"

/* What the kernel takes from us beyond what is on its way: without a limit it
 * takes megabytes, and a reader who has stopped looks quick.  What is sent by
 * reference takes no room there: of that, as much as it has room for by
 * default (tcp_wmem), so that it goes on by itself for longer. */
#define NOTSENT_BYTES (1 << 20)
#define NOTSENT_LONG_BYTES (4 << 20)

union address {
    struct sockaddr sa;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    struct sockaddr_un un;
};

/* libc makes these two by socketcall() where there is one (i386), whose
 * arguments a filter can't see: it would refuse them (os/filter). */
static void set_bytes(int fd, int level, int option, const void *value,
                      socklen_t n)
{
#if defined SYS_socketcall && defined SYS_setsockopt
    (void)syscall(SYS_setsockopt, fd, level, option, value, n);
#else
    (void)setsockopt(fd, level, option, value, n);
#endif
}

void net_finish(int fd)
{
#if defined SYS_socketcall && defined SYS_shutdown
    (void)syscall(SYS_shutdown, fd, SHUT_WR);
#else
    (void)shutdown(fd, SHUT_WR);
#endif
}

static void set(int fd, int level, int option, int value)
{
    set_bytes(fd, level, option, &value, sizeof value);
}

void net_remove_socket(const char *path)
{
    if (file_is_socket(path))
        unlink(path);
}

bool net_listens_here(const char *path)
{
    struct sockaddr_un un = { .sun_family = AF_UNIX };
    struct ucred listener = { 0 };
    socklen_t n = sizeof listener;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool here = false;

    if (fd >= 0 && strlen(path) < sizeof un.sun_path) {
        memcpy(un.sun_path, path, strlen(path));
        here = connect(fd, (const struct sockaddr *)&un, sizeof un) == 0 &&
               getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &listener, &n) == 0 &&
               listener.pid == getpid();
    }
    if (fd >= 0)
        close(fd);
    return here;
}

void net_listen_mss(int listener, int mss)
{
    set(listener, IPPROTO_TCP, TCP_MAXSEG, mss);
}

static bool is_near(const struct sockaddr *sa)
{
    const union address *a = (const void *)sa;

    if (sa->sa_family == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(&a->in6.sin6_addr);
    return sa->sa_family == AF_INET &&
           (ntohl(a->in.sin_addr.s_addr) >> 24) == IN_LOOPBACKNET;
}

/* Accepted sockets inherit it.  Reno is in every kernel, and allowed to
 * everybody. */
void net_listen_near(int listener, const struct sockaddr *sa)
{
    if (is_near(sa))
        (void)setsockopt(listener, IPPROTO_TCP, TCP_CONGESTION, "reno", 4);
}

size_t net_segment(int fd)
{
    int mss = 0;
    socklen_t n = sizeof mss;

    if (getsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &mss, &n) != 0 || mss < 0)
        return 0;
    return (size_t)mss;
}

/* The file of a unix socket is stale when a connection to it is refused; so is
 * one to a file of any other kind, which is nobody's to remove. */
static void remove_stale(const struct sockaddr *sa, socklen_t bytes)
{
    const struct sockaddr_un *un = (const void *)sa;

    if (!file_is_socket(un->sun_path))
        return;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return;
    if (connect(fd, sa, bytes) != 0 && errno == ECONNREFUSED)
        unlink(un->sun_path);
    close(fd);
}

void net_remove_stale(const char *path)
{
    struct sockaddr_un un = { .sun_family = AF_UNIX };
    size_t n = strlen(path);

    if (n >= sizeof un.sun_path)
        return;
    memcpy(un.sun_path, path, n);
    remove_stale((const struct sockaddr *)&un, sizeof un);
}

static void set_deferred(int fd, bool on)
{
    set(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, on ? 5 : 0);
}

void net_listen_backlog(int listener, int backlog)
{
    (void)listen(listener, backlog);
}

void net_listen_defer(int listener, const struct sockaddr *sa, bool on)
{
    if (sa->sa_family != AF_UNIX)
        set_deferred(listener, on);
}

int net_listen(const struct sockaddr *sa, socklen_t bytes,
               const struct net_listen_options *options)
{
    int fd =
        socket(sa->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -errno;
    if (sa->sa_family == AF_UNIX)
        remove_stale(sa, bytes);
    else
        set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (sa->sa_family == AF_INET6)
        set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    if (sa->sa_family != AF_UNIX) {
        /* accepted sockets inherit it: no call per connection */
        set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
        set(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, NOTSENT_BYTES);
        if (options->defer_accept)
            set_deferred(fd, true);
        if (options->save_syn)
            set(fd, IPPROTO_TCP, TCP_SAVE_SYN, 1);
        if (options->mss)
            net_listen_mss(fd, options->mss);
        net_listen_near(fd, sa);
    }
    if (bind(fd, sa, bytes) != 0 || listen(fd, options->backlog) != 0) {
        int e = errno;
        close(fd);
        return -e;
    }
    return fd;
}

void net_local_text(int fd, char *out, size_t cap)
{
    union address a;
    socklen_t n = sizeof a;
    char host[INET6_ADDRSTRLEN] = "?";

    memset(&a, 0, sizeof a);
    if (getsockname(fd, &a.sa, &n) != 0) {
        snprintf(out, cap, "?");
        return;
    }
    if (a.sa.sa_family == AF_INET) {
        inet_ntop(AF_INET, &a.in.sin_addr, host, sizeof host);
        snprintf(out, cap, "%s:%u", host, ntohs(a.in.sin_port));
    } else if (a.sa.sa_family == AF_INET6) {
        inet_ntop(AF_INET6, &a.in6.sin6_addr, host, sizeof host);
        snprintf(out, cap, "[%s]:%u", host, ntohs(a.in6.sin6_port));
    } else {
        snprintf(out, cap, "unix:%s", a.un.sun_path);
    }
}

void net_peer_text(const struct net_peer *peer, char out[NET_PEER_TEXT])
{
    if (peer->family == 4)
        inet_ntop(AF_INET, peer->addr, out, NET_PEER_TEXT);
    else if (peer->family == 6)
        inet_ntop(AF_INET6, peer->addr, out, NET_PEER_TEXT);
    else
        snprintf(out, NET_PEER_TEXT, "unix:");
}

int net_accept(int listener, struct net_peer *peer)
{
    union address a = { .sa = { .sa_family = AF_UNSPEC } };
    socklen_t n = sizeof a;
    int fd;

    do {
        fd = accept4(listener, &a.sa, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
        /* ECONNABORTED: that one is gone already, the next may be there */
    } while (fd < 0 && (errno == EINTR || errno == ECONNABORTED));
    if (fd < 0)
        return -errno;

    peer->family = 0;
    peer->port = 0;
    if (a.sa.sa_family == AF_INET) {
        peer->family = 4;
        peer->port = ntohs(a.in.sin_port);
        memcpy(peer->addr, &a.in.sin_addr, 4);
    } else if (a.sa.sa_family == AF_INET6) {
        /* a socket of systemd's takes IPv4 too, under mapped addresses */
        bool mapped = IN6_IS_ADDR_V4MAPPED(&a.in6.sin6_addr);
        peer->family = mapped ? 4 : 6;
        peer->port = ntohs(a.in6.sin6_port);
        memcpy(peer->addr, a.in6.sin6_addr.s6_addr + (mapped ? 12 : 0),
               mapped ? 4 : 16);
    }
    return fd;
}

static int option(int fd, int name)
{
    int value = -1;
    socklen_t n = sizeof value;

    return getsockopt(fd, SOL_SOCKET, name, &value, &n) == 0 ? value : -1;
}

bool net_is_connection(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    return option(fd, SO_TYPE) == SOCK_STREAM &&
           option(fd, SO_ACCEPTCONN) == 0 && flags >= 0 && flags & O_NONBLOCK;
}

ssize_t net_recv(int fd, void *p, size_t n)
{
    ssize_t got;

    do {
        got = recv(fd, p, n, 0);
    } while (got < 0 && errno == EINTR);
    return got < 0 ? -errno : got;
}

bool net_pending(int fd)
{
    char c;

    return recv(fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

ssize_t net_send(int fd, const void *p, size_t n, bool more)
{
    ssize_t sent;

    do {
        sent = send(fd, p, n, MSG_NOSIGNAL | (more ? MSG_MORE : 0));
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : sent;
}

ssize_t net_sendv(int fd, struct iovec *iov, size_t n, bool more)
{
    struct msghdr msg = { .msg_iov = iov, .msg_iovlen = n };
    ssize_t sent;

    do {
        sent = sendmsg(fd, &msg, MSG_NOSIGNAL | (more ? MSG_MORE : 0));
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : sent;
}

ssize_t net_send_sealed(int fd, int from, uint64_t offset, size_t n)
{
    off_t at = (off_t)offset;
    ssize_t sent;

    do {
        sent = sendfile(fd, from, &at, n);
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : sent;
}

void net_long(int fd, bool is)
{
    set(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT,
        is ? NOTSENT_LONG_BYTES : NOTSENT_BYTES);
}

void net_abort(int fd)
{
    struct linger now = { 1, 0 };

    set_bytes(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}
