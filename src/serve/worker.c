/* SPDX-License-Identifier: MIT
 *
 * worker: the event loop.
 * Layer: serve.  A turn is: all receives, then one look whether files changed,
 * then the answers, never the other way round; so an answer can't be older than
 * its request (promise 1).  Ends when told to, or when the master is gone and
 * what was under way is done.
 * Heap: at the start.
 */
#include "serve/worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/check.h"
#include "os/clock.h"
#include "os/log.h"
#include "os/poll.h"
#include "os/sandbox.h"
#include "serve/accepting.h"
#include "serve/access.h"
#include "serve/arrivals.h"
#include "files/asks.h"
#include "serve/control.h"
#include "files/dirs.h"
#include "files/facts.h"
#include "answer/listings.h"
#include "answer/pages.h"
#include "serve/room.h"
#include "serve/step.h"
#include "answer/tell.h"

_Static_assert(CONF_FIELDS_MAX <= HEAD_FIELDS_MAX, "[limits] fields");

#define DUE_TURNS \
    8 /* most that a new connection waits while others are served */

void worker_time(struct worker *w)
{
    w->now_us = clock_mono_us();
    w->now_ms = w->now_us / 1000;
    /* the distance of the two clocks is measured a hundred times a second, so
     * that a wall clock that is set is noticed and most turns read one clock */
    if (w->now_us >= w->distance_due_us) {
        w->distance_us = clock_distance_us();
        w->distance_due_us = w->now_us + 10000;
    }
    w->real_us = (int64_t)w->now_us + w->distance_us;
    int64_t second = w->real_us / 1000000;
    if (second != w->second) {
        if (second < w->second)
            facts_forget(w); /* their dates may lie ahead now */
        w->second = w->cache.second = second;
        date_format(w->date, second);
        txn_pool_rest(&w->txns);
    }
    atomic_store_explicit(&w->counters->beat_us, w->now_us,
                          memory_order_relaxed);
}

static void free_dead(struct worker *w)
{
    while (!list_empty(&w->dead)) {
        struct conn *c = LIST_ENTRY(w->dead.next, struct conn, turn);
        list_remove(&c->turn);
        list_remove(&c->node);
        room_left(w, c);
        counters_add(&w->counters->closed, 1);
    }
}

/* Answers all that this part of the turn has received. */
static void answer_received(struct worker *w)
{
    if (w->n_received && w->dirs && dirs_news(w->dirs))
        w->fresh++;
    for (size_t i = 0; i < w->n_received; i++) {
        struct received *r = &w->received[i];
        r->conn->received = false;
        if (r->conn->state != CONN_CLOSED)
            step_received(w, r->conn, r->p, r->n);
        arrivals_watch(w, r->conn);
    }
    for (size_t i = 0; i < w->n_writable; i++)
        step_writable(w, w->writable[i]);
    w->n_received = w->n_writable = 0;
    w->arena_n = 0;
}

static bool is_conn(const struct worker *w, const void *tag)
{
    const char *p = tag, *from = (const char *)w->conns;

    return p >= from && p < from + w->slots * sizeof w->conns[0];
}

/* Requests whose facts are there, or won't come, go on; false: none. */
static bool resume(struct worker *w)
{
    struct list *waiter;
    bool any = false;

    for (; (waiter = facts_ready(w)); any = true)
        step_resume(w, LIST_ENTRY(waiter, struct txn, waiter)->conn);
    return any;
}

static void take_facts(struct worker *w)
{
    for (int n = 0; n < FACTS_TURN_MAX && facts_take(w); n++)
        resume(w);
    resume(w);
}

static void handle_events(struct worker *w, struct epoll_event *events, int n)
{
    bool facts = false, control = false;
    bool busy = false;

    arrivals_again(w);
    for (int i = 0; i < n; i++) {
        void *tag = events[i].data.ptr;
        if (w->arena_n + WORKER_RECV > WORKER_ARENA)
            answer_received(w);
        if (is_conn(w, tag)) {
            busy = true;
            arrivals_ready(w, tag, events[i].events);
        } else if (tag == &w->prepare_fd) {
            facts = true;
        } else if (tag == &w->control_tag) {
            control = true;
        } else if (tag == &w->wake_tag) {
            accepting_called(w);
        } else if (tag == w->dirs) {
            dirs_forget(w->dirs);
            w->fresh++;
        } else {
            accepting_note(w, tag);
        }
    }
    answer_received(w);
    /* beside a load new connections wait for some turns: by then their requests
     * are there, and need neither an entry in the poll set nor an event */
    if (w->n_due > 0 && (++w->due_turns > DUE_TURNS || !busy)) {
        w->due_turns = 0;
        accepting_take(w);
        answer_received(w);
    }
    if (facts) {
        if (w->dirs && dirs_news(w->dirs))
            w->fresh++;
        take_facts(w);
    }
    if (control)
        control_take(w);
}

