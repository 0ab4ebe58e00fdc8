/* SPDX-License-Identifier: MIT
 *
 * wheel: deadlines of many things at once, at no cost while they move away.
 * Layer: serve.  A thing hangs in the slot of the deadline that it had when it
 * was hung up; when the slot comes up its real deadline is looked at, and it is
 * hung up again if that has moved on.  So a request on a kept-alive connection
 * only writes a new number.  Resolution: WHEEL_TICK_MS.
 */
#ifndef ETAGD_SERVE_WHEEL_H
#define ETAGD_SERVE_WHEEL_H

#include <stdint.h>

#include "base/list.h"

#define WHEEL_TICK_MS 32
#define WHEEL_SLOTS 1024

struct wheel_item {
    struct list node;
    uint64_t due_ms;  /* the real deadline; 0: none */
    uint64_t hung_ms; /* the deadline under which it hangs; 0: not hung */
};

struct wheel {
    struct list slot[WHEEL_SLOTS];
    uint64_t used[WHEEL_SLOTS / 64]; /* bit: the slot may hold something */
    uint64_t at_tick;    /* all slots before this tick have been looked at */
    uint64_t soonest_ms; /* nothing expires before; UINT64_MAX: nothing hangs */
};

void wheel_init(struct wheel *w, uint64_t now_ms);

/* Sets the deadline.  Cheap when it moves away, a re-hang when it comes nearer
 * than what it hangs under. */
void wheel_set(struct wheel *w, struct wheel_item *item, uint64_t due_ms);
void wheel_cancel(struct wheel_item *item);

/* Next item whose deadline is at or before now (unhung), NULL when none. */
struct wheel_item *wheel_expired(struct wheel *w, uint64_t now_ms);

/* Milliseconds until something may expire: >= 0, or -1 when nothing hangs. */
int wheel_wait_ms(const struct wheel *w, uint64_t now_ms);

#endif
