/* SPDX-License-Identifier: MIT
 *
 * gauges: stores to the worker's slot.
 * Layer: serve.  Turns read the clock once, at their start; times that are told
 * outside are read after each send, which only happens where somebody asked for
 * them ([metrics], [observe]).
 */
#include "serve/gauges.h"

#include "answer/txn.h"
#include "os/clock.h"
#include "os/process.h"
#include "serve/worker.h"

void gauges_init(struct worker *w)
{
    w->wants.timed = w->conf->metrics.listen.text || w->conf->observe.on;
    if (w->wants.timed)
        w->descriptors_own = process_descriptors_open();
}

static void set(_Atomic uint64_t *where, uint64_t value)
{
    atomic_store_explicit(where, value, memory_order_relaxed);
}

void gauges_publish(struct worker *w)
{
    const struct cache *cache = &w->files.cache;
    struct counters_slot *s = w->counters;

    set(&s->in_flight, w->txns.count - w->txns.n_free);
    set(&s->connections_most, w->places.most);
    set(&s->descriptors, w->descriptors_own + w->places.n + cache->n_open);
    set(&s->descriptors_most, w->start->descriptors);
    set(&s->entries, cache->n_files + cache->n_others);
    set(&s->entries_most, cache->files_max + cache->others_max);
    counters_add(&s->lookups, cache->looked - w->told.looked);
    counters_add(&s->misses, cache->added - w->told.added);
    counters_add(&s->evictions, cache->driven - w->told.driven);
    counters_add(&s->refused, w->acceptor.refused - w->told.refused);
    w->told = (struct told){ cache->looked, cache->added, cache->driven,
                             w->acceptor.refused };
}

uint64_t gauges_clock(bool timed)
{
    return timed ? clock_mono_us() : 0;
}

static uint64_t since(const struct record *r, uint64_t now_us)
{
    return now_us > r->started_us ? now_us - r->started_us : 0;
}

void gauges_begun(struct worker *w, struct record *r, uint64_t now_us)
{
    if (now_us && !r->begun && !r->quiet)
        counters_observe(&w->counters->first_byte, since(r, now_us));
    r->begun = true;
}

void gauges_ended(struct worker *w, const struct record *r, uint64_t now_us)
{
    if (now_us && !r->quiet)
        counters_observe(&w->counters->duration, since(r, now_us));
}