static int least(int a, int b)
{
    if (a < 0)
        return b;
    return b < 0 || a < b ? a : b;
}

static void expire(struct worker *w)
{
    struct wheel_item *item;

    while ((item = wheel_expired(&w->wheel, w->now_ms)))
        step_expired(w, conn_of_timer(item));
}

/* Nothing left to do for a worker that is told to end. */
static bool finished(struct worker *w)
{
    if (w->stopping)
        return true;
    return w->draining && (w->n_conns == 0 || w->now_ms >= w->drain_until_ms);
}

static int wait_ms(struct worker *w)
{
    if (!list_empty(&w->again))
        return 0;
    int ms;
    do {
        ms = facts_turn(w);
    } while (resume(w)); /* they may have asked for more */
    ms = least(ms, wheel_wait_ms(&w->wheel, w->now_ms));
    ms = least(ms, access_turn(w));
    ms = least(ms, accepting_turn(w));
    if (w->draining) {
        uint64_t left = w->drain_until_ms - w->now_ms;
        ms = least(ms, w->drain_until_ms > w->now_ms ? (int)left : 0);
    }
    /* what has just been answered by its name may have ended connections */
    if (!list_empty(&w->dead) || !list_empty(&w->again) || w->n_due > 0)
        return 0;
    /* the heartbeat goes on when nothing else does */
    return least(ms, WORKER_BEAT_MS);
}

static void turn(struct worker *w, struct epoll_event *events)
{
    int n = poll_wait(w->poll, events, WORKER_EVENTS, wait_ms(w));

    CHECK(n >= 0);
    w->turns++;
    worker_time(w);
    handle_events(w, events, n);
    expire(w);
    free_dead(w);
}

static void close_all(struct worker *w)
{
    while (!list_empty(&w->conn_all)) {
        struct conn *c = LIST_ENTRY(w->conn_all.next, struct conn, node);
        enum end why = w->stopping ? END_STOPPED : END_DRAINING;
        step_close(w, c, why);
        free_dead(w);
    }
    access_finish(w);
}

static void make_common(struct worker *w)
{
    struct buf b = buf_over(w->common, sizeof w->common);
    uint64_t idle_ms = w->conf->timeouts.idle_ms;

    if (w->conf->server_field) {
        BUF_LIT(&b, "Server: ");
        buf_str(&b, w->conf->server_field);
        BUF_LIT(&b, "\r\n");
    }
    BUF_LIT(&b, "Date: ");
    CHECK(!b.overflow);
    w->common_n = b.n;

    b = buf_over(w->keep_alive, sizeof w->keep_alive);
    BUF_LIT(&b, "Connection: keep-alive\r\n");
    if (idle_ms >= 1000) {
        BUF_LIT(&b, "Keep-Alive: timeout=");
        buf_u64(&b, idle_ms / 1000);
        BUF_LIT(&b, "\r\n");
    }
    w->keep_alive_n = b.n;
    /* a request that is sent just within the announced time still finds the
     * connection open */
    w->idle_ms = idle_ms >= 1000 ? idle_ms + 1000 : idle_ms;
}

static bool make_pools(struct worker *w)
{
    const struct conf_limits *l = &w->conf->limits;
    uint64_t seed = 0;

    (void)!getrandom(&seed, sizeof seed, 0);
    w->arena = malloc(WORKER_ARENA);
    w->received = calloc(WORKER_EVENTS * 2 + 64, sizeof w->received[0]);
    w->writable = calloc(WORKER_EVENTS * 2 + 64, sizeof(struct conn *));
    w->path_cap = l->target_bytes + 2;
    w->path_storage = malloc(w->path_cap);
    if (!w->arena || !w->received || !w->writable || !w->path_storage ||
        !asks_init(w) || !cache_init(&w->cache, w->conf->prepare.files, seed) ||
        !room_init(w) || !guard_init(&w->guard) ||
        !txn_pool_init(&w->txns, w->conns_max,
                       l->head_bytes + WORKER_RECV + 1024))
        return false;
    w->head_limits = (struct head_limits){ l->target_bytes, l->line_bytes,
                                           l->head_bytes, l->fields };
    w->site = &w->conf->sites[0];
    w->path = SPAN("/");
    w->pages = pages_new(w->conf);
    if (!w->pages)
        return false;
    if (w->conf->prepare.freshness == FRESHNESS_AUTO)
        w->dirs = dirs_new(seed * 31 + 7, 8192);
    if (w->dirs)
        dirs_watch_mounts(w->dirs, w->poll);
    return true;
}

