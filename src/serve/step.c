/* SPDX-License-Identifier: MIT
 *
 * step: the walk of one connection through its states.
 * Layer: serve.  A list of small named steps; each leaves the connection in a
 * legal state.
 */
#include "serve/step.h"

#include <errno.h>

#include "answer/answer.h"
#include "answer/events.h"
#include "base/apart.h"
#include "base/check.h"
#include "base/uninit.h"
#include "os/net.h"
#include "os/poll.h"
#include "serve/arrivals.h"
#include "serve/closing.h"
#include "serve/conn.h"
#include "serve/moving.h"
#include "serve/fronted.h"
#include "serve/rate.h"
#include "serve/pacing.h"
#include "serve/proxied.h"
#include "serve/request.h"
#include "serve/send.h"
#include "serve/turn.h"
#include "serve/worker.h"

#define FIRST_MOST 32u /* connections a turn */
/* Until others are asked again to take connections, where there was no room, or
 * one may have nothing to do meanwhile; its next request asks by itself. */
#define AGAIN_MS 5
#define IDLE_MS 50

static void set_timer(struct worker *w, struct conn *c, uint64_t ms)
{
    wheel_set(&w->wheel, &c->timer, w->now.ms + ms);
}

/* To a worker that serves on, with what it has said so far; false: it stays.
 * Where there is no room for it just now it waits, and says nothing new. */
static APART bool move_on(struct worker *w, struct conn *c, struct span in)
{
    struct moves *m = &w->ending.moves;

    if (!m->may[c->listener] || !moving_possible(c, in, w->files.behind))
        return false;
    int error = moving_give(w->start->moving[MOVING_GIVE], c,
                            w->conf->listen[c->listener].text, in);
    if (error == -EAGAIN) {
        m->left = true;
        if (!c->txn)
            return true;
        txn_input_keep(c->txn, in, SPAN(""));
        conn_become(c, CONN_HEAD);
        set_timer(w, c, rate_head(&w->pace, c));
        return true;
    }
    m->on = error == 0;
    if (error)
        return false;
    if (c->txn)
        txn_input_done(c->txn);
    closing_give_back(&w->txns, c);
    /* else its events go on coming here, for it is open elsewhere */
    if (c->polled)
        poll_remove(w->poll, c->fd);
    closing_let_go(&w->places, c, END_OPEN);
    return true;
}

void step_move_on(struct worker *w)
{
    struct moves *m = &w->ending.moves;

    m->left = false;
    for (struct list *at = w->places.all.next; at != &w->places.all && m->on;
         at = at->next) {
        struct conn *c = LIST_ENTRY(at, struct conn, node);
        if (c->state == CONN_IDLE)
            (void)move_on(w, c, SPAN(""));
        else if (c->state == CONN_HEAD)
            (void)move_on(w, c, txn_input(c->txn));
    }
    m->due_ms = w->now.ms + (m->left ? AGAIN_MS : IDLE_MS);
}

static void receive_later(struct arrivals *a, struct conn *c)
{
    if (c->unread)
        arrivals_put_off(a, c);
}

/* It has more to say than this turn has time for.  What was not even looked at
 * may be short, and comes first in the next turn; but not so much of it that
 * those that are sent to never have one. */
static void yield(struct worker *w, struct conn *c, bool looked_at)
{
    if (!looked_at && w->arrivals.n_first < FIRST_MOST)
        arrivals_first(&w->arrivals, c);
    else
        arrivals_put_off(&w->arrivals, c);
}

/* FIN now, and whatever the client still sends is thrown away for a while: else
 * a reset destroys the response on its way (RFC 9112 9.6). */
static void linger(struct worker *w, struct conn *c)
{
    closing_give_back(&w->txns, c);
    net_finish(c->fd);
    if (w->answers.ring)
        event_fin(&w->answers, c, false);
    conn_become(c, CONN_LINGER);
    set_timer(w, c, w->conf->timeouts.linger_ms);
    receive_later(&w->arrivals, c); /* what lies there already is no news */
}

static void become_idle(struct worker *w, struct conn *c)
{
    closing_give_back(&w->txns, c);
    if (c->by_request)
        fronted_served(&w->places, c);
    conn_become(c, CONN_IDLE);
    set_timer(w, c, w->idle_ms);
}

/* A request has begun and takes more than this turn. */
static void tell_begun(struct answers *a, const struct conn *c)
{
    if (a->ring && c->state != CONN_HEAD && c->state != CONN_BODY &&
        c->state != CONN_PREPARE)
        event_first(a, c);
}

