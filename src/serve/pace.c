/* SPDX-License-Identifier: MIT
 *
 * pace: measures how fast requests come in and responses go out.
 * Layer: serve.  What counts as sent is what the client's system has
 * acknowledged: the kernel's own buffer takes megabytes from us at once and may
 * then need minutes to pass them on to a slow but honest reader.
 */
#include "serve/pace.h"

#include "answer/txn.h"
#include "os/tcpinfo.h"
#include "serve/conn.h"
#include "serve/worker.h"

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
    return c->moved;
}

static void begin(struct worker *w, struct conn *c)
{
    c->counted = c->seen = passed(c);
    c->window_ms = c->progress_ms = w->now.ms;
}

static uint64_t rate_of(const struct worker *w, const struct conn *c)
{
    const struct conf_limits *l = &w->conf->limits;

    return c->state == CONN_SEND ? l->send_rate : l->recv_rate;
}

/* Longest time without any progress. */
static uint64_t still_ms(const struct worker *w, const struct conn *c)
{
    const struct conf_timeouts *t = &w->conf->timeouts;

    return c->state == CONN_SEND ? t->send_ms : t->body_ms;
}

/* Until the next look: progress is seen at looks only, hence two of them in the
 * time that may pass without. */
static uint64_t next_look(const struct worker *w, const struct conn *c)
{
    uint64_t still = still_ms(w, c) / 2 + 1;

    if (c->state == CONN_HEAD) /* all of it in time, whatever its pace */
        still = c->first_us / 1000 + w->conf->timeouts.head_ms - w->now.ms;
    if (rate_of(w, c) == 0)
        return still;
    uint64_t end_ms = c->window_ms + w->conf->limits.rate_window_ms;
    return least(still, end_ms > w->now.ms ? end_ms - w->now.ms : 1);
}

uint64_t pace_content(struct worker *w, struct conn *c)
{
    c->moved = 0;
    begin(w, c);
    return next_look(w, c);
}

uint64_t pace_send(struct worker *w, struct conn *c)
{
    c->moved = 0;
    begin(w, c);
    return next_look(w, c);
}

uint64_t pace_head(struct worker *w, struct conn *c)
{
    if (c->first_us / 1000 + w->conf->timeouts.head_ms <= w->now.ms)
        return 0;
    c->counted = 0;
    c->window_ms = c->first_us / 1000;
    return next_look(w, c);
}

static enum end no_progress(const struct worker *w, struct conn *c,
                            uint64_t bytes)
{
    if (c->state == CONN_HEAD) {
        uint64_t end_ms = c->first_us / 1000 + w->conf->timeouts.head_ms;
        return w->now.ms >= end_ms ? END_HEAD_TIMEOUT : END_OPEN;
    }
    if (bytes != c->seen) {
        c->seen = bytes;
        c->progress_ms = w->now.ms;
    }
    if (w->now.ms - c->progress_ms < still_ms(w, c))
        return END_OPEN;
    return c->state == CONN_SEND ? END_SEND_TIMEOUT : END_BODY_TIMEOUT;
}

/* Averaged over whole windows, one after the other. */
static enum end below_rate(const struct worker *w, struct conn *c,
                           uint64_t bytes)
{
    uint64_t took_ms = w->now.ms - c->window_ms;
    uint64_t rate = rate_of(w, c);

    if (rate == 0 || took_ms < w->conf->limits.rate_window_ms)
        return END_OPEN;
    if ((bytes - c->counted) * 1000 < rate * took_ms)
        return END_RATE_LOW;
    c->counted = bytes;
    c->window_ms = w->now.ms;
    return END_OPEN;
}

enum end pace_check(struct worker *w, struct conn *c, uint64_t *again_ms)
{
    uint64_t bytes = passed(c);
    enum end why = no_progress(w, c, bytes);

    if (why == END_OPEN)
        why = below_rate(w, c, bytes);
    if (why == END_OPEN)
        *again_ms = next_look(w, c);
    return why;
}
