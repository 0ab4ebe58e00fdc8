/* SPDX-License-Identifier: MIT
 *
 * accepting: accept, and a first receive at once where it pays: often the
 * request is there, for connections are taken when all else in a turn is done.
 * Layer: serve.  When a limit is reached an idle connection gives way; without
 * one the sockets are left alone until a connection has gone or a moment has
 * passed; the kernel's queue waits.  Without descriptors the queue waits for a
 * second, then clients are told (serve/last_fd).
 */
#include "serve/accepting.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "answer/events.h"
#include "answer/listings.h"
#include "answer/txn.h"
#include "base/check.h"
#include "base/uninit.h"
#include "files/keep.h"
#include "http/head.h"
#include "os/log.h"
#include "os/net.h"
#include "os/poll.h"
#include "serve/arrivals.h"
#include "serve/balance.h"
#include "serve/closing.h"
#include "serve/conn.h"
#include "serve/proxied.h"
#include "serve/capacity.h"
#include "serve/last_fd.h"
#include "serve/moving.h"
#include "serve/step.h"
#include "serve/worker.h"

#define BUDGET 16u  /* connections a turn and socket; a power of two */
#define LATE 64u    /* the same, of a turn that was long already */
#define PATIENCE 4u /* turns that leave some, until more are taken at once */
#define PAUSE_MS 100
#define YIELD_MS 5 /* until a worker that left its turn to another is back */

/* Each worker is told of what waits there: a single one that is woken for all
 * may be told to finish in the same turn, and would take nothing. */
static void take_moved(int poll, int take, void *tag, bool on)
{
    if (on)
        poll_add_level(poll, take, tag);
    else
        poll_remove(poll, take);
}

static void listen_on(struct worker *w, bool on)
{
    for (size_t i = 0; i < w->conf->n_listen; i++) {
        if (on && !w->acceptor.listening[i].shut)
            poll_add_listener(w->poll, w->start->listener[i],
                              &w->acceptor.listening[i]);
        else if (!on)
            poll_remove(w->poll, w->start->listener[i]);
    }
    if (w->start->moving)
        take_moved(w->poll, w->start->moving[MOVING_TAKE],
                   &w->acceptor.moved_tag, on);
    CHECK(w->acceptor.on != on && !(on && w->acceptor.not_accepting));
    w->acceptor.on = on;
}

bool accepting_init(struct worker *w)
{
    if (w->conf->n_listen > LISTEN_MAX)
        return false;
    for (size_t i = 0; i < w->conf->n_listen; i++)
        w->acceptor.listening[i].guess = 1;
    last_fd_init(w);
    listen_on(w, true);
    return balance_init(w);
}

static void pause_accepting(struct worker *w, unsigned ms)
{
    if (w->acceptor.on)
        listen_on(w, false);
    w->acceptor.again_ms = w->now.ms + ms;
    w->acceptor.paused_at = w->places.n;
}

static struct conn *seat(struct places *p, int fd, uint64_t number,
                         size_t listener)
{
    struct conn *c = capacity_place(p);

    conn_init(c, fd, number);
    c->listener = (uint8_t)listener;
    list_append(&p->all, &c->node);
    return c;
}

static struct conn *begin(struct worker *w, int fd, const struct net_peer *peer,
                          size_t listener)
{
    uint64_t before = atomic_fetch_add_explicit(w->start->connections, 1,
                                                memory_order_relaxed);
    struct conn *c = seat(&w->places, fd, before + 1, listener);

    c->peer = *peer;
    c->opened_us = c->first_us = w->now.us;
    counters_add(&w->counters->accepted, 1);
    wheel_set(&w->wheel, &c->timer, w->now.ms + w->idle_ms);
    if (w->answers.ring)
        event_accept(&w->answers, c);
    return c;
}

/* Nobody can give way.  True: one client has been told so, another may wait. */
static bool refuse(struct worker *w, size_t i)
{
    enum spare spare = last_fd_refuse(w, i);

    if (spare == LAST_FD_LATER)
        pause_accepting(w, PAUSE_MS);
    return spare == LAST_FD_REFUSED;
}

/* The limit of descriptors, not the configuration, says how many fit. */
static bool few_descriptors(const struct places *p, const struct conf_limits *l)
{
    return p->most < l->connections && !l->connections_per_worker_lab;
}

/* Descriptors or memory are short: somebody gives way, or a moment passes. */
static bool accept_failed(struct worker *w, size_t i, int error)
{
    bool descriptors = error == -EMFILE || error == -ENFILE;

    if (descriptors && keep_give_back(&w->files))
        return true;
    if (!w->acceptor.failing)
        log_warn("W010", "accept: %s; trying again each %d ms",
                 strerror(-error), PAUSE_MS);
    w->acceptor.failing = true;
    if (descriptors && capacity_spare(w))
        return false;
    if (descriptors)
        return refuse(w, i);
    pause_accepting(w, PAUSE_MS);
    return false;
}

