/* SPDX-License-Identifier: MIT
 *
 * arrivals: one receive a connection and turn, into an arena.
 * Layer: serve.
 */
#include "serve/arrivals.h"

#include <errno.h>

#include "answer/listings.h"
#include "base/check.h"
#include "os/net.h"
#include "os/poll.h"
#include "serve/closing.h"
#include "serve/worker.h"

void arrivals_put_off(struct arrivals *a, struct conn *c)
{
    if (c->again || c->state == CONN_CLOSED)
        return;
    c->again = true;
    list_append(&a->again, &c->turn);
}

void arrivals_first(struct arrivals *a, struct conn *c)
{
    if (c->again || c->state == CONN_CLOSED)
        return;
    c->again = true;
    list_prepend(&a->again, &c->turn);
    a->n_first++;
}

void arrivals_unserved(struct arrivals *a, size_t at)
{
    struct list *behind = a->again.next;

    for (unsigned n = a->n_first; n > 0 && behind != &a->again; n--)
        behind = behind->next;
    for (; at < a->n_writable; at++) {
        struct conn *c = a->writable[at];
        if (c->again || c->state == CONN_CLOSED)
            continue;
        c->again = true;
        list_append(behind, &c->turn); /* in front of it */
    }
}

/* One receive into the arena, to be dealt with after all others. */
static void receive(struct worker *w, struct conn *c)
{
    char *at = w->arrivals.arena + w->arrivals.arena_n;
    CHECK(w->arrivals.arena_n + ARRIVALS_RECV <= ARRIVALS_ARENA);
    CHECK(w->arrivals.n_received < ARRIVALS_MOST);
    ssize_t n = net_recv(c->fd, at, ARRIVALS_RECV);

    if (n == -EAGAIN) {
        c->unread = UNREAD_NOTHING;
        return;
    }
    if (n < 0) {
        closing_end(w, c, END_CLIENT_RESET);
        return;
    }
    if (c->unread != UNREAD_END)
        c->unread = n == ARRIVALS_RECV ? UNREAD_BYTES : UNREAD_NOTHING;
    w->arrivals.arena_n += (size_t)n;
    w->arrivals.received[w->arrivals.n_received++] =
        (struct received){ c, at, (size_t)n };
    c->received = true;
    if (n > 0 && c->unread)
        arrivals_put_off(&w->arrivals, c);
}

char *arrivals_room(struct arrivals *a, size_t n)
{
    bool room =
        a->arena_n + n <= ARRIVALS_ARENA && a->n_received < ARRIVALS_MOST;

    return room ? a->arena + a->arena_n : NULL;
}

void arrivals_said(struct arrivals *a, struct conn *c, struct span in)
{
    CHECK(in.p > a->arena && in.p + in.n <= a->arena + ARRIVALS_ARENA);
    CHECK(a->n_received < ARRIVALS_MOST && in.n > 0 && !c->received);
    a->arena_n = (size_t)(in.p + in.n - a->arena);
    a->received[a->n_received++] = (struct received){ c, in.p, in.n };
    c->received = true;
}

void arrivals_watch(struct worker *w, struct conn *c)
{
    if (c->polled || c->state == CONN_CLOSED)
        return;
    CHECK(conn_is(c) && c->fd >= 0);
    if (c->state == CONN_SEND)
        poll_add_edge(w->poll, c->fd, c);
    else
        poll_add_reader(w->poll, c->fd, c);
    c->polled = true;
    c->polled_room = c->state == CONN_SEND;
}

/* A receive that finds nothing is a system call too many, one that finds a
 * request saves two; so it is tried while one in four succeeds, now and then to
 * see whether it does again, and where the next turn is a long time off. */
static bool greets(struct arrivals *a, const struct answers *answers)
{
    return a->n_received < WORKER_EVENTS &&
           (a->recv_hits > 64 || a->recv_tries++ % 32 == 0 ||
            listings_wait(answers));
}

void arrivals_greet(struct worker *w, struct conn *c)
{
    if (w->arrivals.arena_n + ARRIVALS_RECV <= ARRIVALS_ARENA &&
        greets(&w->arrivals, &w->answers)) {
        receive(w, c);
        w->arrivals.recv_hits -= w->arrivals.recv_hits / 16;
        if (c->received)
            w->arrivals.recv_hits += 16;
    }
    if (!c->received)
        arrivals_watch(w, c);
}

static bool wants_bytes(const struct conn *c)
{
    return c->state == CONN_IDLE || c->state == CONN_HEAD ||
           c->state == CONN_BODY || c->state == CONN_LINGER;
}

static void writable(struct arrivals *a, struct conn *c)
{
    CHECK(a->n_writable < ARRIVALS_MOST);
    a->writable[a->n_writable++] = c;
}

void arrivals_ready(struct worker *w, struct conn *c, unsigned events)
{
    bool ends = (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;

    if (c->state == CONN_CLOSED)
        return;
    if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
        /* what was received in this turn came after what the event tells of */
        if (ends)
            c->unread = UNREAD_END;
        else if (!c->unread && !c->received)
            c->unread = UNREAD_BYTES;
        if (wants_bytes(c) && !c->received && !w->over)
            receive(w, c);
        else if (c->unread)
            arrivals_put_off(&w->arrivals, c);
    }
    if (c->state != CONN_SEND || !(events & (EPOLLOUT | EPOLLHUP | EPOLLERR)))
        return;
    if (w->over)
        arrivals_put_off(&w->arrivals, c);
    else
        writable(&w->arrivals, c);
}

void arrivals_again(struct worker *w)
{
    struct list todo;

    if (list_empty(&w->arrivals.again))
        return;
    list_init(&todo);
    for (int n = 0; n < WORKER_EVENTS && !list_empty(&w->arrivals.again); n++) {
        struct list *node = w->arrivals.again.next;
        list_remove(node);
        list_append(&todo, node);
    }
    while (!list_empty(&todo)) {
        struct conn *c = LIST_ENTRY(todo.next, struct conn, turn);
        list_remove(&c->turn);
        c->again = false;
        if (c->state == CONN_SEND)
            writable(&w->arrivals, c);
        else if (wants_bytes(c) && c->unread &&
                 w->arrivals.arena_n + ARRIVALS_RECV <= ARRIVALS_ARENA)
            receive(w, c);
        else if (wants_bytes(c) && c->unread)
            arrivals_put_off(&w->arrivals, c);
    }
}
