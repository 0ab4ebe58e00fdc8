/* SPDX-License-Identifier: MIT
 *
 * counters: what workers have done so far, in memory shared with the master and
 * those that show it.
 * Layer: share.  One slot a worker, written by that worker alone with relaxed
 * stores.  A slot goes on counting when the worker is another one (tallies.h).
 */
#ifndef ETAGD_SHARE_COUNTERS_H
#define ETAGD_SHARE_COUNTERS_H

#include <stdatomic.h>
#include <stdint.h>

#include "http/accept.h"
#include "http/reason.h"

#define COUNTERS_WORKERS_MAX 256
#define COUNTERS_STATUS_MIN 100
#define COUNTERS_STATUS_MAX 599

/* Times, by upper bounds that rise about twofold; what is above the last one
 * is behind it. */
#define COUNTERS_BOUNDS(X) \
    X(100)                 \
    X(250)                 \
    X(500)                 \
    X(1000)                \
    X(2500)                \
    X(5000)                \
    X(10000)               \
    X(25000)               \
    X(50000)               \
    X(100000) X(250000) X(500000) X(1000000) X(2500000) X(5000000) X(10000000)
#define COUNTERS_BUCKETS 17

struct counters_times {
    _Atomic uint64_t bucket[COUNTERS_BUCKETS];
    _Atomic uint64_t sum_us;
};

struct counters_slot {
    _Alignas(64) _Atomic uint64_t accepted; /* connections */
    _Atomic uint64_t closed;
    _Atomic uint64_t given, taken; /* to and from workers of other generations,
                                      or programs, while open */
    _Atomic uint64_t untaken; /* were given, and ended here for what they are */
    _Atomic uint64_t requests; /* answered, whatever the status */
    _Atomic uint64_t bytes;    /* handed to the system, heads included */
    _Atomic uint64_t beat_us;  /* monotonic time of the last turn */
    _Atomic uint64_t log_lost; /* access log lines that were not written */
    _Atomic uint64_t end[END_COUNT]; /* of connections */
    /* answered, by status; see counters_status() */
    _Atomic uint64_t status[COUNTERS_STATUS_MAX - COUNTERS_STATUS_MIN + 1];
    /* from the first byte of a request to the last, or the first, of what was
     * answered; while somebody watches */
    struct counters_times duration, first_byte;
    _Atomic uint64_t refused; /* for want of descriptors */
    /* the file cache */
    _Atomic uint64_t lookups, misses, evictions;
    /* at the moment, or a second ago */
    _Atomic uint64_t in_flight, connections_most;
    _Atomic uint64_t descriptors, descriptors_most;
    _Atomic uint64_t entries, entries_most;
    _Atomic uint32_t worker; /* 1 ...; 0: nobody has had it */
    _Atomic uint32_t holder; /* the master's process number; 0: it is free */
};

/* The same of a preparer. */
struct counters_preparer {
    _Alignas(64) _Atomic uint64_t asks;   /* of workers */
    _Atomic uint64_t read;                /* files, for these */
    _Atomic uint64_t coded[CODING_COUNT]; /* forms that were made and pay */
    _Atomic uint64_t given_back; /* bytes, for nobody had them in use */
    _Atomic uint64_t shortages;  /* how often the system said so */
    /* at the moment */
    _Atomic uint64_t bytes, bytes_most; /* of prepared memory */
    _Atomic uint64_t coding_queue; /* files whose next form is to be made */
    _Atomic uint32_t holder; /* the master's process number; 0: it is free */
};

/* One for each worker of a generation. */
struct counters {
    struct counters_slot *slot[COUNTERS_WORKERS_MAX];
};

/* Plain addition is enough: there is one writer. */
static inline void counters_add(_Atomic uint64_t *c, uint64_t n)
{
    uint64_t v = atomic_load_explicit(c, memory_order_relaxed);
    atomic_store_explicit(c, v + n, memory_order_relaxed);
}

static inline uint64_t counters_get(_Atomic uint64_t *c)
{
    return atomic_load_explicit(c, memory_order_relaxed);
}

/* Connections that are open; another process may be adding just now. */
static inline uint64_t counters_open(struct counters_slot *s)
{
    uint64_t went = counters_get(&s->closed) + counters_get(&s->given);
    uint64_t came = counters_get(&s->accepted) + counters_get(&s->taken);

    return came > went ? came - went : 0;
}

static inline _Atomic uint64_t *counters_status(struct counters_slot *s,
                                                unsigned status)
{
    return &s->status[status < COUNTERS_STATUS_MIN ||
                              status > COUNTERS_STATUS_MAX
                          ? 0
                          : status - COUNTERS_STATUS_MIN];
}

static inline void counters_observe(struct counters_times *t, uint64_t us)
{
    static const uint64_t bounds[] = {
#define X(us) us,
        COUNTERS_BOUNDS(X)
#undef X
    };
    unsigned i = 0;

    while (i < COUNTERS_BUCKETS - 1 && us > bounds[i])
        i++;
    counters_add(&t->bucket[i], 1);
    counters_add(&t->sum_us, us);
}

/* class: the first digit. */
static inline uint64_t counters_class(struct counters_slot *s, unsigned class)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < 100; i++)
        sum += counters_get(counters_status(s, class * 100 + i));
    return sum;
}

#endif
