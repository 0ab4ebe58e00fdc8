/* SPDX-License-Identifier: MIT
 *
 * moving: packs a connection, and unpacks it.
 * Layer: serve.
 */
#include "serve/moving.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "answer/txn.h"
#include "base/check.h"
#include "base/hash.h"
#include "os/channel.h"
#include "serve/conn.h"

/* To be raised when a member gets another place or meaning, an enumerator of a
 * fault another number: another version may read it.  t/unit/moved.c tells. */
#define VERSION 1u
#define LAYOUT ((uint64_t)VERSION << 32 | sizeof(struct moved))

uint64_t moving_layout(void)
{
    return LAYOUT;
}

uint64_t moving_address(const char *listen)
{
    return hash_span(0, span_str(listen));
}

bool moving_possible(const struct conn *c, struct span in, bool behind)
{
    const struct txn *t = c->txn;

    if (c->closing || c->ended || c->broken || in.n > MOVING_INPUT_MAX)
        return false;
    if (c->state == CONN_BODY && !behind)
        return false; /* whoever took its content answers it */
    return !t || (!txn_sending(t) && t->record_n == 0 && !t->body_active);
}

static struct moved what_it_is(const struct conn *c, const char *listen)
{
    const struct txn *t = c->txn;
    struct moved m;

    memset(&m, 0, sizeof m); /* it leaves this process, padding and all */
    m.layout = LAYOUT;
    m.listener = moving_address(listen);
    m.number = c->number;
    m.requests = c->requests;
    m.opened_us = c->opened_us;
    m.first_us = c->first_us;
    m.due_ms = c->state == CONN_IDLE ? c->timer.due_ms : 0;
    m.peer = c->peer;
    m.tls = c->tls;
    m.awaits_proxy = c->awaits_proxy;
    m.continued = c->continued;
    m.body_done = t && t->body_done;
    m.body_fault = t && t->body_done ? t->body_fault : FAULT_NONE;
    return m;
}

int moving_give(int give, const struct conn *c, const char *listen,
                struct span in)
{
    static char message[MOVING_BYTES];
    struct moved m = what_it_is(c, listen);

    CHECK(moving_possible(c, in, true) && c->fd >= 0);
    memcpy(message, &m, sizeof m);
    if (in.n)
        memcpy(message + sizeof m, in.p, in.n);
    int error = channel_send(give, message, sizeof m + in.n, &c->fd, 1);
    /* of a user, so many descriptors may be on their way at once */
    return error == -ETOOMANYREFS || error == -ENOBUFS ? -EAGAIN : error;
}

static bool sound(const struct moved *m, int fd)
{
    bool family =
        m->peer.family == 0 || m->peer.family == 4 || m->peer.family == 6;

    return m->layout == LAYOUT && m->number && family &&
           m->body_fault < FAULT_COUNT && net_is_connection(fd);
}

int moving_take(int take, char room[MOVING_BYTES], struct moved *what,
                struct span *in)
{
    int fd = -1;
    size_t n_fds = 1;
    ssize_t n = channel_take(take, room, MOVING_BYTES, &fd, &n_fds);

    if (n < 0)
        return (int)n;
    if (n_fds == 1 && (size_t)n >= sizeof *what) {
        memcpy(what, room, sizeof *what);
        *in = span_of(room + sizeof *what, (size_t)n - sizeof *what);
        if (sound(what, fd))
            return fd;
    }
    if (n_fds == 1)
        close(fd);
    return -EBADMSG;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

void moving_settle(struct conn *c, const struct moved *what, uint64_t now_us)
{
    c->number = what->number;
    c->requests = what->requests;
    /* time is counted from these */
    c->opened_us = least(what->opened_us, now_us);
    c->first_us = least(what->first_us, now_us);
    c->peer = what->peer;
    c->tls = what->tls;
    c->awaits_proxy = what->awaits_proxy;
    c->continued = what->continued;
}
