/* SPDX-License-Identifier: MIT
 *
 * turn: one turn of a worker.
 * Layer: serve.  All receives, then one look whether files changed, then the
 * answers, never the other way round; so an answer can't be older than its
 * request (promise 1).  A turn is short: what takes long is cut by the clock,
 * and those that had a share wait for the next turn (TURN_US).
 */
#include "serve/turn.h"

#include "answer/gate.h"
#include "answer/listings.h"
#include "answer/txn.h"
#include "base/check.h"
#include "files/dirs.h"
#include "files/aside.h"
#include "files/replies.h"
#include "files/follow.h"
#include "files/lookup.h"
#include "files/resolve.h"
#include "files/idle.h"
#include "files/warm.h"
#include "os/clock.h"
#include "os/poll.h"
#include "serve/accepting.h"
#include "serve/access.h"
#include "serve/arrivals.h"
#include "serve/clocks.h"
#include "serve/closing.h"
#include "serve/control.h"
#include "serve/expiry.h"
#include "serve/ferry.h"
#include "serve/capacity.h"
#include "serve/step.h"
#include "serve/worker.h"

/* Most that a new connection waits while others are served. */
#define DUE_TURNS 8
#define DUE_US 1000
#define LIST_US 1000 /* of each turn, for listings */
#define BATCH 64     /* requests that are received before they are answered */

void turn_free_dead(struct worker *w)
{
    while (!list_empty(&w->places.dead)) {
        struct conn *c = LIST_ENTRY(w->places.dead.next, struct conn, turn);
        CHECK(conn_is(c) && c->end < END_COUNT);
        list_remove(&c->turn);
        list_remove(&c->node);
        capacity_left(&w->places, c);
        if (c->end == END_OPEN) {
            counters_add(&w->counters->given, 1);
            continue;
        }
        counters_add(&w->counters->end[c->end], 1);
        counters_add(&w->counters->closed, 1);
    }
    /* each connection that came is open, closed, or another worker's */
    CHECK(w->places.n_dead == 0);
    CHECK(w->places.came == w->places.gone + w->places.n);
}

static void take_received(struct worker *w)
{
    for (size_t i = 0; i < w->arrivals.n_received; i++) {
        struct received *r = &w->arrivals.received[i];
        CHECK(conn_is(r->conn) && r->conn->received);
        r->conn->received = false;
        if (r->conn->state != CONN_CLOSED)
            step_received(w, r->conn, r->p, r->n);
        arrivals_watch(w, r->conn);
        if (i % 8 == 7)
            (void)turn_over(w);
    }
}

/* Those not served in this turn come before those that were and have more to
 * send: else the same few would be served in every turn. */
static void take_writable(struct worker *w)
{
    size_t n = w->arrivals.n_writable, i = 0;

    for (; i < n && (i == 0 || !turn_over(w)); i++)
        step_writable(w, w->arrivals.writable[i]);
    arrivals_unserved(&w->arrivals, i);
}

static void take_news(struct worker *w)
{
    files_news(&w->files);
    control_moved(w->start->control, &w->files);
}

/* Answers all that this part of the turn has received.  Who waited for this
 * turn and those that came in it go first in turn. */
static void answer_received(struct worker *w)
{
    bool writable = w->arrivals.n_writable > 0;

    if (w->arrivals.n_received)
        take_news(w);
    if (writable && w->answers.turn % 2 == 0)
        take_writable(w);
    take_received(w);
    if (writable && w->answers.turn % 2 == 1)
        take_writable(w);
    w->arrivals.n_received = w->arrivals.n_writable = 0;
    w->arrivals.arena_n = 0;
}

