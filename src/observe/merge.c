/* SPDX-License-Identifier: MIT
 *
 * merge: a merge of the rings by time.
 * Layer: observe.  Heap: at the start only.
 */
#include "observe/merge.h"

#include <stdlib.h>

#include "base/check.h"
#include "observe/observer_state.h"
#include "os/clock.h"

#define CLOCK_US 1000000u
#define LOOKS 16     /* in one turn, at a ring that loses and loses */
#define STEP_US 1000 /* less than that is no step */

bool merge_open(struct observer *o)
{
    const struct observer_start *s = o->start;
    int64_t mono_wall = clock_distance_us();
    unsigned n = 0;

    for (unsigned i = 0; i < s->n_sources; i++)
        n += s->source[i].workers;
    CHECK(s->n_sources <= OBSERVER_SOURCES);
    CHECK(n > 0); /* no generation is without a worker */
    o->tap = calloc(n, sizeof *o->tap);
    if (!o->tap)
        return false;
    for (unsigned i = 0; i < s->n_sources; i++) {
        const struct observer_source *source = &s->source[i];
        for (unsigned k = 0; k < source->workers; k++) {
            struct tap *t = &o->tap[o->n_taps++];
            board_reader_start(&t->reader, &source->board->ring[k]);
            t->place =
                (struct history_place){ source->generation, k + 1, mono_wall };
        }
    }
    CHECK(o->n_taps == n);
    return true;
}

/* The wall clock was set: what happens from now on is by the new one. */
void merge_clock(struct observer *o)
{
    int64_t mono_wall;

    if (o->now_us < o->clock_due_us)
        return;
    o->clock_due_us = o->now_us + CLOCK_US;
    mono_wall = clock_distance_us();
    for (unsigned i = 0; i < o->n_taps; i++) {
        int64_t *old = &o->tap[i].place.mono_wall;
        if (mono_wall > *old + STEP_US || mono_wall < *old - STEP_US)
            *old = mono_wall;
    }
}

static bool look(struct observer *o, struct tap *t)
{
    enum board_news news = BOARD_EVENT;

    for (int n = 0; n < LOOKS && !t->ahead; n++) {
        news = board_read(&t->reader, &t->next);
        if (news == BOARD_NOTHING)
            return false;
        if (news == BOARD_LOST) {
            history_add_lost(o->history, &t->place, t->reader.lost);
            t->reader.lost = 0;
        }
        t->ahead = news == BOARD_EVENT;
    }
    return t->ahead;
}

unsigned merge_take(struct observer *o, unsigned most)
{
    unsigned n = 0;

    for (; n < most; n++) {
        struct tap *first = NULL;
        for (unsigned i = 0; i < o->n_taps; i++) {
            struct tap *t = &o->tap[i];
            if (look(o, t) && (!first || t->next.time_us < first->next.time_us))
                first = t;
        }
        if (!first)
            break;
        CHECK(first->ahead);
        history_add(o->history, &first->place, &first->next);
        first->ahead = false;
    }
    return n;
}
