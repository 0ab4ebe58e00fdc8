/* SPDX-License-Identifier: MIT
 *
 * turn: one turn of a worker: waits for events, receives, answers, sends.
 * Layer: serve.
 */
#ifndef ETAGD_SERVE_TURN_H
#define ETAGD_SERVE_TURN_H

#include <stdbool.h>

#include "os/clock.h"
#include "serve/worker.h"

struct epoll_event;

/* Beyond this a turn only finishes what it has begun, and everybody else has
 * the next one: a new or kept connection waits no longer behind others. */
#define TURN_US 4000

/* `events`: room for WORKER_EVENTS. */
void turn_run(struct worker *w, struct epoll_event *events);

/* Has this turn taken its time? */
static inline bool turn_over(struct worker *w)
{
    w->over = w->over || clock_mono_us() - w->now.us > TURN_US;
    return w->over;
}

/* Gives back the places of connections that have ended. */
void turn_free_dead(struct worker *w);

#endif
