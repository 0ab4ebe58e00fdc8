/* SPDX-License-Identifier: MIT
 *
 * closing: how a connection ends, for whichever reason.
 * Layer: serve.
 */
#include "serve/closing.h"

#include <unistd.h>

#include "answer/events.h"
#include "answer/txn.h"
#include "base/check.h"
#include "base/uninit.h"
#include "serve/access.h"
#include "serve/conn.h"
#include "serve/ferry.h"
#include "serve/fronted.h"
#include "serve/send.h"
#include "serve/worker.h"

void closing_give_back(struct txn_pool *pool, struct conn *c)
{
    if (!c->txn)
        return;
    if (!list_empty(&c->txn->waiter))
        list_remove(&c->txn->waiter);
    ferry_leave(c->txn);
    CHECK(c->txn->conn == c);
    c->txn->lost = false;
    txn_return(pool, c->txn);
    c->txn = NULL;
}

void closing_let_go(struct places *p, struct conn *c, enum end why)
{
    c->end = why;
    conn_become(c, CONN_CLOSED);
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
    wheel_cancel(&c->timer);
    if (c->again)
        list_remove(&c->turn);
    c->again = false;
    list_append(&p->dead, &c->turn);
    p->n_dead++;
}

void closing_end(struct worker *w, struct conn *c, enum end why)
{
    if (c->state == CONN_CLOSED)
        return;
    if (c->txn) {
        send_abandon(w, c, why);
        closing_give_back(&w->txns, c);
    }
    CHECK(why != END_OPEN);
    c->end = why;
    if (w->answers.ring)
        event_end(&w->answers, c);
    closing_let_go(&w->places, c, why);
}

void closing_cut(struct worker *w, struct conn *c, enum end why)
{
    struct txn *t = c->txn;

    if (t && t->in_n > 0 && !txn_sending(t) && !c->awaits_proxy) {
        UNINIT struct request q;
        struct span in = txn_input(t);
        fronted_whole(w, c, &q,
                      head_parse(&q.head, in.p, in.n, &w->head_limits));
        access_cut(w->access, c, &q, why);
        if (w->answers.ring)
            event_cut(&w->answers, c, &q, why);
    }
    closing_end(w, c, why);
}

void closing_give_way(struct worker *w, struct conn *c)
{
    if (c->state == CONN_LINGER)
        closing_end(w, c, c->end);
    else
        closing_cut(w, c, END_EVICTED);
}
