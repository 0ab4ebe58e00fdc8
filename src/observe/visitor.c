/* SPDX-License-Identifier: MIT
 *
 * visitor: receives heads, sends and refills the buffer.
 * Layer: observe.
 */
#include "observe/visitor.h"

#include <errno.h>
#include <string.h>

#include "base/check.h"
#include "http/json.h"
#include "observe/event_text.h"
#include "observe/route.h"
#include "observe/seats.h"
#include "observe/shown.h"
#include "observe/observer_state.h"
#include "os/clock.h"
#include "os/net.h"
#include "os/poll.h"

_Static_assert(CONF_FIELDS_MAX <= HEAD_FIELDS_MAX, "[limits] fields");

#define BEAT_US 10000000u /* a comment for those that watch */
#define EVENTS_A_TURN 40  /* for each that watches, once it is up to date */
#define ANSWERS_A_TURN 32 /* to one visitor that asks on and on */
#define CHUNK_ROOM 16

/* "00001f4\r\n" in front of what was put behind it, CR LF after it. */
static void close_chunk(struct visitor *v, struct buf *b, size_t from)
{
    static const char digits[] = "0123456789abcdef";
    if (!v->chunked)
        return;
    CHECK(b->n >= from + 10);
    size_t n = b->n - from - 10;
    if (n == 0) {
        b->n = from;
        return;
    }
    for (size_t i = 0; i < 8; i++)
        b->p[from + i] = digits[n >> (28 - 4 * i) & 15];
    memcpy(b->p + from + 8, "\r\n", 2);
    BUF_LIT(b, "\r\n");
}

static size_t open_chunk(const struct visitor *v, struct buf *b)
{
    size_t from = b->n;

    if (v->chunked)
        BUF_LIT(b, "0000000000");
    return from;
}

static void last_chunk(struct visitor *v, struct buf *b)
{
    if (v->chunked)
        BUF_LIT(b, "0\r\n\r\n");
    v->producing = PRODUCE_NOTHING;
}

static void fill_asset(struct visitor *v, struct buf *b)
{
    size_t room = b->cap - b->n;
    struct span part = span_to(v->asset, room);

    buf_span_put(b, part);
    v->asset = span_from(v->asset, part.n);
    if (v->asset.n == 0)
        v->producing = PRODUCE_NOTHING;
}

static void fill_ledger(struct observer *o, struct visitor *v, struct buf *b)
{
    size_t from = open_chunk(v, b);

    CHECK(v->joined <= o->history->n_ended);
    while (v->at < v->joined && b->cap - b->n > SHOWN_EVENT_MAX + CHUNK_ROOM) {
        const struct life *l = history_ended(o->history, v->at++);
        if (!l)
            continue;
        struct buf line = buf_over(b->p + b->n, b->cap - b->n - CHUNK_ROOM);
        shown_life(&line, span_str(o->start->conf->observe.mask), o->history,
                   l);
        buf_char(&line, '\n');
        if (!line.overflow)
            b->n += line.n;
    }
    close_chunk(v, b, from);
    if (v->at >= v->joined)
        last_chunk(v, b);
}

static void put_sse(struct observer *o, struct buf *b, const struct happened *x)
{
    struct buf save = *b;

    buf_fmt(b, "id: %llu-%llu\nevent: %s\ndata: ", (unsigned long long)o->boot,
            (unsigned long long)x->id, shown_event_name(x->event.kind));
    shown_event(b, x, span_str(o->start->conf->observe.mask), o->start->issued);
    BUF_LIT(b, "\n\n");
    if (b->overflow)
        *b = save;
}

static enum note_form note_form(const struct visitor *v)
{
    return v->telling == TELL_COLUMNS ? EVENT_TEXT_COLUMNS : EVENT_TEXT_LINE;
}

static void put_event(struct observer *o, const struct visitor *v,
                      struct buf *b, const struct happened *x)
{
    if (v->telling == TELL_EVENTS)
        put_sse(o, b, x);
    else
        event_text_put(b, x, span_str(o->start->conf->observe.mask),
                       note_form(v));
}

/* The visitor was too slow (or there is too much): n events are left out. */
static void put_skipped(struct observer *o, struct visitor *v, struct buf *b,
                        uint64_t n)
{
    v->told_lost += n;
    if (v->telling != TELL_EVENTS) {
        event_text_put_lost(b, clock_real_us(), n, note_form(v));
        return;
    }
    buf_fmt(b, "id: %llu-%llu\nevent: lost\ndata: {",
            (unsigned long long)o->boot, (unsigned long long)v->at - 1);
    json_put_str(b, "event", "lost");
    json_put_u64(b, "lost", n);
    json_put_u64(b, "lost_in_all", v->told_lost);
    BUF_LIT(b, "}\n\n");
}

/* Who is there?  Nothing that a reader would take for an event. */
static void put_beat(const struct visitor *v, struct buf *b)
{
    buf_str(b, v->telling == TELL_EVENTS ? ": still here\n\n" : "\n");
}

