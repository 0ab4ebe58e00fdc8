/* SPDX-License-Identifier: MIT
 *
 * pacing: where a response is cut.
 * Layer: serve.  [server] pieces cuts it behind its status line and its head;
 * [server] mss behind each segment, because a kernel hands bigger ones to
 * loopback and to capable network cards, and a capture shows those.  [pace]
 * holds an answer back until it is due, and lets its content leave in parts of
 * STEP_MS each; a timer of the worker's wheel wakes the connection.
 */
#include "serve/pacing.h"

#include <string.h>

#include "answer/txn.h"
#include "base/check.h"
#include "conf/conf.h"
#include "http/moment.h"
#include "os/net.h"
#include "serve/conn.h"
#include "serve/worker.h"

#define STEP_MS 64 /* two ticks of the wheel */

bool pacing_wanted(const struct conf *conf)
{
    return conf->pieces || conf->mss || conf->n_paces;
}

static size_t through(struct span s, struct span what)
{
    const char *at = memmem(s.p, s.n, what.p, what.n);

    CHECK(at);
    return (size_t)(at - s.p) + what.n;
}

/* Where the piece ends whose first byte comes next. */
static uint64_t piece_end(const struct txn *t)
{
    if (t->record_at == t->record_n)
        return t->queued; /* 100 (Continue) alone */
    const struct record *r = &t->record[t->record_at];
    struct span out = span_of(t->out.p + r->answer_at, t->out.n - r->answer_at);
    uint64_t content = r->ends - r->line.bytes;
    uint64_t head = content - through(out, SPAN("\r\n\r\n"));
    uint64_t fields = head + through(out, SPAN("\r\n"));

    if (t->sent < head)
        return head;
    if (t->sent < fields)
        return fields;
    return t->sent < content ? content : r->ends;
}

/* When the bytes of content that are out already are what the rate allows. */
static uint64_t on_time_ms(const struct txn *t, const struct record *r)
{
    uint64_t content = r->ends - r->line.bytes;

    return r->from_ms + (t->sent - content) * 1000 / r->rate;
}

/* How far the stream may go now: up to an answer that is not due, or to the
 * content of one with a rate, whose head goes first; then step by step. */
static uint64_t pace_end(struct txn *t, uint64_t now_ms)
{
    uint64_t begins = t->sent;

    for (unsigned i = t->record_at; i < t->record_n; i++) {
        struct record *r = &t->record[i];
        uint64_t content = r->ends - r->line.bytes;
        if (r->due_ms > now_ms)
            return begins;
        begins = r->ends;
        if (r->rate == 0 || r->line.bytes == 0)
            continue;
        if (t->sent < content)
            return content;
        if (r->from_ms == 0)
            r->from_ms = now_ms;
        uint64_t even_ms = on_time_ms(t, r);
        if (even_ms > now_ms)
            return t->sent;
        /* what a slow reader left out is not made up for */
        if (even_ms + STEP_MS < now_ms)
            r->from_ms += now_ms - STEP_MS - even_ms;
        uint64_t step = r->rate * STEP_MS / 1000;
        uint64_t end = t->sent + (step ? step : 1);
        return end < r->ends ? end : r->ends;
    }
    return t->queued;
}

uint64_t pacing_wait_ms(const struct conn *c, uint64_t now_ms)
{
    const struct txn *t = c->txn;
    CHECK(txn_is(t) && t->record_at < t->record_n);
    const struct record *r = &t->record[t->record_at];
    uint64_t at_ms = r->due_ms > now_ms ? r->due_ms : on_time_ms(t, r);

    return at_ms > now_ms ? at_ms - now_ms : 0;
}

size_t pacing_most(const struct worker *w, struct conn *c)
{
    struct txn *t = c->txn;
    uint64_t most = t->queued - t->sent;

    if (w->conf->n_paces)
        most = pace_end(t, w->now.ms) - t->sent;
    if (w->conf->pieces && piece_end(t) - t->sent < most)
        most = piece_end(t) - t->sent;
    if (w->conf->mss) {
        size_t segment = net_segment(c->fd);
        if (segment && most > segment)
            most = segment;
    }
    CHECK(t->sent + most <= t->queued);
    return (size_t)most;
}