/* What helpers were asked for is there, or won't come; false: nothing. */
static bool resume_aside(struct worker *w)
{
    struct list *waiter;
    struct conn *c;
    struct look *l;
    enum end why;
    bool any = false;

    while ((l = lookup_found(&w->files))) {
        resolve_found(&w->files, l);
        lookup_end(&w->files, l);
    }
    for (; (c = ferry_next(w, &why)); any = true) {
        if (why == END_OPEN)
            step_writable(w, c);
        else
            closing_end(w, c, why);
    }
    for (; (waiter = aside_lost(&w->files)); any = true) {
        struct txn *t = LIST_ENTRY(waiter, struct txn, waiter);
        CHECK(txn_is(t) && t->conn);
        t->lost = true;
        step_resume(w, t->conn);
    }
    return any;
}

static inline bool somebody_goes_on(const struct files *fs,
                                    const struct answers *a)
{
    return fs->aside_used || a->gate || replies_any(fs);
}

/* Requests whose facts are there, or won't come, go on; false: none. */
static bool resume(struct worker *w)
{
    bool any = w->files.aside_used && resume_aside(w);
    struct list *waiter;

    while ((waiter = replies_ready(&w->files)) ||
           (waiter = gate_ready(&w->answers))) {
        step_resume(w, LIST_ENTRY(waiter, struct txn, waiter)->conn);
        any = true;
    }
    return any;
}

/* As long as there is reason to think that there are any: to look in vain costs
 * a call, and the next turn looks all the same. */
static void take_facts(struct worker *w)
{
    const struct client *c = w->files.client;

    for (int n = 0; replies_take(&w->files); n++) {
        resume(w);
        if (n + 1 >= REPLIES_TURN_MAX ? !client_left(c) : !client_more(c))
            break;
    }
    resume(w);
}

static bool is_conn(const struct places *p, const void *tag)
{
    const char *at = tag, *from = (const char *)p->conn;

    return at >= from && at < from + p->slots * sizeof p->conn[0];
}

/* Beside a load new connections wait for some turns, if these are short: by
 * then their requests are there, and need neither an entry in the poll set nor
 * an event. */
static bool waited(struct acceptor *a, const struct answers *answers)
{
    return ++a->due_turns > DUE_TURNS || listings_wait(answers) ||
           clock_mono_us() - a->due_since_us > DUE_US;
}

/* Goes on with listings for a moment, however long the turn has been: that is a
 * fifth of one that has taken all its time.  One that is served may come again,
 * at the end of the queue, or at its beginning, if what it waits for is not
 * whole. */
static void list_some(struct worker *w)
{
    struct listed *l = &w->answers.listed;
    struct list todo;

    if (list_empty(&l->queue))
        return;
    l->until_us = clock_mono_us() + LIST_US;
    list_init(&todo);
    list_append(&l->queue, &todo); /* where the queue ends now */
    l->open = true;
    do {
        struct txn *t = LIST_ENTRY(l->queue.next, struct txn, waiter);
        CHECK(txn_is(t) && t->conn);
        list_remove(&t->waiter);
        step_resume(w, t->conn);
    } while (l->queue.next != &todo && clock_mono_us() < l->until_us);
    l->open = false;
    list_remove(&todo);
    if (list_empty(&l->queue))
        listings_forget(&w->answers);
}

