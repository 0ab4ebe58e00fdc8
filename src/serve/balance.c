/* SPDX-License-Identifier: MIT
 *
 * balance: compares the shared counters and calls the least busy worker.
 * Layer: serve.  Waits for nobody: a worker that was called and does not come
 * is left out of the comparison for a while. Heap: one table, at the start.
 */
#include "serve/balance.h"

#include <stdlib.h>

#include "base/check.h"
#include "os/poll.h"
#include "os/wake.h"
#include "serve/worker.h"

#define PATIENCE_US                                                        \
    15000u               /* until a worker that was called should be there \
                          */
#define ABSENT_US 50000u /* until one that did not come is called again */
#define MISSES_MAX 3u    /* then it is left alone until it turns again */
#define BEAT_OLD_US (3u * WORKER_BEAT_MS * 1000u)

bool balance_init(struct worker *w)
{
    if (!w->start->wake || w->conf->workers < 2)
        return true;
    w->acceptor.calls = calloc(w->conf->workers, sizeof w->acceptor.calls[0]);
    return w->acceptor.calls &&
           poll_add_level(w->poll, w->start->wake[w->start->index],
                          &w->acceptor.wake_tag) == 0;
}

void balance_called(const struct worker_start *start)
{
    wake_take(start->wake[start->index]);
}

/* Has not turned since it was called: it waits for a processor, or is stuck. */
static bool waits(const struct call *call, struct counters_slot *s)
{
    return call->us && counters_get(&s->beat_us) <= call->us;
}

static bool absent(const struct worker *w, unsigned i, struct counters_slot *s)
{
    const struct call *call = &w->acceptor.calls[i];
    uint64_t ago_us = w->now.us - call->us;

    if (!waits(call, s) || ago_us < PATIENCE_US)
        return false;
    return call->misses >= MISSES_MAX || ago_us < ABSENT_US;
}

/* The least busy other worker that is turning. */
static struct counters_slot *least_busy(struct worker *w, unsigned *index)
{
    struct counters_slot *best = NULL;
    uint64_t least = UINT64_MAX;

    for (unsigned i = 0; i < w->conf->workers; i++) {
        struct counters_slot *s = w->start->counters->slot[i];
        uint64_t n = counters_open(s);
        if (i == w->start->index || n >= least || absent(w, i, s) ||
            counters_get(&s->beat_us) + BEAT_OLD_US < w->now.us)
            continue;
        best = s;
        least = n;
        *index = i;
    }
    return best;
}

bool balance_yields(struct worker *w)
{
    unsigned index = 0;

    /* a worker of long turns takes what it can get in between */
    if (!w->acceptor.calls || w->ending.drains || listings_wait(&w->answers))
        return false;
    struct counters_slot *other = least_busy(w, &index);
    if (!other)
        return false;
    uint64_t least = counters_open(other);
    if (w->places.n <= least + 1 + least / 8)
        return false;
    CHECK(index != w->start->index && index < w->conf->workers);
    struct call *call = &w->acceptor.calls[index];
    bool missed = waits(call, other);
    if (!missed || w->now.us - call->us >= ABSENT_US) {
        call->misses = missed ? call->misses + 1 : 0;
        call->us = w->now.us;
        wake_call(w->start->wake[index]);
    }
    return true;
}
