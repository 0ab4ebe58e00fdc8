/* SPDX-License-Identifier: MIT
 *
 * observer: the loop.  Workers wake nobody, so it looks at the boards from time
 * to time: often while something happens, seldom otherwise.
 * Layer: observe.  Heap: at the start only.
 */
#include "observe/observer.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "observe/seats.h"
#include "observe/observer_state.h"
#include "observe/merge.h"
#include "observe/visitor.h"
#include "os/channel.h"
#include "os/clock.h"
#include "os/log.h"
#include "os/net.h"
#include "os/poll.h"
#include "os/sandbox.h"

#define BUSY_MS 20
#define WATCHED_MS 40
#define QUIET_MS 200
#define FORESIGHT_BYTES ((size_t)8 << 20) /* 2,000 paths, and their making */
#define EVENTS_A_TURN 1024 /* what is above is lost, and counted */
#define LEAVE_US 1000000u  /* for those that have been taken, at the end */

/* "127.0.0.1:5001", "[::1]:5001", "unix:/run/x" */
static void find_address(struct observer *o)
{
    char text[sizeof o->address];
    char *colon;

    net_local_text(o->start->listener, text, sizeof text);
    colon = strrchr(text, ':');
    if (strncmp(text, "unix:", 5) == 0 || !colon)
        return;
    for (const char *p = colon + 1; *p; p++)
        o->port = (uint16_t)(o->port * 10 + (*p - '0'));
    *colon = '\0';
    memcpy(o->address, text, sizeof text);
}

static observer_foresee *foresee;

void observer_foresees(observer_foresee *by)
{
    foresee = by;
}

/* The files can be read until the sandbox is entered, and only then. */
static void look_ahead(struct observer *o)
{
    FILE *out = open_memstream(&o->foresight, &o->foresight_n);

    if (!out)
        return;
    if (foresee)
        foresee(o->start->conf, out);
    if (fclose(out) != 0)
        o->foresight_n = 0;
}

static bool init(struct observer *o, const struct observer_start *start)
{
    CHECK(start->listener >= 0 && start->control >= 0 && start->n_sources > 0);
    o->start = start;
    o->started_us = o->now_us = clock_mono_us();
    o->boot = (uint64_t)clock_real_us();
    o->history = history_new();
    for (unsigned i = 0; i < VISITORS_MAX; i++)
        o->visitor[i].fd = -1;
    for (unsigned i = 0; i < LEAVING_MAX; i++)
        o->leaving[i].fd = -1;
    find_address(o);
    o->poll = poll_new();
    return o->poll >= 0 && merge_open(o) &&
           poll_add_listener(o->poll, start->listener, &o->listener_tag) == 0 &&
           poll_add_level(o->poll, start->control, &o->control_tag) == 0;
}

/* False: the master has closed the channel, or is gone. */
static bool hear_master(struct observer *o)
{
    char word;
    ssize_t n = channel_take(o->start->control, &word, 1, NULL, NULL);

    return n > 0;
}

static bool turn(struct observer *o, int wait_ms)
{
    struct epoll_event events[VISITORS_MAX + 2];
    int n = poll_wait(o->poll, events, VISITORS_MAX + 2, wait_ms);
    bool go_on = true, at_the_door = false;

    CHECK(n >= 0);
    o->now_us = clock_mono_us();
    for (int i = 0; i < n; i++) {
        void *tag = events[i].data.ptr;
        if (tag == &o->listener_tag)
            at_the_door = true;
        else if (tag == &o->control_tag)
            go_on = hear_master(o);
        else
            visitor_ready(o, tag, events[i].events);
    }
    /* not before: an event of this batch may point to a seat that a newcomer
     * would get; and the next observer is there for those that come now */
    if (at_the_door && go_on)
        seats_fill(o);
    return go_on;
}

/* What has come is answered.  Streams and those that have nothing to wait for
 * are ended: they ask the next observer. */
static bool see_all_out(struct observer *o)
{
    bool any = false;

    for (unsigned i = 0; i < VISITORS_MAX; i++) {
        struct visitor *v = &o->visitor[i];
        if (v->fd >= 0 && v->producing != PRODUCE_EVENTS)
            visitor_ready(o, v, 0);
        if (v->fd >= 0 && v->producing == PRODUCE_EVENTS)
            seats_end(o, v);
        if (v->fd >= 0 && v->answered && seats_idle(v) && v->in_n == 0) {
            v->closing = true;
            seats_leave(o, v);
        }
        any = any || v->fd >= 0;
    }
    return any;
}

/* Whom this observer has taken no other can answer. */
static void leave(struct observer *o)
{
    struct epoll_event events[VISITORS_MAX];
    uint64_t until = clock_mono_us() + LEAVE_US;

    poll_remove(o->poll, o->start->listener);
    poll_remove(o->poll, o->start->control);
    while (see_all_out(o)) {
        o->now_us = clock_mono_us();
        if (o->now_us >= until)
            break;
        (void)poll_wait(o->poll, events, VISITORS_MAX,
                        (int)((until - o->now_us) / 1000) + 1);
    }
}

static const struct sandbox nothing_to_read = { .role = SANDBOX_OBSERVER,
                                                .landlock_most =
                                                    SANDBOX_ABI_ALL };

size_t observer_bytes(const struct conf *conf)
{
    return sizeof(struct observer) + history_bytes() + FORESIGHT_BYTES +
           OBSERVER_SOURCES * conf->workers * sizeof(struct tap);
}

int observer_run(const struct observer_start *start)
{
    struct observer *o = calloc(1, sizeof *o);
    int wait_ms = 0;

    if (!o || !init(o, start)) {
        log_error("O003", "not enough memory to observe");
        return 1;
    }
    /* the workers come first */
    if (nice(10) == -1)
        log_debug("O004", "could not step back behind the workers");
    look_ahead(o);
    int error = start->conf->sandbox ? sandbox_enter(&nothing_to_read) : 0;
    if (error) {
        log_error("S003", "rights cannot be given up: %s", strerror(-error));
        return 1;
    }
    while (turn(o, wait_ms)) {
        merge_clock(o);
        unsigned taken = merge_take(o, EVENTS_A_TURN);
        bool busy = taken > 0;
        if (taken < EVENTS_A_TURN) /* all that has happened is known */
            history_idle(o->history, o->now_us);
        if (!busy)
            history_rest(o->history);
        bool watched = visitor_turn(o);
        seats_turn(o);
        wait_ms = busy ? BUSY_MS : watched ? WATCHED_MS : QUIET_MS;
    }
    leave(o);
    history_free(o->history);
    free(o->foresight);
    free(o->tap);
    free(o);
    return 0;
}
