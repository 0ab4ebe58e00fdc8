/* SPDX-License-Identifier: MIT
 *
 * seats: the numbers, and what they do.
 * Layer: observe.
 */
#include "observe/seats.h"

#include <unistd.h>

#include "base/check.h"
#include "http/page.h"
#include "http/status.h"
#include "observe/observer_state.h"
#include "os/net.h"
#include "os/poll.h"

#define SILENT_US 30000000u /* without a request, or taking no output */
#define STUCK_US 10000000u  /* takes no output, and others wait for the seat */
#define STREAMS_MAX 40      /* the other seats are for pages and questions */
#define LEAVE_US 1000000u   /* to read the last answer in */

_Static_assert(STREAMS_MAX < VISITORS_MAX, "others must find a seat");

bool seats_idle(const struct visitor *v)
{
    return v->out_n == 0 && v->producing == PRODUCE_NOTHING;
}

static bool stream(const struct visitor *v)
{
    return v->fd >= 0 && v->producing == PRODUCE_EVENTS;
}

/* For how long it has not taken what is there for it; 0: it is not late. */
static uint64_t late_us(const struct observer *o, const struct visitor *v)
{
    return v->out_at < v->out_n ? o->now_us - v->moved_us : 0;
}

void seats_end(struct observer *o, struct visitor *v)
{
    CHECK(v->fd >= 0);
    poll_remove(o->poll, v->fd);
    close(v->fd);
    v->fd = -1;
}

/* A socket that is closed while it holds unread bytes is reset, and a reset may
 * overtake the answer (RFC 9112 9.6). */
static void linger(struct observer *o, int fd)
{
    struct leaving *l = &o->leaving[o->left++ % LEAVING_MAX];

    CHECK(fd >= 0 && fd != l->fd);
    net_finish(fd);
    if (l->fd >= 0)
        close(l->fd);
    *l = (struct leaving){ .fd = fd, .until_us = o->now_us + LEAVE_US };
}

void seats_leave(struct observer *o, struct visitor *v)
{
    CHECK(v->fd >= 0 && v->closing && seats_idle(v));
    poll_remove(o->poll, v->fd);
    linger(o, v->fd);
    v->fd = -1;
}

/* The one that has waited longest for a request, else for room. */
static struct visitor *gives_way(struct observer *o, bool streams_only)
{
    struct visitor *idle = NULL, *stuck = NULL;

    for (unsigned i = 0; i < VISITORS_MAX; i++) {
        struct visitor *v = &o->visitor[i];
        if (v->fd < 0 || (streams_only && !stream(v)))
            continue;
        if (seats_idle(v) && (!idle || v->moved_us < idle->moved_us))
            idle = v;
        if (late_us(o, v) > STUCK_US &&
            (!stuck || v->moved_us < stuck->moved_us))
            stuck = v;
    }
    return idle ? idle : stuck;
}

static struct visitor *free_seat(struct observer *o)
{
    for (unsigned i = 0; i < VISITORS_MAX; i++) {
        if (o->visitor[i].fd < 0)
            return &o->visitor[i];
    }
    struct visitor *v = gives_way(o, false);
    if (v)
        seats_end(o, v);
    return v;
}

/* Everybody is being served: the answer of one who has nothing to wait for. */
static void refuse(struct observer *o, int fd)
{
    char text[PAGE_BYTES_MAX + 512], content[PAGE_BYTES_MAX];
    struct buf page = buf_over(content, sizeof content);
    struct buf b = buf_over(text, sizeof text);

    page_error(&page, LANGUAGE_EN, 503, wording(WORD_OBSERVER_FULL));
    buf_span_put(&b, status_line(503));
    buf_fmt(&b,
            "Content-Type: text/html; charset=utf-8\r\n"
            "Cache-Control: no-store\r\nRetry-After: 10\r\n"
            "Content-Length: %zu\r\nConnection: close\r\n\r\n",
            page.n);
    buf_span_put(&b, buf_span(&page));
    (void)net_send(fd, text, b.n, false); /* fits, or nobody reads it */
    linger(o, fd);
}

void seats_fill(struct observer *o)
{
    struct net_peer peer;
    int fd;

    while ((fd = net_accept(o->start->listener, &peer)) >= 0) {
        struct visitor *v = free_seat(o);
        if (!v) {
            refuse(o, fd);
            continue;
        }
        if (poll_add_edge(o->poll, fd, v) < 0) {
            close(fd);
            continue;
        }
        CHECK(v->fd < 0);
        v->fd = fd;
        v->in_n = v->out_n = v->out_at = 0;
        v->producing = PRODUCE_NOTHING;
        v->closing = v->chunked = v->finished = v->probe = false;
        v->answered = false;
        v->moved_us = o->now_us;
    }
}

bool seats_stream(struct observer *o)
{
    unsigned n = 0;

    for (unsigned i = 0; i < VISITORS_MAX; i++)
        n += stream(&o->visitor[i]);
    if (n < STREAMS_MAX)
        return true;
    struct visitor *v = gives_way(o, true);
    if (v)
        seats_end(o, v);
    return v != NULL;
}

void seats_turn(struct observer *o)
{
    for (unsigned i = 0; i < VISITORS_MAX; i++) {
        struct visitor *v = &o->visitor[i];
        bool waits = seats_idle(v) || v->out_at < v->out_n;
        if (v->fd >= 0 && waits && o->now_us - v->moved_us > SILENT_US)
            seats_end(o, v);
    }
    for (unsigned i = 0; i < LEAVING_MAX; i++) {
        struct leaving *l = &o->leaving[i];
        if (l->fd >= 0 && o->now_us > l->until_us) {
            close(l->fd);
            l->fd = -1;
        }
    }
}
