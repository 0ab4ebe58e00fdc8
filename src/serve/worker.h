/* SPDX-License-Identifier: MIT
 *
 * worker: one process that accepts, parses, decides and sends.
 * Layer: serve.  struct worker is the one owner of all that a worker has; the
 * other files of this folder work on it.
 */
#ifndef ETAGD_SERVE_WORKER_H
#define ETAGD_SERVE_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "answer/listings.h"
#include "answer/txn.h"
#include "conf/conf.h"
#include "files/entry.h"
#include "files/files.h"
#include "http/head.h"
#include "http/target.h"
#include "os/poll.h"
#include "serve/conn.h"
#include "serve/guard.h"
#include "share/board.h"
#include "share/counters.h"

#define WORKER_EVENTS 256
#define WORKER_ARENA (256 * 1024) /* received bytes of one turn */
#define WORKER_RECV (16 * 1024)   /* most bytes of one receive */
#define WORKER_LISTEN_MAX 64
#define WORKER_BEAT_MS 1000 /* longest time without a turn */

/* What the master hands to a new worker; everything stays the master's. */
struct worker_start {
    const struct conf *conf;
    unsigned index;          /* 0 ... */
    const int *listener;     /* conf->n_listen sockets */
    const struct root *root; /* per site its own, then its aliases in order */
    size_t n_roots;
    int control;        /* channel to the master */
    int prepare;        /* channel to the preparer */
    int access_log;     /* -1: off */
    size_t descriptors; /* most that a process may have; 0: no limit */
    struct counters *counters;
    struct board *board; /* NULL: nobody observes */
    const int *wake; /* per worker, to be called by the others; may be NULL */
    _Atomic uint64_t *connections; /* numbers given to connections so far */
    struct past *past;             /* what was handed out before, by all */
};

/* Messages on the control channel: one byte, some with a descriptor. */
enum worker_word {
    WORKER_READY = 'r',     /* worker to master, once: it accepts */
    WORKER_DEAF = 'n',      /* the same: no more, it drains */
    WORKER_STOP = 's',      /* master to worker: end now */
    WORKER_DRAIN = 'd',     /* finish what is under way, then end */
    WORKER_FINISH = 'f',    /* the same, and nobody serves on: soon */
    WORKER_LOG = 'l',       /* + descriptor: new access log */
    WORKER_ERROR_LOG = 'e', /* + descriptor: new error log */
    WORKER_PREPARER = 'p'   /* + descriptor: channel to another preparer */
};

/* A Host value that was found correct, and the site that it names: browsers and
 * load generators send the same one over and over. */
struct known_host {
    char text[64];
    size_t n;                     /* 0: none */
    const struct conf_site *site; /* NULL: refused (421) */
};

/* When another worker was last woken to accept. */
struct call {
    uint64_t us;     /* monotonic; 0: never */
    unsigned misses; /* calls in a row that it did not come to */
};

/* A listening socket; the addresses of these serve as tags in the poll set. */
struct listening {
    bool due;       /* has connections that are not taken yet */
    bool more;      /* had some left in the turn after the last were taken */
    unsigned left;  /* turns in a row that left some */
    unsigned guess; /* how many are taken at once */
    uint64_t taken; /* the turn in which some were */
};

struct received {
    struct conn *conn;
    const char *p;
    size_t n;
};

struct worker {
    const struct worker_start *start;
    const struct conf *conf;
    struct counters_slot *counters;
    struct board_ring *ring; /* NULL: nobody observes */
    int poll;
    struct moment now;   /* read once a turn */
    int64_t distance_us; /* from one clock to the other */
    uint64_t distance_due_us;
    /* connections */
    struct conn *conns; /* slots: conns_max and those that have just ended */
    size_t slots, conns_max;
    size_t slots_used; /* from the first one on, ever */
    struct list conn_free, conn_all, again, dead;
    size_t n_conns, n_dead;
    struct addresses *addresses; /* NULL: no limit */
    struct wheel wheel;
    struct txn_pool txns;
    /* the turn */
    uint64_t turns; /* so far */
    struct guard guard;
    bool over; /* this one has taken its time (turn.h) */
    char *arena;
    size_t arena_n;
    struct received *received;
    size_t n_received;
    struct conn **writable;
    size_t n_writable;
    struct head head; /* of the request being looked at */
    struct head_limits head_limits;
    const struct conf_site
        *site;          /* that it is for; the default's until known */
    struct span path;   /* decoded; "/" until known */
    enum reason why;    /* of a 200, unless a condition has another */
    char *path_storage; /* decoded target */
    size_t path_cap;
    struct known_host host; /* the last one that was looked up */
    struct files files;
    /* answers */
    struct pages *pages; /* the sites' own error pages */
    struct listed listed;
    /* the common lines of every head */
    char common[96]; /* "Server: etagd\r\nDate: " */
    size_t common_n;
    char keep_alive[64];
    size_t keep_alive_n;
    uint64_t idle_ms; /* announced time and a grace */
    /* access log */
    struct access *access;
    /* accepting */
    struct listening listening[WORKER_LISTEN_MAX];
    unsigned n_due;     /* of them */
    unsigned due_turns; /* since one was */
    uint64_t due_since_us;
    unsigned luck;    /* of 256 first receives that found a request, of late */
    unsigned greeted; /* connections without a first receive */
    bool accepting;
    bool accept_failing; /* and that has been logged */
    char control_tag, wake_tag;
    int reserve; /* a descriptor for serve/spare, or -1 */
    uint64_t accept_again_ms, accept_look_ms;
    size_t paused_at; /* connections at that time */
    uint64_t refused, refused_logged_ms, full_since_ms;
    uint64_t proxy_logged_ms; /* when a faulty proxy was told of; 0: never */
    struct call *calls; /* per worker, by this one; NULL: only one worker */
    bool deaf;          /* has let go of its listening sockets */
    bool draining, stopping;
    uint64_t drain_until_ms;
};

/* Makes all that a worker needs; no listening socket is touched when conf has
 * none.  False: not enough memory. */
bool worker_init(struct worker *w, const struct worker_start *start);

/* Gives everything back, w itself too, so that a leak shows as one. */
void worker_free(struct worker *w);

/* Reads the clocks, once a turn. */
void worker_time(struct worker *w);

/* Runs until told to end or until the master is gone; the exit status. */
int worker_run(const struct worker_start *start);

#endif
