/* SPDX-License-Identifier: MIT
 *
 * sim_net: sockets, readiness and clocks.  Readiness is told as sparingly as
 * the kernel may: an edge when bytes or a FIN come, when a full buffer has half
 * emptied, and once when a descriptor is added.
 */
#include "sim_world.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "os/clock.h"
#include "os/net.h"
#include "os/poll.h"
#include "os/tcpinfo.h"

#define STUCK_US 10000000 /* more than [timeouts] send, and half of it */
/* What a turn may spend on a listing, and the names read at once. */
#define LIST_US 1000
#define NAMES 17
#define TURN_US 500000 /* of a turn's time; a worker looks once a turn */

struct sim sim;

int __real_close(int fd);
int __wrap_close(int fd);
ssize_t __wrap_getrandom(void *p, size_t n, unsigned flags);

static struct sim_conn *conn_of(int fd)
{
    PROPERTY(fd >= SIM_CONN && fd < SIM_CONN + SIM_CONNS);
    struct sim_conn *c = &sim.conn[fd - SIM_CONN];
    PROPERTY(c->accepted && !c->closed);
    return c;
}

/* ---- what the client does ---- */

static char heads[SIM_CONNS][SIM_HEAD];

void sim_news(struct sim_conn *c)
{
    c->news = true;
}

void sim_open(int i)
{
    struct sim_conn *c = &sim.conn[i];

    if (c->opened)
        return;
    c->opened = true;
    c->reads = true;
    c->room = 1u << 20;
    c->reader.head = heads[i];
    sim.queue[sim.n_queue++] = i;
}

void sim_send(struct sim_conn *c, size_t n)
{
    if (!c->opened || c->fin || c->reset || c->closed)
        return;
    if (n > c->n - c->sent)
        n = c->n - c->sent;
    c->sent += n;
    if (n)
        sim_news(c);
}

void sim_drain(struct sim_conn *c, uint64_t n)
{
    uint64_t there = c->out - c->drained;

    c->drained += n < there ? n : there;
    c->stuck_us = 0;
    if (c->blocked && (c->out - c->drained) * 2 <= c->room) {
        c->blocked = false;
        if (c->polled_room)
            sim_news(c);
    }
}

/* ---- os/net ---- */

int net_accept(int listener, struct net_peer *peer)
{
    PROPERTY(listener == SIM_LISTENER && !sim.listener_closed);
    if (sim.n_queue == 0)
        return -EAGAIN;
    if (sim.n_accept_errors > 0) {
        sim.n_accept_errors--;
        return -sim.accept_error;
    }
    int i = sim.queue[0];
    memmove(sim.queue, sim.queue + 1, --sim.n_queue * sizeof sim.queue[0]);
    sim.conn[i].accepted = true;
    sim.conn[i].accepted_us = sim.conn[i].io_us = sim.now_us;
    sim.conn[i].holders = 1;
    sim_world.accepted[sim_world.n_accepted++] = &sim.conn[i];
    memset(peer, 0, sizeof *peer);
    peer->family = i % 3 == 2 ? 6 : 4;
    peer->addr[0] = 127;
    peer->addr[3] = (uint8_t)(1 + i / 3);
    peer->port = (uint16_t)(1000 + i);
    return SIM_CONN + i;
}

bool net_is_connection(int fd)
{
    return conn_of(fd)->holders == 1;
}

ssize_t net_recv(int fd, void *p, size_t n)
{
    struct sim_conn *c = conn_of(fd);
    size_t there = c->sent - c->taken;

    if (c->reset)
        return -ECONNRESET;
    if (there == 0 && !c->fin)
        PROPERTY(!c->emptied); /* what for? */
    if (there == 0)
        return c->fin ? 0 : -EAGAIN;
    c->emptied = n > there;
    if (n > there)
        n = there;
    memcpy(p, c->bytes + c->taken, n);
    c->taken += n;
    c->io_us = sim.now_us;
    return (ssize_t)n;
}

bool net_pending(int fd)
{
    struct sim_conn *c = conn_of(fd);

    return !c->reset && c->sent > c->taken;
}

/* How many of n bytes the kernel takes, or -errno. */
static ssize_t room(struct sim_conn *c, size_t n)
{
    PROPERTY(!c->finished);
    if (c->reset)
        return -EPIPE;
    uint64_t used = c->out - c->drained;
    if (used >= c->room) {
        if (!c->blocked)
            c->stuck_us = 0;
        c->blocked = true;
        return -EAGAIN;
    }
    return (ssize_t)(n < c->room - used ? n : c->room - used);
}

static void put(struct sim_conn *c, const char *p, size_t n)
{
    sim_said(p, n);
    c->out += n;
    sim.bytes_out += n;
    c->io_us = sim.now_us;
    if (c->reads)
        c->drained = c->out;
    sim_reader_take(c, p, n);
}

ssize_t net_send(int fd, const void *p, size_t n, bool more)
{
    struct sim_conn *c = conn_of(fd);

    if (n == 0) /* asks whether anybody is there */
        return c->reset ? -EPIPE : 0;
    ssize_t takes = room(c, n);

    (void)more;
    if (takes > 0)
        put(c, p, (size_t)takes);
    sim_step(SIM_SENT);
    return takes;
}

