/* SPDX-License-Identifier: MIT
 *
 * inherit: $LISTEN_FDS as sd_listen_fds(3) describes it, and $ETAGD_SOCKETS,
 * "FD=NAME" a line, for what one etagd hands to the next; $ETAGD_MOVING, "PID
 * FD FD LAYOUT", and $ETAGD_BEFORE, "PID FD ...": another version may pass
 * these on without knowing them. Layer: os.
 */
#include "os/inherit.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/num.h"
#include "os/net.h"

#define FIRST 3 /* SD_LISTEN_FDS_START */

static const char *const memories[INHERIT_MEMORIES] = {
    [INHERIT_COUNTERS] = "ETAGD_COUNTERS",
    [INHERIT_ATTEMPTS] = "ETAGD_ATTEMPTS",
    [INHERIT_NUMBERS] = "ETAGD_NUMBERS",
};

static bool number_of(const char *name, uint64_t *out)
{
    const char *text = getenv(name);

    return text && num_u64(span_str(text), out);
}

static void look(struct inherited *s)
{
    int listens = 0, type = 0, flags = fcntl(s->fd, F_GETFL);
    socklen_t n = sizeof listens;

    s->usable =
        flags >= 0 &&
        getsockopt(s->fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &n) == 0 &&
        getsockopt(s->fd, SOL_SOCKET, SO_TYPE, &type, &n) == 0 && listens &&
        type == SOCK_STREAM;
    (void)fcntl(s->fd, F_SETFD, FD_CLOEXEC);
    if (!s->usable)
        return;
    (void)fcntl(s->fd, F_SETFL, flags | O_NONBLOCK);
    s->addr_bytes = sizeof s->addr;
    if (getsockname(s->fd, (struct sockaddr *)&s->addr, &s->addr_bytes) != 0)
        s->usable = false;
    net_local_text(s->fd, s->text, sizeof s->text);
}

static void copy(char out[INHERIT_TEXT], struct span s)
{
    size_t n = s.n < INHERIT_TEXT ? s.n : INHERIT_TEXT - 1;

    if (n)
        memcpy(out, s.p, n);
    out[n] = '\0';
}

static bool add(struct inherit *in, int fd, struct span name)
{
    if (in->n == INHERIT_MAX)
        return false;
    struct inherited *s = &in->socket[in->n++];
    memset(s, 0, sizeof *s);
    s->fd = fd;
    copy(s->name, name);
    look(s);
    return true;
}

/* The part of *rest before `c`; *rest becomes what follows it. */
static struct span cut(struct span *rest, char c)
{
    size_t n = span_find(*rest, c);
    struct span part = span_to(*rest, n);

    *rest = span_from(*rest, n + 1);
    return part;
}

static bool take_activated(struct inherit *in)
{
    uint64_t pid, n;
    struct span names = span_str(getenv("LISTEN_FDNAMES"));

    /* meant for another process, as a parent's shell */
    if (!number_of("LISTEN_PID", &pid) || pid != (uint64_t)getpid() ||
        !number_of("LISTEN_FDS", &n) || n == 0)
        return true;
    in->activated = true;
    for (uint64_t i = 0; i < n; i++) {
        if (!add(in, FIRST + (int)i, cut(&names, ':')))
            return false;
    }
    return true;
}

/* A descriptor that the environment names; -1: none. */
static int descriptor_of(const char *name)
{
    uint64_t fd;

    if (!number_of(name, &fd) || fd <= 2 || fd > INT32_MAX)
        return -1;
    (void)fcntl((int)fd, F_SETFD, FD_CLOEXEC);
    return (int)fd;
}

static bool is_packets(int fd)
{
    int type = 0;
    socklen_t n = sizeof type;

    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &n) == 0 &&
           type == SOCK_SEQPACKET;
}

static void take_pair(struct inherit *in)
{
    struct span rest = span_str(getenv("ETAGD_MOVING"));
    uint64_t pid, fd[2];

    if (!num_u64(cut(&rest, ' '), &pid) || pid != (uint64_t)getpid() ||
        !num_u64(cut(&rest, ' '), &fd[0]) || fd[0] > INT32_MAX ||
        !num_u64(cut(&rest, ' '), &fd[1]) || fd[1] > INT32_MAX ||
        !num_u64(rest, &in->layout) || !is_packets((int)fd[0]) ||
        !is_packets((int)fd[1]))
        return;
    for (size_t i = 0; i < 2; i++) {
        in->pair[i] = (int)fd[i];
        (void)fcntl(in->pair[i], F_SETFD, FD_CLOEXEC);
    }
}

static void take_before(struct inherit *in)
{
    struct span rest = span_str(getenv("ETAGD_BEFORE"));
    uint64_t pid, fd;

    if (!num_u64(cut(&rest, ' '), &pid) || pid != (uint64_t)getpid())
        return;
    while (in->n_before < INHERIT_BEFORE && num_u64(cut(&rest, ' '), &fd)) {
        if (fd <= 2 || fd > INT32_MAX || !is_packets((int)fd))
            continue;
        (void)fcntl((int)fd, F_SETFD, FD_CLOEXEC);
        in->before[in->n_before++] = (int)fd;
    }
}

