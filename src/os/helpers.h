/* SPDX-License-Identifier: MIT
 *
 * helpers: threads for calls that may never return.
 * Layer: os.  A thread that waits for a file server can't be ended: so there
 * are few of them for each place that may hang (a "lane"), and what they have
 * in hand belongs to them until they come back.  Threads start when there is
 * work. Heap: two small arrays.
 */
#ifndef ETAGD_OS_HELPERS_H
#define ETAGD_OS_HELPERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"

#define HELPERS_LANES 16
#define HELPERS_PER_LANE 4
#define HELPERS_QUEUE_MAX 512 /* jobs that wait in a lane */

struct helpers; /* opaque */

/* A part of what its owner gives and takes back. */
struct helper_job {
    struct list node;
    void (*run)(struct helper_job *job); /* in a thread */
    unsigned lane;
    uint64_t began_us; /* monotonic; 0: not begun */
};

/* NULL: no memory or no descriptor.  Before the process is confined. */
struct helpers *helpers_new(void);

/* No more is begun; waits a moment for what is under way, which helpers_take()
 * then brings, and helpers_free() ends it.  False: a thread does not come back.
 * It keeps what it needs, and the process is to end by _exit(). */
bool helpers_stop(struct helpers *h);
void helpers_free(struct helpers *h);

/* Readable when helpers_take() has something. */
int helpers_fd(const struct helpers *h);

/* 0; -EBUSY: the lane's queue is full, or all its threads have been away for
 * longer than stuck_us (0: whatever they do); -EAGAIN: it has no thread and
 * none can be had, which the log tells once. */
int helpers_give(struct helpers *h, struct helper_job *job, uint64_t stuck_us);

/* One that is done, or NULL. */
struct helper_job *helpers_take(struct helpers *h);

/* True: it was still waiting and is the caller's again.  False: it is under way
 * or done, and comes by helpers_take(). */
bool helpers_recall(struct helpers *h, struct helper_job *job);

/* Is it waiting to be begun? */
bool helpers_waits(struct helpers *h, const struct helper_job *job);

/* Closes a descriptor, which may wait as any other call. */
void helpers_close(struct helpers *h, unsigned lane, int fd);

#endif
