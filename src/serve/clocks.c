/* SPDX-License-Identifier: MIT
 *
 * clocks: what time it is in a turn, and what a new second brings.
 * Layer: serve.
 */
#include "serve/clocks.h"

#include "answer/txn.h"
#include "base/apart.h"
#include "files/idle.h"
#include "files/replies.h"
#include "http/date.h"
#include "os/clock.h"
#include "serve/gauges.h"
#include "serve/worker.h"

static APART void begin_second(struct worker *w, int64_t second)
{
    if (second < w->now.second)
        replies_forget(&w->files); /* their dates may lie ahead now */
    w->now.second = w->files.cache.second = second;
    date_format(w->now.date, second);
    idle_within(&w->files); /* what has grown since it was found */
    txn_pool_rest(&w->txns);
    capacity_rest(&w->places);
    gauges_publish(w);
}

void clocks_read(struct worker *w)
{
    w->now.us = clock_mono_us();
    w->now.ms = w->now.us / 1000;
    /* the distance of the two clocks is measured a hundred times a second, so
     * that a wall clock that is set is noticed and most turns read one clock */
    if (w->now.us >= w->clocks.due_us) {
        w->clocks.distance_us = clock_distance_us();
        w->clocks.due_us = w->now.us + 10000;
    }
    w->now.real_us = (int64_t)w->now.us + w->clocks.distance_us;
    int64_t second = w->now.real_us / 1000000;
    if (second != w->now.second)
        begin_second(w, second);
    atomic_store_explicit(&w->counters->beat_us, w->now.us,
                          memory_order_relaxed);
}
