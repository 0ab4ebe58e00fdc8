/* SPDX-License-Identifier: MIT
 *
 * rate: measures how fast requests come in and responses go out.
 * Layer: serve.  What counts as sent is what the client's system has
 * acknowledged: the kernel's own buffer takes megabytes from us at once and may
 * then need minutes to pass them on to a slow but honest reader.
 */
#include "serve/rate.h"

#include "answer/txn.h"
#include "conf/conf.h"
#include "http/moment.h"
#include "os/tcpinfo.h"
#include "serve/conn.h"

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Bytes that have passed so far in this state, by any fixed starting point. */
static uint64_t passed(const struct conn *c)
{
    struct tcpinfo info;

    if (c->state == CONN_HEAD)
        return c->txn->in_n;
    /* on a unix socket: as handed over */
    if (c->state == CONN_SEND && tcpinfo_read(c->fd, &info) == 0)
        return info.bytes_acked;
    return c->passed.moved;
}

static void begin(const struct rate *p, struct conn *c)
{
    c->passed.counted = c->passed.seen = passed(c);
    c->passed.window_ms = c->passed.progress_ms = p->now->ms;
}

static uint64_t rate_of(const struct rate *p, const struct conn *c)
{
    const struct conf_limits *l = p->limits;

    return c->state == CONN_SEND ? l->send_rate : l->recv_rate;
}

/* Longest time without any progress. */
static uint64_t still_ms(const struct rate *p, const struct conn *c)
{
    const struct conf_timeouts *t = p->timeouts;

    return c->state == CONN_SEND ? t->send_ms : t->body_ms;
}

/* Until the next look: progress is seen at looks only, hence two of them in the
 * time that may pass without. */
static uint64_t next_look(const struct rate *p, const struct conn *c)
{
    uint64_t still = still_ms(p, c) / 2 + 1;

    if (c->state == CONN_HEAD) /* all of it in time, whatever its pace */
        still = c->first_us / 1000 + p->timeouts->head_ms - p->now->ms;
    if (rate_of(p, c) == 0)
        return still;
    uint64_t end_ms = c->passed.window_ms + p->limits->rate_window_ms;
    return least(still, end_ms > p->now->ms ? end_ms - p->now->ms : 1);
}

uint64_t rate_content(const struct rate *p, struct conn *c)
{
    c->passed.moved = 0;
    begin(p, c);
    return next_look(p, c);
}

uint64_t rate_send(const struct rate *p, struct conn *c)
{
    c->passed.moved = 0;
    begin(p, c);
    return next_look(p, c);
}

uint64_t rate_head(const struct rate *p, struct conn *c)
{
    if (c->first_us / 1000 + p->timeouts->head_ms <= p->now->ms)
        return 0;
    c->passed.counted = 0;
    c->passed.window_ms = c->first_us / 1000;
    return next_look(p, c);
}

static enum end no_progress(const struct rate *p, struct conn *c,
                            uint64_t bytes)
{
    if (c->state == CONN_HEAD) {
        uint64_t end_ms = c->first_us / 1000 + p->timeouts->head_ms;
        return p->now->ms >= end_ms ? END_HEAD_TIMEOUT : END_OPEN;
    }
    if (bytes != c->passed.seen) {
        c->passed.seen = bytes;
        c->passed.progress_ms = p->now->ms;
    }
    if (p->now->ms - c->passed.progress_ms < still_ms(p, c))
        return END_OPEN;
    return c->state == CONN_SEND ? END_SEND_TIMEOUT : END_BODY_TIMEOUT;
}

/* Averaged over whole windows, one after the other. */
static enum end below_rate(const struct rate *p, struct conn *c, uint64_t bytes)
{
    uint64_t took_ms = p->now->ms - c->passed.window_ms;
    uint64_t rate = rate_of(p, c);

    if (rate == 0 || took_ms < p->limits->rate_window_ms)
        return END_OPEN;
    if ((bytes - c->passed.counted) * 1000 < rate * took_ms)
        return END_RATE_LOW;
    c->passed.counted = bytes;
    c->passed.window_ms = p->now->ms;
    return END_OPEN;
}

enum end rate_check(const struct rate *p, struct conn *c, uint64_t *again_ms)
{
    uint64_t bytes = passed(c);
    enum end why = no_progress(p, c, bytes);

    if (why == END_OPEN)
        why = below_rate(p, c, bytes);
    if (why == END_OPEN)
        *again_ms = next_look(p, c);
    return why;
}
