/* SPDX-License-Identifier: MIT
 *
 * worker: what a worker has, from its start to its end.
 * Layer: serve.  Ends when told to, or when the master is gone and what was
 * under way is done.
 * Heap: at the start.
 */
#include "serve/worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "answer/gate.h"
#include "answer/listings.h"
#include "answer/pages.h"
#include "answer/events.h"
#include "base/check.h"
#include "files/aside.h"
#include "files/replies.h"
#include "files/warm.h"
#include "os/heap.h"
#include "os/log.h"
#include "os/poll.h"
#include "os/sandbox.h"
#include "os/watch.h"
#include "serve/accepting.h"
#include "serve/access.h"
#include "serve/control.h"
#include "serve/gauges.h"
#include "serve/pacing.h"
#include "serve/capacity.h"
#include "serve/clocks.h"
#include "serve/closing.h"
#include "serve/turn.h"

_Static_assert(ARRIVALS_MOST >= 2 * WORKER_EVENTS, "arrivals_again(), poll");
_Static_assert(CONF_FIELDS_MAX <= HEAD_FIELDS_MAX, "[limits] fields");

/* Nothing left to do for a worker that is told to end. */
static bool finished(struct worker *w)
{
    if (w->ending.stops)
        return true;
    return w->ending.drains &&
           ((w->places.n == 0 &&
             !(w->acceptor.last && w->acceptor.moved_left)) ||
            w->now.ms >= w->ending.until_ms);
}

static void close_all(struct worker *w)
{
    while (!list_empty(&w->places.all)) {
        struct conn *c = LIST_ENTRY(w->places.all.next, struct conn, node);
        enum end why = w->ending.stops ? END_STOPPED : END_DRAINING;
        closing_end(w, c, why);
        turn_free_dead(w);
    }
    access_finish(w->access);
}

static void make_common(struct worker *w)
{
    struct buf b = buf_over(w->lines.common, sizeof w->lines.common);
    uint64_t idle_ms = w->conf->timeouts.idle_ms;

    if (w->conf->server_field) {
        BUF_LIT(&b, "Server: ");
        buf_str(&b, w->conf->server_field);
        BUF_LIT(&b, "\r\n");
    }
    BUF_LIT(&b, "Date: ");
    CHECK(!b.overflow);
    w->lines.common_n = b.n;

    b = buf_over(w->lines.keep_alive, sizeof w->lines.keep_alive);
    BUF_LIT(&b, "Connection: keep-alive\r\n");
    if (idle_ms >= 1000) {
        BUF_LIT(&b, "Keep-Alive: timeout=");
        buf_u64(&b, idle_ms / 1000);
        BUF_LIT(&b, "\r\n");
    }
    w->lines.keep_alive_n = b.n;
    w->idle_ms = idle_ms + w->conf->timeouts.idle_grace_ms;
}

static bool make_pools(struct worker *w)
{
    const struct conf_limits *l = &w->conf->limits;
    uint64_t seed = 0;

    (void)!getrandom(&seed, sizeof seed, 0);
    w->arrivals.arena = malloc(ARRIVALS_ARENA);
    w->arrivals.received =
        calloc(ARRIVALS_MOST, sizeof w->arrivals.received[0]);
    w->arrivals.writable = calloc(ARRIVALS_MOST, sizeof(struct conn *));
    w->path.cap = l->target_bytes + 2;
    w->path.p = malloc(w->path.cap);
    if (!w->arrivals.arena || !w->arrivals.received || !w->arrivals.writable ||
        !w->path.p ||
        !files_init(&w->files, w->start->root, w->start->n_roots,
                    w->start->prepare, seed) ||
        !capacity_init(w) || !guard_init(&w->guard) ||
        !txn_pool_init(&w->txns, w->places.most,
                       l->head_bytes + ARRIVALS_RECV + 1024))
        return false;
    w->wants.stepwise = pacing_wanted(w->conf);
    w->wants.fields = w->conf->proxy.fields != PROXY_FIELDS_NONE;
    w->wants.early = w->conf->health.path || w->conf->health.live ||
                     w->conf->https_port || w->conf->accept_upload ||
                     w->wants.fields;
    w->head_limits = (struct head_limits){ l->target_bytes, l->line_bytes,
                                           l->head_bytes, l->fields };
    w->answers.pages = pages_new(w->conf);
    return w->answers.pages != NULL;
}