/* Everything that could be answered is out: what is the connection now? */
static void settle(struct worker *w, struct conn *c, enum request_result r)
{
    struct txn *t = c->txn;

    if (c->closing) {
        if (c->linger && !c->ended) {
            linger(w, c);
        } else {
            /* the last bytes wait for it (send_memory), and bytes of the client
             * that nobody has read would make close() forget them */
            net_finish(c->fd);
            closing_end(w, c, c->end);
        }
        return;
    }
    if (r == REQUEST_WAITS) {
        tell_begun(&w->answers, c);
        conn_become(c, CONN_PREPARE);
        wheel_cancel(&c->timer);
        return;
    }
    if (c->ended) {
        /* half of a request, or none: nothing more will come */
        if (r == REQUEST_CONTENT || t->in_n > 0)
            closing_cut(w, c, END_CLIENT_CLOSED);
        else
            closing_end(w, c, END_CLIENT_CLOSED);
        return;
    }
    if (r == REQUEST_CONTENT) {
        tell_begun(&w->answers, c);
        conn_become(c, CONN_BODY);
        set_timer(w, c, rate_content(&w->pace, c));
    } else if (t->in_n > 0) {
        if (c->state != CONN_HEAD && c->state != CONN_IDLE)
            c->first_us = w->now.us; /* the time to send is not its fault */
        tell_begun(&w->answers, c);
        conn_become(c, CONN_HEAD);
        set_timer(w, c, rate_head(&w->pace, c));
    } else {
        become_idle(w, c);
    }
    receive_later(&w->arrivals, c);
}

static void wait_to_send(struct worker *w, struct conn *c, enum send_result s)
{
    bool paced = s == SEND_PACED, was_paced = c->txn->paced;

    txn_keep_texts(c->txn);
    c->txn->paced = paced;
    if (!paced && c->polled && !c->polled_room) {
        poll_add_room(w->poll, c->fd, c);
        c->polled_room = true;
    }
    if (c->state != CONN_SEND) {
        conn_become(c, CONN_SEND);
        if (w->answers.ring)
            event_waiting(&w->answers, c);
    } else if (!paced && !was_paced) {
        return; /* its pace is looked at when it is due */
    }
    /* the reader's pace counts while it is the reader that is waited for */
    set_timer(w, c,
              paced ? pacing_wait_ms(c, w->now.ms) : rate_send(&w->pace, c));
}

/* Answers what is in `in`, sends it, and settles. */
static void run(struct worker *w, struct conn *c, struct span in)
{
    struct txn *t = c->txn;
    UNINIT struct request q;
    enum request_result r = REQUEST_ANSWERED;
    enum send_result s = SEND_DONE;
    bool on = !w->over || w->answers.listed.open, looked_at = on;
    size_t most = w->conf->limits.pipeline;

    if (w->ending.moves.on) {
        if (moves_later(&w->ending.moves, c, w->files.behind))
            most = 1; /* what comes next goes on there */
        else if (move_on(w, c, in))
            return;
    }
    while (on) {
        unsigned n = 0;
        while (r == REQUEST_ANSWERED && !c->closing && in.n > 0 && n++ < most &&
               txn_room(t, REQUEST_ROOM))
            r = request_take(w, c, &in, &q);
        s = send_flush(w, c);
        on = s == SEND_DONE && r == REQUEST_ANSWERED && !c->closing &&
             in.n > 0 && !w->ending.moves.on && !turn_over(w);
    }
    if (r == REQUEST_HEAVY)
        r = REQUEST_ANSWERED;
    if (r == REQUEST_ANSWERED && s == SEND_DONE && in.n > 0 && !c->closing)
        s = SEND_YIELD; /* it has had its share of this turn */
    if (s == SEND_FAILED) {
        closing_end(w, c, c->end);
        return;
    }
    /* CONTENT and WAITS have put their bytes away themselves */
    if (r == REQUEST_ANSWERED || r == REQUEST_MORE) {
        if (s == SEND_DONE && (in.n == 0 || c->closing))
            txn_input_done(t);
        else
            txn_input_keep(t, c->closing ? SPAN("") : in, SPAN(""));
    }
    if (s == SEND_DONE) {
        settle(w, c, r);
    } else {
        t->after = r;
        wait_to_send(w, c, s);
        if (s == SEND_YIELD)
            yield(w, c, looked_at);
    }
}

/* Content of the request in t's input goes on arriving. */
static bool take_content(struct conn *c, struct span *in)
{
    struct txn *t = c->txn;
    size_t used = 0;
    enum fault f = body_take(&t->body, in->p, in->n, &used);

    *in = span_from(*in, used);
    c->passed.moved += used;
    if (f == FAULT_MORE)
        return false; /* its pace is looked at when it is due */
    t->body_active = false;
    t->body_done = true;
    t->body_fault = f;
    /* the request's head, then what came after its content */
    txn_input_add(t, *in);
    *in = txn_input(t);
    return true;
}