ssize_t net_sendv(int fd, struct iovec *iov, size_t n, bool more)
{
    ssize_t sum = 0;

    PROPERTY(n > 0);
    for (size_t i = 0; i < n; i++) {
        ssize_t sent = net_send(fd, iov[i].iov_base, iov[i].iov_len, more);
        if (sent < 0)
            return sum ? sum : sent;
        sum += sent;
        if ((size_t)sent < iov[i].iov_len)
            break;
    }
    return sum;
}

ssize_t net_send_sealed(int fd, int from, uint64_t offset, size_t n)
{
    char some[4096];
    ssize_t got =
        pread(from, some, n < sizeof some ? n : sizeof some, (off_t)offset);

    PROPERTY(got > 0);
    return net_send(fd, some, (size_t)got, false);
}

void net_long(int fd, bool is)
{
    struct sim_conn *c = conn_of(fd);

    PROPERTY(c->is_long != is); /* told once, and taken back */
    c->is_long = is;
}

size_t net_segment(int fd)
{
    (void)conn_of(fd);
    return 300;
}

void net_finish(int fd)
{
    struct sim_conn *c = conn_of(fd);

    PROPERTY(!c->finished);
    c->finished = true;
    if (c->fin)
        sim_news(c);
}

void net_abort(int fd)
{
    conn_of(fd)->aborted = true;
}

void net_peer_text(const struct net_peer *peer, char out[NET_PEER_TEXT])
{
    inet_ntop(peer->family == 6 ? AF_INET6 : AF_INET, peer->addr, out,
              NET_PEER_TEXT);
}

int __wrap_close(int fd)
{
    if (fd < SIM_FD)
        return __real_close(fd);
    if (fd >= SIM_FILE) {
        sim_close_file(fd);
    } else if (fd >= SIM_WATCH && fd < SIM_MARKS) {
        PROPERTY(sim.n_watches-- > 0);
    } else if (fd >= SIM_CONN && fd < SIM_WATCH) {
        struct sim_conn *c = conn_of(fd);
        if (--c->holders > 0)
            return 0;
        c->closed = true;
        c->polled = false;
        c->closed_us = sim.now_us;
        sim_reader_end(c);
    } else if (fd == SIM_LISTENER) {
        PROPERTY(!sim.listener_closed);
        sim.listener_closed = true;
    }
    return 0;
}

/* ---- os/tcpinfo ---- */

int tcpinfo_read(int fd, struct tcpinfo *out)
{
    struct sim_conn *c = conn_of(fd);

    memset(out, 0, sizeof *out);
    out->bytes_acked = c->drained;
    out->bytes_received = c->taken;
    return 0;
}

size_t tcpinfo_syn(int fd, char out[TCPINFO_SYN_MAX])
{
    (void)conn_of(fd);
    memset(out, 0, 20);
    return 0;
}

/* ---- os/clock, and what is random ---- */

uint64_t clock_mono_us(void)
{
    return sim.now_us += sim.tick_us;
}

int64_t clock_real_us(void)
{
    return sim.real_us + (int64_t)sim.now_us;
}

int64_t clock_distance_us(void)
{
    return sim.real_us;
}

/* Always the same, so that an input always takes the same way. */
ssize_t __wrap_getrandom(void *p, size_t n, unsigned flags)
{
    (void)flags;
    memset(p, 0x5a, n);
    return (ssize_t)n;
}

/* ---- os/poll ---- */

int poll_new(void)
{
    return SIM_POLL;
}

int poll_add_news(int poll, int fd, void *tag)
{
    PROPERTY(poll == SIM_POLL && fd == SIM_MOUNTS);
    sim.mounts_tag = tag; /* of two that look, the last one has it */
    return 0;
}

int poll_add_edge(int poll, int fd, void *tag)
{
    struct sim_conn *c = conn_of(fd);

    PROPERTY(poll == SIM_POLL && !c->polled);
    c->polled = c->polled_room = c->news = true;
    c->tag = tag;
    return 0;
}

int poll_add_reader(int poll, int fd, void *tag)
{
    int error = poll_add_edge(poll, fd, tag);

    conn_of(fd)->polled_room = false;
    return error;
}

void poll_add_room(int poll, int fd, void *tag)
{
    struct sim_conn *c = conn_of(fd);

    PROPERTY(poll == SIM_POLL && c->polled && c->tag == tag);
    c->polled_room = c->news = true;
}

int poll_add_level(int poll, int fd, void *tag)
{
    PROPERTY(poll == SIM_POLL);
    if (fd == SIM_CONTROL) {
        sim.control_tag = tag;
        sim.control_on = true;
    } else if (fd == SIM_MOVED) {
        sim.moved_tag = tag;
        sim.moved_on = true;
    } else if (fd >= SIM_HELPERS && fd < SIM_MOUNTS) {
        sim.helpers_tag[fd - SIM_HELPERS] = tag;
    } else {
        PROPERTY(fd == SIM_PREPARE + (int)sim.preparer);
        sim.prepare_tag = tag;
        sim.prepare_on = true;
    }
    return 0;
}

