/* SPDX-License-Identifier: MIT
 *
 * counters: what each worker has done so far, in memory shared with the master.
 * Layer: share.  One slot a worker, written by that worker alone with relaxed
 * stores; the master and the observer read them.
 */
#ifndef ETAGD_SHARE_COUNTERS_H
#define ETAGD_SHARE_COUNTERS_H

#include <stdatomic.h>
#include <stdint.h>

#define COUNTERS_WORKERS_MAX 256

struct counters_slot {
    _Alignas(64) _Atomic uint64_t accepted; /* connections */
    _Atomic uint64_t closed;
    _Atomic uint64_t requests;     /* answered, whatever the status */
    _Atomic uint64_t bytes;        /* handed to the system, heads included */
    _Atomic uint64_t beat_us;      /* monotonic time of the last turn */
    _Atomic uint64_t log_lost;     /* access log lines that were not written */
    _Atomic uint64_t not_modified; /* answered with 304 */
    _Atomic uint64_t status[6];    /* answered, by the status's first digit */
};

struct counters {
    struct counters_slot slot[COUNTERS_WORKERS_MAX];
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

#endif
