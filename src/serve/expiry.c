/* SPDX-License-Identifier: MIT
 *
 * expiry: what becomes of a connection whose deadline has come.
 * Layer: serve.
 */
#include "serve/expiry.h"

#include "answer/answer.h"
#include "answer/txn.h"
#include "base/check.h"
#include "base/uninit.h"
#include "os/net.h"
#include "serve/closing.h"
#include "serve/fronted.h"
#include "serve/rate.h"
#include "serve/request.h"
#include "serve/step.h"
#include "serve/worker.h"

/* Half of a request has taken too long. */
static void answer_slow(struct worker *w, struct conn *c, enum end why)
{
    struct txn *t = c->txn;
    UNINIT struct request q;
    struct span in = txn_input(t);
    enum fault f = head_parse(&q.head, in.p, in.n, &w->head_limits);
    CHECK(!t->body_active || f == FAULT_NONE);
    request_forget(w->conf, &q);
    fronted_whole(w, c, &q, f);
    c->requests++;
    c->closing = c->linger = true;
    c->end = why;
    answer_status(&(struct reply){ &w->answers, &q, c, t, false }, 408,
                  REASON_TIMEOUT);
    step_last(w, c);
}

/* A request or a response has a deadline for its pace. */
static void pace_expired(struct worker *w, struct conn *c)
{
    uint64_t again_ms = 0;
    enum end why = rate_check(&w->pace, c, &again_ms);

    if (why == END_OPEN) {
        wheel_set(&w->wheel, &c->timer, w->now.ms + again_ms);
    } else if (c->state == CONN_SEND) {
        net_abort(c->fd);
        closing_end(w, c, why);
    } else if (c->awaits_proxy) {
        closing_end(w, c, END_PROXY_HEADER);
    } else {
        answer_slow(w, c, why);
    }
}

void expiry_take(struct worker *w, struct conn *c)
{
    CHECK(conn_is(c) && !c->timer.hung_ms);
    switch (c->state) {
    case CONN_IDLE:
        closing_end(w, c, c->requests ? END_IDLE_TIMEOUT : END_UNUSED_TIMEOUT);
        break;
    case CONN_HEAD:
    case CONN_BODY:
    case CONN_SEND:
        if (c->state == CONN_SEND && c->txn->paced)
            step_writable(w, c);
        else
            pace_expired(w, c);
        break;
    case CONN_LINGER:
        closing_end(w, c, c->end);
        break;
    case CONN_PREPARE:
    case CONN_CLOSED:
    case CONN_STATE_COUNT:
        break;
    }
}