static void fill_events(struct observer *o, struct visitor *v, struct buf *b)
{
    const struct history *h = o->history;
    size_t from = open_chunk(v, b);
    uint64_t oldest = history_oldest(h);
    unsigned fresh = 0;

    if (v->at > h->next)
        v->at = h->next;
    if (v->at < oldest) {
        uint64_t n = oldest - v->at;
        v->at = oldest;
        put_skipped(o, v, b, n);
    }
    while (v->at < h->next && b->cap - b->n > SHOWN_EVENT_MAX + CHUNK_ROOM &&
           fresh < EVENTS_A_TURN) {
        fresh += v->at >= v->joined;
        const struct happened *x = history_at(h, v->at++);
        if (x)
            put_event(o, v, b, x);
    }
    CHECK(v->at >= oldest && v->at <= h->next);
    bool silent = b->n == from + (v->chunked ? 10 : 0);
    if (silent && (v->probe || o->now_us - v->moved_us > BEAT_US))
        put_beat(v, b);
    v->probe = false;
    close_chunk(v, b, from);
}

static void fill(struct observer *o, struct visitor *v)
{
    struct buf b = buf_over(v->out, sizeof v->out);

    CHECK(v->fd >= 0 && v->out_at == v->out_n);
    v->out_at = 0;
    if (v->producing == PRODUCE_ASSET)
        fill_asset(v, &b);
    else if (v->producing == PRODUCE_LEDGER)
        fill_ledger(o, v, &b);
    else if (v->producing == PRODUCE_EVENTS)
        fill_events(o, v, &b);
    CHECK(!b.overflow);
    v->out_n = b.n;
    if (b.n)
        v->moved_us = o->now_us;
}

/* False: the visitor is gone, or takes no more just now. */
static bool drain(struct observer *o, struct visitor *v)
{
    CHECK(v->out_at <= v->out_n && v->out_n <= sizeof v->out);
    while (v->out_at < v->out_n) {
        ssize_t n =
            net_send(v->fd, v->out + v->out_at, v->out_n - v->out_at, false);
        if (n == -EAGAIN)
            return false;
        if (n < 0) {
            seats_end(o, v);
            return false;
        }
        v->out_at += (size_t)n;
        v->moved_us = o->now_us;
    }
    v->out_at = v->out_n = 0;
    return true;
}

/* Sends until the answer is out or the visitor takes no more.  An event stream
 * is filled once a turn when it is up to date. */
static bool send_all(struct observer *o, struct visitor *v, bool turn)
{
    while (drain(o, v)) {
        bool stream = v->producing == PRODUCE_EVENTS;
        if (v->producing == PRODUCE_NOTHING)
            return true;
        if (stream && !turn && v->at >= v->joined)
            return false;
        fill(o, v);
        if (v->out_n == 0 && stream)
            return false;
        turn = false;
    }
    return false;
}

/* False: nothing has come; the visitor may be gone.  Bytes are read only when
 * an answer could follow: until then the kernel keeps them. */
static bool receive(struct observer *o, struct visitor *v)
{
    size_t room = sizeof v->in - v->in_n;
    ssize_t n = net_recv(v->fd, v->in + v->in_n, room);

    if (n > 0) {
        v->in_n += (size_t)n;
        return true;
    }
    if (n != -EAGAIN)
        seats_end(o, v); /* what it began to ask it will never finish */
    return false;
}

/* False: it waits for the visitor, or the visitor is gone. */
static bool carry_on(struct observer *o, struct visitor *v, bool turn)
{
    if (!send_all(o, v, turn))
        return false;
    if (v->closing)
        seats_leave(o, v);
    return !v->closing;
}

static void converse(struct observer *o, struct visitor *v)
{
    const struct conf_limits *c = &o->start->conf->limits;
    static struct head head;
    /* a full buffer without an end is a head that is too long */
    struct head_limits limits = { sizeof v->in / 2, sizeof v->in / 2,
                                  sizeof v->in - 1, c->fields };

    for (unsigned n = 0; n < ANSWERS_A_TURN;) {
        enum fault f = head_parse(&head, v->in, v->in_n, &limits);
        if (f == FAULT_MORE) {
            if (!receive(o, v))
                return;
            continue;
        }
        route_answer(o, v, &head, f);
        o->served++;
        v->answered = true;
        n++;
        size_t used = f == FAULT_NONE ? head.bytes : v->in_n;
        CHECK(used <= v->in_n && v->in_n <= sizeof v->in);
        memmove(v->in, v->in + used, v->in_n - used);
        v->in_n -= used;
        v->moved_us = o->now_us;
        if (!carry_on(o, v, true))
            return;
    }
    poll_add_room(o->poll, v->fd, v); /* what is left is told again */
}

void visitor_ready(struct observer *o, struct visitor *v, unsigned events)
{
    /* a tag of the poll set: one of the seats, whole */
    CHECK(v >= o->visitor && v < o->visitor + VISITORS_MAX);
    CHECK((size_t)((char *)v - (char *)o->visitor) % sizeof *v == 0);
    if (v->fd < 0)
        return;
    if (events & (EPOLLERR | EPOLLHUP)) { /* nobody reads an answer */
        seats_end(o, v);
        return;
    }
    /* One that has finished sending may read on (RFC 9112 9.6) or have closed;
     * what a stream sends next tells. */
    if (events & EPOLLRDHUP && !v->finished)
        v->finished = v->probe = true;
    if (!seats_idle(v) && !carry_on(o, v, v->probe))
        return;
    converse(o, v);
}

bool visitor_turn(struct observer *o)
{
    bool watched = false;

    for (unsigned i = 0; i < VISITORS_MAX; i++) {
        struct visitor *v = &o->visitor[i];
        if (v->fd < 0 || v->producing != PRODUCE_EVENTS)
            continue;
        watched = true;
        (void)send_all(o, v, true);
    }
    return watched;
}