bool worker_init(struct worker *w, const struct worker_start *start)
{
    w->start = start;
    w->conf = start->conf;
    w->counters = &start->counters->slot[start->index];
    if (start->board)
        w->ring = &start->board->ring[start->index];
    list_init(&w->conn_free);
    list_init(&w->conn_all);
    list_init(&w->again);
    list_init(&w->dead);
    list_init(&w->asked);
    list_init(&w->hashed);
    list_init(&w->ready);
    w->second = INT64_MIN;
    worker_time(w);
    wheel_init(&w->wheel, w->now_ms);
    make_common(w);
    w->poll = poll_new();
    if (w->poll < 0 || !make_pools(w))
        return false;
    w->client = client_new(start->prepare);
    w->prepare_fd = start->prepare;
    if (!w->client ||
        poll_add_level(w->poll, w->prepare_fd, &w->prepare_fd) < 0 ||
        poll_add_level(w->poll, start->control, &w->control_tag) < 0)
        return false;
    if (start->access_log >= 0) {
        w->access = access_new(w, start->access_log);
        if (!w->access)
            return false;
    }
    return accepting_init(w);
}

/* All that it needs is open: from here on it can read below the roots, and talk
 * to whom it accepts. */
static int confine(const struct worker_start *start)
{
    struct sandbox s = { .role = SANDBOX_WORKER,
                         .n_below = start->n_roots,
                         .landlock_most = SANDBOX_ABI_ALL };
    int *below = calloc(start->n_roots, sizeof *below);

    if (!start->conf->sandbox || !below) {
        free(below);
        return start->conf->sandbox ? -ENOMEM : 0;
    }
    for (size_t i = 0; i < start->n_roots; i++)
        below[i] = start->root[i].fd;
    s.below = below;
    int error = sandbox_enter(&s);
    free(below);
    return error;
}

static void drop_entries(struct worker *w, struct list *entries)
{
    while (!list_empty(entries)) {
        struct entry *e = LIST_ENTRY(entries->next, struct entry, lru);
        cache_unlink(&w->cache, e);
        entry_release(w, e);
    }
}

void worker_free(struct worker *w)
{
    facts_drop(w);
    listings_forget(w);
    if (w->cache.bucket) {
        drop_entries(w, &w->cache.files);
        drop_entries(w, &w->cache.others);
        cache_free(&w->cache);
    }
    pages_free(w);
    if (w->client)
        client_free(w->client);
    if (w->dirs)
        dirs_free(w->dirs);
    access_free(w->access);
    txn_pool_free(&w->txns);
    free(w->asks);
    free(w->calls);
    room_free(w);
    guard_free(&w->guard);
    free(w->arena);
    free(w->received);
    free(w->writable);
    free(w->path_storage);
    free(w);
}

/* The process ends, and what they hold goes with it. */
static int give_up(struct worker *w, struct epoll_event *events)
{
    free(events);
    free(w);
    return 1;
}

int worker_run(const struct worker_start *start)
{
    struct worker *w = calloc(1, sizeof *w);
    struct epoll_event *events = calloc(WORKER_EVENTS, sizeof events[0]);

    if (!w || !events || !worker_init(w, start)) {
        log_error("W001", "not enough memory for what [limits] asks for");
        return give_up(w, events);
    }
    int error = confine(start);
    if (error) {
        log_error("S002", "rights cannot be given up: %s", strerror(-error));
        return give_up(w, events);
    }
    if (w->ring)
        tell_start(w);
    pages_prepare(w);
    control_ready(w);
    while (!finished(w))
        turn(w, events);
    close_all(w);
    worker_free(w);
    free(events);
    return 0;
}