/* By a master that has ended since, of this program or of the next: whoever is
 * to finish may hear of it later than of the socket. */
static void was_shut(struct acceptor *a, int poll, int fd, size_t i)
{
    if (a->on)
        poll_remove(poll, fd);
    a->listening[i].shut = true;
}

static bool take_one(struct worker *w, size_t i, bool greet)
{
    struct net_peer peer;
    struct conn *gives_way;

    if (w->acceptor.listening[i].shut)
        return false;
    enum room room = capacity_connection(w, &gives_way);

    if (room == CAPACITY_NONE && few_descriptors(&w->places, &w->conf->limits))
        return refuse(w, i);
    if (room == CAPACITY_NONE)
        pause_accepting(w, PAUSE_MS);
    if (room != CAPACITY_YES)
        return false;
    int fd = net_accept(w->start->listener[i], &peer);
    if (fd == -EINVAL)
        was_shut(&w->acceptor, w->poll, w->start->listener[i], i);
    if (fd == -EAGAIN || fd == -EINVAL)
        return false;
    if (fd < 0)
        return accept_failed(w, i, fd);
    w->acceptor.failing = false;
    w->acceptor.full_since_ms = 0;
    if (gives_way)
        closing_give_way(w, gives_way);
    struct conn *c = begin(w, fd, &peer, i);
    c->awaits_proxy = w->conf->listen[i].proxy;
    if (c->awaits_proxy && !proxied_trusts(w, c)) {
        closing_end(w, c, c->end);
        return true;
    }
    bool welcome = c->awaits_proxy || capacity_address(w, c, false);
    if (welcome && greet) {
        arrivals_greet(w, c);
        return true;
    }
    poll_add_reader(w->poll, fd, c);
    c->polled = true;
    if (!welcome)
        step_refuse(w, c, 503, END_LIMIT_ADDRESS);
    return true;
}

/* One whose address is none of ours has come a moment too late. */
static size_t listener_of(const struct conf *conf, uint64_t address)
{
    for (size_t i = 0; i < conf->n_listen; i++) {
        if (moving_address(conf->listen[i].text) == address)
            return i;
    }
    return 0;
}

/* What is wrong with a head that is more than fits here; 0: they are several
 * requests, of which none is answered: they may be sent again. */
static int too_long(const struct head_limits *limits, struct span in)
{
    UNINIT struct head h;

    return fault_row(head_parse(&h, in.p, in.n, limits))->status;
}

/* A connection that another worker has had until now; its place is there. */
static void go_on(struct worker *w, int fd, const struct moved *what,
                  struct span in)
{
    struct conn *c = seat(&w->places, fd, what->number,
                          listener_of(w->conf, what->listener));
    uint64_t idle_ms = w->now.ms + w->idle_ms;

    moving_settle(c, what, w->now.us);
    counters_add(&w->counters->taken, 1);
    if (w->answers.ring)
        event_taken(&w->answers, c);
    if (!c->awaits_proxy) /* it is in, however many there are */
        (void)capacity_address(w, c, true);
    wheel_set(&w->wheel, &c->timer,
              what->due_ms > 0 && what->due_ms < idle_ms ? what->due_ms
                                                         : idle_ms);
    poll_add_reader(w->poll, fd, c);
    c->polled = true;
    if (in.n == 0)
        return;
    c->txn = txn_borrow(&w->txns);
    if (!c->txn) {
        counters_add(&w->counters->untaken, 1);
        closing_end(w, c, END_EVICTED);
        return;
    }
    c->txn->conn = c;
    if (in.n > c->txn->in_cap) {
        counters_add(&w->counters->untaken, 1);
        int status = too_long(&w->head_limits, in);
        if (status)
            step_refuse(w, c, status, END_FAULTY);
        else
            closing_end(w, c, END_EVICTED);
        return;
    }
    c->txn->body_done = c->txn->unguarded = what->body_done;
    c->txn->body_fault = (enum fault)what->body_fault;
    conn_become(c, CONN_HEAD);
    arrivals_said(&w->arrivals, c, in);
}

/* Though it accepts nothing any more. */
static void take_last(struct acceptor *a, int poll, int take, bool on)
{
    CHECK(a->last != on && a->not_accepting);
    a->last = a->moved_left = on;
    take_moved(poll, take, &a->moved_tag, on);
}

/* Each does so after what it has given last, so that nothing is left, whoever
 * of those that served on has ended before it was taken. */
void accepting_take_back(struct acceptor *a, int poll, int take)
{
    if (!a->not_accepting || a->last)
        return;
    a->takes_back = true;
    take_last(a, poll, take, true);
}

