/* SPDX-License-Identifier: MIT
 *
 * generation: one configuration with its sockets, roots and processes.
 * Layer: master.  A reload makes a second generation beside the first, which
 * drains when the second is ready.
 */
#ifndef ETAGD_MASTER_GENERATION_H
#define ETAGD_MASTER_GENERATION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/list.h"
#include "conf/conf.h"
#include "master/respawn.h"
#include "observe/observer.h"
#include "os/inherit.h"
#include "os/priv.h"
#include "serve/worker.h"
#include "share/tallies.h"

enum child_role {
    CHILD_WORKER,
    CHILD_PREPARER,
    CHILD_OBSERVER,
    CHILD_SCRAPER,
    CHILD_ROLES
};

/* Processes that show what happens, each at an address of its own. */
enum { SIDE_OBSERVER, SIDE_SCRAPER, SIDES };

/* A worker that has not said within this time that it accepts nothing more
 * (stopped, or held up on a disk) is not waited for.  A machine under load may
 * keep a worker from its processor for more than one second. */
#define GENERATION_DEAF_US 5000000u

struct generation;

struct child {
    unsigned magic; /* see records.h */
    struct generation *home;
    enum child_role role;
    unsigned index;
    pid_t pid;   /* 0: not running */
    int control; /* the master's end; -1 when not running */
    bool ready;
    bool not_accepting; /* worker: it has said that it accepts nothing more */
    uint32_t moved;     /* worker: so often it has said WORKER_MOVED */
    uint64_t started_us;
    uint64_t ended_us;   /* the one before it; 0: none or already reported */
    uint64_t due_us;     /* to be started then; 0: not waiting */
    uint64_t beat_us;    /* preparer: its last answer to PREPARER_BEAT */
    uint64_t aborted_us; /* ended for not turning; 0: no */
    uint64_t disk_us;    /* last seen waiting for a disk */
    bool disk_told;      /* since it turned last */
    struct respawn history;
    struct counters_preparer *told; /* preparer: what it tells; may be NULL */
};

enum generation_state {
    GENERATION_STARTING, /* until every worker has reported ready */
    GENERATION_SERVING,
    GENERATION_DRAINING, /* finishing; nothing is started again */
    GENERATION_STOPPING
};

#define GENERATION_MAGIC 0x6e656765u

struct generation {
    unsigned magic; /* 0 once freed */
    struct list node;
    unsigned number;
    enum generation_state state;
    struct conf *conf; /* owned */
    int *listener;
    struct root *root;
    size_t n_roots;
    int access_log;
    int *wake;               /* per worker */
    struct tallies *tallies; /* the master's */
    struct counters counters;
    struct tally *before; /* per worker: what its slot had counted already */
    struct board *board;  /* NULL: nobody observes */
    char place[OBSERVER_PLACES_MAX]
              [METRICS_PLACE_BYTES]; /* where workers listen */
    _Atomic uint64_t *connections;
    struct attempts *attempts; /* the same; at passwords */
    struct issued *issued; /* the master's, for all generations; may be NULL */
    const struct standing *standing; /* the same */
    const int *moving;               /* the same: serve/moving.h */
    struct priv_identity identity;
    struct child preparer;
    int early[2]; /* its channel before it is there; -1: none waits */
    struct generation *lent_to; /* who has this one's preparer now, or NULL */
    struct side {
        struct child child; /* not running unless there is a listener */
        int listener;       /* -1: none */
    } side[SIDES];
    struct generation *older; /* while it is there: observed too */
    struct child *worker;     /* conf->workers */
    uint64_t deaf_us; /* draining: its sockets are shut then (deafen.h) */
    uint64_t end_us;  /* draining: what is left then is killed */
    bool killed;      /* and what does not end then is left */
    int poll;         /* the master's poll set, where controls are watched */
};

/* Takes over conf; follows `old` (may be NULL).  Listening sockets that one of
 * `all` generations has under the same text are shared with it, also those of
 * one that comes up; as are those of `inherit` (may be NULL).  NULL on failure,
 * which has been logged. */
struct generation *generation_new(struct conf *conf, unsigned number,
                                  struct generation *old,
                                  const struct inherit *inherit,
                                  _Atomic uint64_t *connections,
                                  struct tallies *tallies, struct list *all);

/* Starts workers and preparer; of a first generation the preparer once a worker
 * serves (see below).  False: fork failed. */
bool generation_start(struct generation *g, int poll);

/* A worker serves: what it did not need for that is started now, unless it is
 * there. */
void generation_serves(struct generation *g);

/* A child of this generation has ended (waitpid's status): accounts for it and
 * starts it again, now or later.  NULL when the pid is none of ours. */
struct child *generation_reap(struct generation *g, pid_t pid, int status);

/* Starts what is due; milliseconds until more is, or -1. */
int generation_turn(struct generation *g);

/* Tells the workers to finish what they have (WORKER_DRAIN or WORKER_FINISH);
 * nothing is started again. */
void generation_drain(struct generation *g, enum worker_word word);
/* The same at once. */
void generation_stop(struct generation *g);

/* One word to every worker. */
void generation_tell(struct generation *g, enum worker_word word);

bool generation_all_ready(const struct generation *g);
bool generation_deaf(const struct generation *g); /* no worker accepts */
bool generation_workers_gone(const struct generation *g);
bool generation_gone(const struct generation *g); /* no process is left */

/* Once the workers have ended the preparer has nothing left to do: ends it. */
void generation_finish_preparer(struct generation *g);

/* What shows this generation has a successor, or nothing left to show. */
void generation_finish_sides(struct generation *g);

void generation_free(struct generation *g);

#endif