static void handle_events(struct worker *w, struct epoll_event *events, int n)
{
    bool facts = false, control = false, aside = false;
    bool busy = false, moved = false;

    arrivals_again(w);
    for (int i = 0; i < n; i++) {
        void *tag = events[i].data.ptr;
        if (w->arrivals.arena_n + ARRIVALS_RECV > ARRIVALS_ARENA ||
            w->arrivals.n_received >= BATCH) {
            answer_received(w);
            (void)turn_over(w);
        }
        if (is_conn(&w->places, tag)) {
            busy = true;
            arrivals_ready(w, tag, events[i].events);
        } else if (tag == &w->files.prepare_fd) {
            facts = true;
        } else if (tag == &w->control_tag) {
            control = true;
            control_roots(&w->files, w->start->control);
        } else if (tag == &w->acceptor.moved_tag) {
            moved = true;
        } else if (tag == &w->acceptor.wake_tag) {
            accepting_called(w);
        } else if (tag == &w->files.aside_tag) {
            aside = true;
        } else if (tag == w->answers.gate) {
            gate_take(&w->answers);
        } else if (tag == &w->files.mounts_tag) {
            aside_mounts(&w->files);
        } else if (tag == w->files.dirs) {
            files_mounts(&w->files);
            take_news(w);
        } else {
            accepting_note(w, tag);
        }
    }
    answer_received(w);
    if (w->acceptor.n_due > 0 && (!busy || waited(&w->acceptor, &w->answers))) {
        w->acceptor.due_turns = 0;
        accepting_take(w);
        answer_received(w);
    }
    if (facts) {
        take_news(w);
        take_facts(w);
    }
    if (aside) {
        aside_take(&w->files);
        resume(w);
    }
    if (control)
        control_take(w);
    if (moved || w->acceptor.last) {
        accepting_moved(w);
        answer_received(w);
    }
    list_some(w);
}

/* -1, which is for ever, is the greatest. */
static int least(int a, int b)
{
    return (unsigned)a < (unsigned)b ? a : b;
}

static void expire(struct worker *w)
{
    struct wheel_item *item;

    while ((item = wheel_expired(&w->wheel, w->now.ms)))
        expiry_take(w, conn_of_timer(item));
}

/* What is made beforehand; when it is, this worker is ready. */
static int warm(struct worker *w)
{
    if (!w->files.warm)
        return -1;
    int ms = warm_turn(&w->files);
    if (!w->files.warm)
        control_ready(w->start->control);
    return ms;
}

/* Idle connections go to workers that serve on. */
static int move_on(struct worker *w)
{
    if (w->now.ms >= w->ending.moves.due_ms)
        step_move_on(w);
    return (int)(w->ending.moves.due_ms - w->now.ms);
}

static int wait_ms(struct worker *w)
{
    int ms, made = warm(w);

    /* each of these has work of its own to do, however busy the turns are */
    do {
        ms = replies_turn(&w->files);
        if (w->files.aside_used)
            ms = least(ms, aside_turn(&w->files));
        /* they may have asked for more */
    } while (somebody_goes_on(&w->files, &w->answers) && resume(w));
    ms = least(ms, made);
    if (follow_waits(&w->files))
        take_news(w);
    ms = least(ms, follow_turn(&w->files));
    uint64_t idle_ms = w->files.idle.due_ms;
    ms = least(ms, idle_ms > w->now.ms ? (int)(idle_ms - w->now.ms)
                                       : idle_turn(&w->files));
    ms = least(ms, wheel_wait_ms(&w->wheel, w->now.ms));
    ms = least(ms, access_turn(w->access));
    ms = least(ms, accepting_turn(w));
    if (w->ending.drains) {
        if (w->ending.moves.on)
            ms = least(ms, move_on(w));
        uint64_t left = w->ending.until_ms - w->now.ms;
        ms = least(ms, w->ending.until_ms > w->now.ms ? (int)left : 0);
    }
    /* what has just been answered by its name may have ended connections */
    if (!list_empty(&w->places.dead) || !list_empty(&w->arrivals.again) ||
        w->acceptor.n_due > 0 || listings_wait(&w->answers))
        return 0;
    /* the heartbeat goes on when nothing else does */
    return least(ms, WORKER_BEAT_MS);
}

void turn_run(struct worker *w, struct epoll_event *events)
{
    int n = poll_wait(w->poll, events, WORKER_EVENTS, wait_ms(w));

    CHECK(n >= 0 && worker_is(w));
    CHECK(w->arrivals.n_received == 0);
    w->answers.turn++;
    w->over = false;
    w->arrivals.n_first = 0;
    clocks_read(w);
    handle_events(w, events, n);
    expire(w);
    turn_free_dead(w);
}
