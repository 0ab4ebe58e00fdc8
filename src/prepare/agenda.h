/* SPDX-License-Identifier: MIT
 *
 * agenda: all that the preparer has in hand, and the turn of its loop.
 * Layer: prepare.  Made and unmade by preparer.c; the loop is
 * `while (!agenda_done(d)) agenda_turn(d)`.
 */
#ifndef ETAGD_PREPARE_AGENDA_H
#define ETAGD_PREPARE_AGENDA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "os/pressure.h"
#include "prepare/coder.h"
#include "prepare/job.h"
#include "prepare/memo.h"
#include "prepare/slab.h"
#include "share/counters.h"

struct agenda {
    int epoll, control;
    bool master_gone;
    struct reading_tools tools;
    struct slabs slabs;
    struct job_limits limits;
    struct form_encoders encoders;
    uint64_t name_us; /* when they get their names; 0: nobody has asked */
    struct memo memo;
    struct coder *coder;     /* stands back; NULL: there is none */
    struct coder *reader;    /* goes on beside busy workers; NULL: the coder */
    struct helpers *helpers; /* read what may hang; NULL: it is read here */
    struct list peers;
    struct list fresh, rest; /* items to read: first slice, the others */
    struct list later;       /* those that the reader reads */
    struct list coding[CODING_COUNT]; /* items whose next coding this is */
    struct list small;     /* items of which a small form is to be made yet */
    size_t jobs, jobs_max; /* items with open files */
    size_t away;           /* of these: with helpers */
    size_t to_code;        /* items in coding[] and `small` */
    struct counters_preparer *told; /* what is known outside */
    uint64_t turn;
    struct {
        uint64_t asks, joined, read, coded;
    } count;
    struct rest_of {
        uint64_t idle_us, each_ms;
        uint64_t due_us; /* of the next look; 0: there is nothing to look at */
        size_t holds;    /* that workers have named since the last one */
        uint64_t done;   /* asks and codings up to the last one */
        enum { REST_NO_WALK, REST_COUNTS, REST_FORGETS } walk;
        uint64_t since_us; /* of the walk: what was not used since then */
        size_t dear, keep; /* so many dear ones are idle, and stay */
        bool any;          /* some have gone */
        bool trim;         /* the heap is worth a look */
    } rest_of;
    int pressure[PRESSURE_MOST]; /* told when memory is short; or -1 */
};

/* Tells epoll (op as for epoll_ctl) what to wait for on fd, and who that is:
 * &d->control, &d->coder, &d->reader, &d->helpers, or a peer. */
void agenda_arm(struct agenda *d, int op, int fd, unsigned events, void *who);

static inline bool agenda_done(const struct agenda *d)
{
    return d->master_gone && list_empty(&d->peers);
}

/* Waits until there is something to do, and does a little of everything. */
void agenda_turn(struct agenda *d);

/* For slabs_start(). */
void agenda_slab_dropped(void *arg, uint64_t id);

#endif