static bool take_upgrade(struct inherit *in, const char *text)
{
    struct span rest = span_str(text);
    uint64_t fd;

    in->upgrade = descriptor_of("ETAGD_UPGRADE");
    for (size_t i = 0; i < INHERIT_MEMORIES; i++)
        in->memory[i] = descriptor_of(memories[i]);
    in->activated = getenv("ETAGD_ACTIVATED") != NULL;
    take_pair(in);
    take_before(in);
    while (rest.n) {
        struct span line = cut(&rest, '\n');
        if (num_u64(cut(&line, '='), &fd) && !add(in, (int)fd, line))
            return false;
    }
    return true;
}

bool inherit_take(struct inherit *in)
{
    static const char *const names[] = { "LISTEN_PID",     "LISTEN_FDS",
                                         "LISTEN_FDNAMES", "ETAGD_SOCKETS",
                                         "ETAGD_UPGRADE",  "ETAGD_ACTIVATED",
                                         "ETAGD_MOVING",   "ETAGD_BEFORE" };
    const char *upgrade = getenv("ETAGD_SOCKETS");

    /* places of sockets are many pages, and begun one by one */
    memset(&in->n, 0, sizeof *in - offsetof(struct inherit, n));
    in->upgrade = in->pair[0] = in->pair[1] = -1;
    for (size_t i = 0; i < INHERIT_MEMORIES; i++)
        in->memory[i] = -1;
    bool taken = upgrade ? take_upgrade(in, upgrade) : take_activated(in);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unsetenv(names[i]);
    for (size_t i = 0; i < INHERIT_MEMORIES; i++)
        unsetenv(memories[i]);
    return taken;
}

void inherit_copy(struct inherit *to, const struct inherit *from)
{
    memcpy(to->socket, from->socket, from->n * sizeof from->socket[0]);
    memcpy(&to->n, &from->n, sizeof *to - offsetof(struct inherit, n));
}

static void pass(const char *name, int fd)
{
    char number[16];

    (void)fcntl(fd, F_SETFD, 0);
    snprintf(number, sizeof number, "%d", fd);
    setenv(name, number, 1);
}

static void pass_pair(const struct inherit *in)
{
    char text[96];

    for (size_t i = 0; i < 2; i++)
        (void)fcntl(in->pair[i], F_SETFD, 0);
    snprintf(text, sizeof text, "%d %d %d %llu", (int)getpid(), in->pair[0],
             in->pair[1], (unsigned long long)in->layout);
    setenv("ETAGD_MOVING", text, 1);
}

static void pass_before(const struct inherit *in)
{
    char text[16 * (1 + INHERIT_BEFORE)];
    struct buf b = buf_over(text, sizeof text);

    buf_fmt(&b, "%d", (int)getpid());
    for (size_t i = 0; i < in->n_before; i++) {
        (void)fcntl(in->before[i], F_SETFD, 0);
        buf_fmt(&b, " %d", in->before[i]);
    }
    buf_cstr(&b);
    setenv("ETAGD_BEFORE", text, 1);
}

void inherit_pass(const struct inherit *in)
{
    size_t cap = in->n * (INHERIT_TEXT + 16) + 1;
    char *storage = malloc(cap), number[16];
    struct buf b = buf_over(storage, cap);

    if (!storage)
        _exit(1);
    for (size_t i = 0; i < in->n; i++) {
        buf_fmt(&b, "%d=%s\n", in->socket[i].fd, in->socket[i].name);
        (void)fcntl(in->socket[i].fd, F_SETFD, 0);
    }
    buf_cstr(&b);
    setenv("ETAGD_SOCKETS", storage, 1);
    pass("ETAGD_UPGRADE", in->upgrade);
    for (size_t i = 0; i < INHERIT_MEMORIES; i++) {
        if (in->memory[i] >= 0)
            pass(memories[i], in->memory[i]);
    }
    if (in->pair[0] >= 0)
        pass_pair(in);
    pass_before(in);
    if (in->activated)
        setenv("ETAGD_ACTIVATED", "1", 1);
    snprintf(number, sizeof number, "%d", (int)getpid());
    if (getenv("WATCHDOG_PID"))
        setenv("WATCHDOG_PID", number, 1);
    free(storage);
}

bool inherit_called(const struct inherited *s, const char *name)
{
    return s->usable && strcmp(s->name, name) == 0;
}

bool inherit_same(const struct sockaddr_storage *a, const struct sockaddr *b)
{
    const struct sockaddr_in *a4 = (const void *)a, *b4 = (const void *)b;
    const struct sockaddr_in6 *a6 = (const void *)a, *b6 = (const void *)b;
    const struct sockaddr_un *au = (const void *)a, *bu = (const void *)b;

    if (a->ss_family != b->sa_family)
        return false;
    if (a->ss_family == AF_INET)
        return a4->sin_port == b4->sin_port &&
               a4->sin_addr.s_addr == b4->sin_addr.s_addr;
    if (a->ss_family == AF_INET6)
        return a6->sin6_port == b6->sin6_port &&
               memcmp(&a6->sin6_addr, &b6->sin6_addr, 16) == 0;
    return strcmp(au->sun_path, bu->sun_path) == 0;
}

bool inherit_serves(const struct sockaddr_storage *a, const struct sockaddr *b)
{
    struct sockaddr_storage copy = *a;
    struct sockaddr_in *a4 = (void *)&copy;
    struct sockaddr_in6 *a6 = (void *)&copy;

    if (b->sa_family == AF_INET &&
        !((const struct sockaddr_in *)(const void *)b)->sin_port)
        a4->sin_port = 0;
    if (b->sa_family == AF_INET6 &&
        !((const struct sockaddr_in6 *)(const void *)b)->sin6_port)
        a6->sin6_port = 0;
    return inherit_same(&copy, b);
}