void accepting_moved(struct worker *w)
{
    struct moved what;
    struct conn *gives_way;
    struct span in = SPAN_NONE;
    int fd = 0, take = w->start->moving[MOVING_TAKE];

    w->acceptor.moved_left = true;
    for (unsigned n = 0; n < BUDGET && (w->acceptor.on || w->acceptor.last);
         n++) {
        char *room = arrivals_room(&w->arrivals, MOVING_BYTES);
        if (!room)
            return;
        if (w->acceptor.on && balance_yields(w)) {
            pause_accepting(w, YIELD_MS);
            return;
        }
        enum room place = capacity_connection(w, &gives_way);
        if (place == CAPACITY_NONE && w->acceptor.on)
            pause_accepting(w, PAUSE_MS);
        if (place != CAPACITY_YES)
            return;
        fd = moving_take(take, room, &what, &in);
        if (fd == -EAGAIN) {
            w->acceptor.moved_left = false;
            if (w->acceptor.takes_back)
                take_last(&w->acceptor, w->poll, take, false);
            w->acceptor.takes_back = false;
            return;
        }
        if (fd >= 0 && gives_way)
            closing_give_way(w, gives_way);
        if (fd >= 0)
            go_on(w, fd, &what, in);
        else
            counters_add(&w->counters->untaken, 1);
    }
}

/* Up to `guess` connections of one socket.  A call that finds nothing costs as
 * much as one that finds something, and of a socket where more waits the next
 * turn tells again: so the guess is one until several turns in a row have left
 * some.  Beside what makes a turn long a call is nothing, and what waits behind
 * a hundred others would wait for as many such turns; listings make each one
 * long. */
static void take_some(struct worker *w, size_t i)
{
    struct listening *l = &w->acceptor.listening[i];
    unsigned most = w->over ? LATE : 0, n = 0;

    l->left = l->more ? l->left + 1 : 0;
    if (l->left % PATIENCE == PATIENCE - 1 && l->guess < BUDGET)
        l->guess *= 2;
    if (most < BUDGET && listings_wait(&w->answers))
        most = BUDGET;
    if (most < l->guess)
        most = l->guess;
    while (n < most && w->acceptor.on) {
        if (balance_yields(w)) {
            pause_accepting(w, YIELD_MS);
            return;
        }
        if (!take_one(w, i, true)) {
            l->guess = 1;
            return;
        }
        n++;
    }
}

void accepting_note(struct worker *w, void *tag)
{
    struct listening *l = tag;

    CHECK(l >= w->acceptor.listening &&
          l < w->acceptor.listening + w->conf->n_listen);
    if (!l->due) {
        l->due = true;
        l->more = l->taken + 1 == w->answers.turn;
        if (w->acceptor.n_due++ == 0)
            w->acceptor.due_since_us = w->now.us;
    }
}

void accepting_take(struct worker *w)
{
    for (size_t i = 0; i < w->conf->n_listen; i++) {
        struct listening *l = &w->acceptor.listening[i];
        if (!l->due)
            continue;
        CHECK(w->acceptor.n_due > 0);
        l->due = false;
        w->acceptor.n_due--;
        l->taken = w->answers.turn;
        if (w->acceptor.on)
            take_some(w, i);
    }
}

void accepting_called(struct worker *w)
{
    balance_called(w->start);
    for (size_t i = 0; i < w->conf->n_listen; i++) {
        if (w->acceptor.on)
            accepting_note(w, &w->acceptor.listening[i]);
    }
}

/* The kernel wakes one worker for a connection; should that one be stuck
 * just then, the others find it by themselves. */
static void look(struct worker *w)
{
    w->acceptor.look_ms = w->now.ms + WORKER_BEAT_MS;
    for (size_t i = 0; i < w->conf->n_listen; i++) {
        for (unsigned n = 0; n < BUDGET && w->acceptor.on; n++) {
            if (!take_one(w, i, false))
                break;
        }
    }
}

int accepting_turn(struct worker *w)
{
    if (w->ending.drains)
        return -1;
    if (w->acceptor.on && w->now.ms >= w->acceptor.look_ms)
        look(w);
    if (w->acceptor.on)
        return -1;
    /* none may be able to give way: only one that ended makes a difference */
    if (w->now.ms >= w->acceptor.again_ms ||
        w->places.n < w->acceptor.paused_at) {
        listen_on(w, true);
        return -1;
    }
    return (int)(w->acceptor.again_ms - w->now.ms);
}

void accepting_stop(struct worker *w)
{
    if (w->acceptor.not_accepting)
        return;
    w->acceptor.not_accepting = true;
    if (w->acceptor.on)
        listen_on(w, false);
    for (size_t i = 0; i < w->conf->n_listen; i++) {
        while (take_one(w, i, false))
            ;
        close(w->start->listener[i]);
    }
    if (w->start->moving && !w->ending.moves.on)
        take_last(&w->acceptor, w->poll, w->start->moving[MOVING_TAKE], true);
}