static void client_ended(struct worker *w, struct conn *c)
{
    c->ended = true;
    c->unread = UNREAD_NOTHING;
    if (w->answers.ring)
        event_fin(&w->answers, c, true);
    switch (c->state) {
    case CONN_IDLE:
        closing_end(w, c, c->requests ? END_CLIENT_CLOSED : END_UNUSED);
        break;
    case CONN_HEAD:
    case CONN_BODY:
        closing_cut(w, c, END_CLIENT_CLOSED);
        break;
    case CONN_LINGER:
        closing_end(w, c, c->end);
        break;
    case CONN_PREPARE:
    case CONN_SEND:
    case CONN_CLOSED:
    case CONN_STATE_COUNT:
        break; /* half-closed: it still gets its whole response */
    }
}

static bool need_txn(struct worker *w, struct conn *c)
{
    if (!c->txn) {
        c->txn = txn_borrow(&w->txns);
        if (!c->txn) {
            closing_end(w, c, END_EVICTED);
            return false;
        }
        c->txn->conn = c;
    }
    return true;
}

/* A connection says first whose it is; false: it says nothing else just now. */
static bool take_proxy(struct worker *w, struct conn *c, struct span *in)
{
    struct txn *t = c->txn;

    switch (proxied_take(w, c, in)) {
    case PROXIED_READY:
        if (in->n > 0)
            return true;
        txn_input_done(t);
        become_idle(w, c);
        receive_later(&w->arrivals, c);
        return false;
    case PROXIED_MORE:
        txn_input_keep(t, *in, SPAN(""));
        conn_become(c, CONN_HEAD);
        set_timer(w, c, rate_head(&w->pace, c));
        receive_later(&w->arrivals, c);
        return false;
    case PROXIED_FULL:
        txn_input_done(t);
        step_refuse(w, c, 503, END_LIMIT_ADDRESS);
        return false;
    case PROXIED_REFUSED:
        closing_end(w, c, c->end);
        return false;
    }
    return false;
}

void step_received(struct worker *w, struct conn *c, const char *p, size_t n)
{
    struct span in = span_of(p, n);

    if (n == 0) {
        client_ended(w, c);
        return;
    }
    if (c->state == CONN_LINGER || c->state == CONN_CLOSED)
        return;
    CHECK(conn_is(c));
    CHECK(c->state != CONN_SEND && c->state != CONN_PREPARE);
    if (!need_txn(w, c))
        return;
    struct txn *t = c->txn;
    if (c->state == CONN_IDLE)
        c->first_us = w->now.us;
    if (t->body_active) {
        if (!take_content(c, &in))
            return;
    } else if (t->in_n > 0) {
        txn_input_add(t, in);
        in = txn_input(t);
    }
    if (c->awaits_proxy && !take_proxy(w, c, &in))
        return;
    run(w, c, in);
}

void step_writable(struct worker *w, struct conn *c)
{
    if (c->state != CONN_SEND)
        return;
    struct txn *t = c->txn;
    CHECK(conn_is(c) && txn_is(t) && t->conn == c);
    enum send_result s = send_flush(w, c);

    if (s == SEND_FAILED)
        closing_end(w, c, c->end);
    else if (s != SEND_DONE)
        wait_to_send(w, c, s);
    else if (t->after == REQUEST_ANSWERED && t->in_n > 0 && !c->closing)
        run(w, c, txn_input(t));
    else
        settle(w, c, t->after);
    if (s == SEND_YIELD)
        yield(w, c, true);
}

void step_resume(struct worker *w, struct conn *c)
{
    CHECK(conn_is(c));
    if (c->state == CONN_PREPARE || c->state == CONN_HEAD)
        run(w, c, txn_input(c->txn));
    else if (c->state == CONN_SEND)
        /* answers before this one are still on their way */
        c->txn->after = REQUEST_ANSWERED;
}

void step_last(struct worker *w, struct conn *c)
{
    enum send_result s = send_flush(w, c);

    if (s == SEND_DONE) {
        linger(w, c);
    } else if (s == SEND_FAILED) {
        closing_end(w, c, c->end);
    } else {
        c->txn->after = REQUEST_ANSWERED;
        wait_to_send(w, c, s);
    }
}

void step_refuse(struct worker *w, struct conn *c, int status, enum end why)
{
    UNINIT struct request q;

    if (!need_txn(w, c))
        return;
    head_parse(&q.head, "", 0, &w->head_limits);
    request_forget(w->conf, &q);
    c->requests++;
    c->closing = c->linger = true;
    c->end = why;
    answer_status(&(struct reply){ &w->answers, &q, c, c->txn, false }, status,
                  REASON_OVERLOAD);
    step_last(w, c);
}