bool worker_init(struct worker *w, const struct worker_start *start)
{
    w->magic = WORKER_MAGIC;
    w->start = start;
    w->conf = start->conf;
    w->counters = start->counters->slot[start->index];
    if (start->board) {
        w->answers.ring = &start->board->ring[start->index];
        board_writer_start(w->answers.ring);
    }
    list_init(&w->places.all);
    list_init(&w->arrivals.again);
    list_init(&w->places.dead);
    list_init(&w->answers.listed.queue);
    list_init(&w->ferried);
    w->now.second = INT64_MIN;
    clocks_read(w);
    wheel_init(&w->wheel, w->now.ms);
    make_common(w);
    w->poll = poll_new();
    w->files.conf = w->conf;
    w->files.now = &w->now;
    w->files.issued = start->issued;
    w->files.keep_alive = span_of(w->lines.keep_alive, w->lines.keep_alive_n);
    w->files.poll = w->poll;
    w->pace = (struct rate){ &w->conf->limits, &w->conf->timeouts, &w->now };
    w->answers.conf = w->conf;
    w->answers.now = &w->now;
    w->answers.standing = start->standing;
    w->answers.files = &w->files;
    w->answers.keep_alive = w->files.keep_alive;
    w->answers.logs = start->access_log >= 0;
    if (w->answers.logs && w->conf->log.format == LOG_JSON)
        w->answers.ids = 1ull << FIELD_X_REQUEST_ID | 1ull << FIELD_TRACEPARENT;
    if (w->poll < 0 || !make_pools(w))
        return false;
    if (poll_add_level(w->poll, start->control, &w->control_tag) < 0)
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
static int confine(const struct worker_start *start, const struct files *fs)
{
    struct sandbox s = { .role = SANDBOX_WORKER,
                         .landlock_most = SANDBOX_ABI_ALL };
    int *below =
        calloc(start->n_roots * (2 + ROOT_PREVIOUS_MAX), sizeof *below);

    if (!start->conf->sandbox || !below) {
        free(below);
        return start->conf->sandbox ? -ENOMEM : 0;
    }
    for (size_t i = 0; i < start->n_roots; i++) {
        below[s.n_below++] = fs->root[i].fd; /* by its name, by now */
        if (start->root[i].releases >= 0)
            below[s.n_below++] = start->root[i].releases;
        for (unsigned k = 0; k < fs->root[i].n_previous; k++)
            below[s.n_below++] = fs->root[i].previous[k].fd;
    }
    s.below = below;
    int error = sandbox_enter(&s);
    free(below);
    return error;
}

bool worker_free(struct worker *w)
{
    CHECK(worker_is(w));
    warm_end(&w->files);
    replies_drop(&w->files);
    aside_drop(&w->files);
    listings_forget(&w->answers);
    pages_free(&w->answers);
    if (!gate_end(&w->answers) || !files_free(&w->files))
        return false;
    CHECK(w->files.listing_bytes == 0);
    CHECK(list_empty(&w->ferried) && list_empty(&w->arrivals.again));
    access_free(w->access);
    txn_pool_free(&w->txns);
    free(w->acceptor.calls);
    capacity_free(&w->places);
    guard_free(&w->guard);
    free(w->arrivals.arena);
    free(w->arrivals.received);
    free(w->arrivals.writable);
    free(w->path.p);
    w->magic = 0;
    free(w);
    return true;
}

/* The process ends, and what they hold goes with it. */
static int give_up(struct worker *w, struct epoll_event *events,
                   enum worker_failure why)
{
    free(events);
    free(w);
    return (int)why;
}

int worker_run(const struct worker_start *start)
{
    if (!gate_can(start->conf)) /* before anything can be open to all */
        return WORKER_FAILED_PASSWORDS;
    struct worker *w = calloc(1, sizeof *w);
    struct epoll_event *events = calloc(WORKER_EVENTS, sizeof events[0]);
    if (!w || !events || !worker_init(w, start)) {
        log_error("W001", "not enough memory for what [limits] asks for");
        return give_up(w, events, WORKER_FAILED_MEMORY);
    }
    gauges_init(w);
    if (!aside_start(&w->files)) {
        log_error("W081", "no helpers for file systems that may hang");
        return give_up(w, events, WORKER_FAILED_HELPERS);
    }
    if (gate_wanted(w->conf) &&
        !gate_start(&w->answers, w->poll, start->attempts)) {
        log_error("W093", "no helpers for the passwords of [access]");
        return give_up(w, events, WORKER_FAILED_HELPERS);
    }
    if (w->files.marks)
        (void)watch_stand();
    int error = confine(start, &w->files);
    if (error) {
        log_error("S002", "rights cannot be given up: %s", strerror(-error));
        return give_up(w, events, WORKER_FAILED_RIGHTS);
    }
    if (w->answers.ring)
        event_start(&w->answers);
    pages_prepare(&w->answers);
    warm_start(&w->files);
    heap_trim(); /* what reading the mounts and the filter took */
    if (!w->files.warm)
        control_ready(w->start->control);
    while (!finished(w))
        turn_run(w, events);
    close_all(w);
    free(events);
    if (!worker_free(w))
        _exit(0);
    return 0;
}