int poll_add_listener(int poll, int fd, void *tag)
{
    PROPERTY(poll == SIM_POLL);
    PROPERTY(fd == SIM_LISTENER && !sim.listener_closed);
    sim.listener_tag = tag;
    sim.listening = true;
    return 0;
}

void poll_remove(int poll, int fd)
{
    PROPERTY(poll == SIM_POLL);
    if (fd == SIM_CONTROL)
        sim.control_on = false;
    else if (fd == SIM_LISTENER)
        sim.listening = false;
    else if (fd == SIM_MOVED)
        sim.moved_on = false;
    else if (fd >= SIM_CONN && fd < SIM_WATCH)
        conn_of(fd)->polled = false;
    else
        sim.prepare_on = false;
}

static unsigned ready(const struct sim_conn *c)
{
    unsigned mask = 0;

    if (c->sent > c->taken || c->fin || c->reset)
        mask |= EPOLLIN;
    if (c->polled_room && c->out - c->drained < c->room)
        mask |= EPOLLOUT;
    if (c->fin || c->reset)
        mask |= EPOLLRDHUP;
    if (c->reset || (c->fin && c->finished))
        mask |= EPOLLHUP;
    if (c->reset)
        mask |= EPOLLERR | (c->polled_room ? EPOLLOUT : 0u);
    return mask;
}

static int collect(struct epoll_event *events, int most)
{
    int n = 0;

    PROPERTY(most >= SIM_CONNS + 7);
    if (sim.control_on && sim_control_ready())
        events[n++] = (struct epoll_event){ EPOLLIN, { sim.control_tag } };
    if (sim.prepare_on && sim_prepare_ready())
        events[n++] = (struct epoll_event){ EPOLLIN, { sim.prepare_tag } };
    for (unsigned i = 0; i < SIM_HELPERS_MOST; i++) {
        if (sim_aside_due(i) <= sim.now_us)
            events[n++] =
                (struct epoll_event){ EPOLLIN, { sim.helpers_tag[i] } };
    }
    if (sim.mounts_news && sim.mounts_tag)
        events[n++] = (struct epoll_event){ EPOLLPRI, { sim.mounts_tag } };
    sim.mounts_news = false;
    if (sim.moved_on && sim.n_moved)
        events[n++] = (struct epoll_event){ EPOLLIN, { sim.moved_tag } };
    if (sim.listening && sim.n_queue)
        events[n++] = (struct epoll_event){ EPOLLIN, { sim.listener_tag } };
    for (int i = 0; i < SIM_CONNS; i++) {
        struct sim_conn *c = &sim.conn[i];
        if (!c->polled || !c->news || !ready(c))
            continue;
        c->news = false;
        c->emptied = c->emptied && !(ready(c) & EPOLLIN);
        events[n++] = (struct epoll_event){ ready(c), { c->tag } };
    }
    return n;
}

/* Who reads nothing is not waited for. */
static void check_stuck(void)
{
    uint64_t turn_us = sim.now_us - sim.turn_us;

    sim.turn_us = sim.now_us;
    for (int i = 0; i < SIM_CONNS; i++) {
        struct sim_conn *c = &sim.conn[i];
        if (!c->accepted || c->closed || !c->blocked)
            continue;
        c->stuck_us += turn_us < TURN_US ? turn_us : TURN_US;
        PROPERTY(c->stuck_us < STUCK_US || sim.in_order);
    }
}

static void pass(uint64_t us)
{
    uint64_t due = sim_prepare_due();

    if (sim.prepare_on && due > sim.now_us && due - sim.now_us < us)
        us = due - sim.now_us;
    for (unsigned i = 0; i < SIM_HELPERS_MOST; i++) {
        due = sim_aside_due(i);
        if (due > sim.now_us && due - sim.now_us < us)
            us = due - sim.now_us;
    }
    if (!sim.over && us > sim.skip_us)
        us = sim.skip_us;
    sim.now_us += us;
    sim.skip_us -= us < sim.skip_us ? us : sim.skip_us;
}

int poll_wait(int poll, struct epoll_event *events, int most, int timeout_ms)
{
    PROPERTY(poll == SIM_POLL && timeout_ms >= 0);
    PROPERTY(sim.turns++ < 200000);
    check_stuck();
    sim_queue_check();
    /* a listing is not made at once */
    PROPERTY(sim.names_read * sim.tick_us <= LIST_US + NAMES * sim.tick_us);
    sim.names_read = 0;
    sim.hurried = timeout_ms == 0;
    if (sim.skip_us == 0)
        sim_script_run();
    int n = collect(events, most);
    if (n == 0 && timeout_ms > 0) {
        sim.idle_turns = 0;
        pass((uint64_t)timeout_ms * 1000);
        n = collect(events, most);
    } else if (n == 0) {
        /* again and again at once, for nothing? */
        PROPERTY(sim.idle_turns++ < 5000);
    }
    sim_queue_told();
    sim.now_us += 20;
    return n;
}
