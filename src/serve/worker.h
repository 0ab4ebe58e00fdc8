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

#include "answer/answer.h"
#include "answer/txn.h"
#include "conf/conf.h"
#include "files/entry.h"
#include "files/files.h"
#include "http/head.h"
#include "serve/accepting.h"
#include "serve/arrivals.h"
#include "serve/conn.h"
#include "serve/guard.h"
#include "serve/rate.h"
#include "serve/capacity.h"
#include "share/board.h"
#include "share/counters.h"

#define WORKER_EVENTS 256
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
    const int *wake;   /* per worker, to be called by the others; may be NULL */
    const int *moving; /* the pair of moving.h; NULL: none */
    _Atomic uint64_t *connections;   /* numbers given to connections so far */
    struct issued *issued;           /* what was handed out before, by all */
    struct attempts *attempts;       /* at passwords, at all workers */
    const struct standing *standing; /* the node's; NULL: it is ready */
};

/* Messages on the control channel: one byte, some with a descriptor. */
enum worker_word {
    WORKER_READY = 'r',         /* worker to master, once: it accepts */
    WORKER_NOT_ACCEPTING = 'n', /* the same: no more, it drains */
    WORKER_MOVED = 'm',         /* the same: a root is not what it was */
    WORKER_ROOT = 'o',          /* both ways: + its number (uint32_t) and the
                                   directory that it has become */
    WORKER_STAYS = 'k',         /* master to worker: nobody can do better; + how
                                   many WORKER_MOVED it had taken (uint32_t) */
    WORKER_MOVE = 'h',          /* + a byte for each listening socket: others
                                   take its connections; before a drain */
    WORKER_STOP = 's',          /* end now */
    WORKER_DRAIN = 'd',         /* finish what is under way, then end */
    WORKER_FINISH = 'f',        /* the same, and nobody serves on: soon */
    WORKER_LOG = 'l',           /* + descriptor: new access log */
    WORKER_ERROR_LOG = 'e',     /* + descriptor: new error log */
    WORKER_PREPARER = 'p'       /* + descriptor: channel to another preparer */
};

/* Exit status of one that does not come up; child_failure() has the words. */
enum worker_failure {
    WORKER_FAILED = 1,
    WORKER_FAILED_PASSWORDS, /* W094 */
    WORKER_FAILED_MEMORY,    /* W001 */
    WORKER_FAILED_HELPERS,   /* W081, W093 */
    WORKER_FAILED_RIGHTS     /* S002; M040, of any process */
};

/* A Host value that was found correct, and the site that it names: browsers and
 * load generators send the same one over and over. */
struct known_host {
    char text[64];
    size_t n;                     /* 0: none */
    const struct conf_site *site; /* NULL: refused (421) */
};

/* What has been published of sums that are kept elsewhere (gauges.h). */
struct told {
    uint64_t looked, added, driven, refused;
};

#define WORKER_MAGIC 0xe7a60a11u

struct worker {
    uint32_t magic;
    const struct worker_start *start;
    const struct conf *conf;
    struct counters_slot *counters;
    int poll;
    struct moment now; /* read once a turn */
    struct {
        int64_t distance_us; /* from one to the other */
        uint64_t due_us;     /* when it is measured again */
    } clocks;
    struct places places;
    struct wheel wheel;
    struct rate pace;
    struct txn_pool txns;
    struct guard guard;
    bool over; /* this turn has taken its time (turn.h) */
    struct {
        bool stepwise; /* pacing_most() is to be asked (pacing.h) */
        bool early;    /* some answers are made before sites and rules */
        bool timed;    /* somebody asks how long requests take */
        bool fields;   /* proxies name clients in fields (fronted.h) */
    } wants;           /* of the configuration: else it costs nothing */
    struct arrivals arrivals;
    struct head_limits head_limits;
    struct {
        char *p;
        size_t cap;
    } path;                 /* decoded target */
    struct known_host host; /* the last one that was looked up */
    struct files files;
    struct answers answers;
    struct list ferried; /* blocks that helpers have brought (ferry.h) */
    struct {
        char common[96]; /* "Server: etagd\r\nDate: " */
        size_t common_n;
        char keep_alive[64];
        size_t keep_alive_n;
    } lines;               /* that every head has */
    uint64_t idle_ms;      /* announced time and a grace */
    struct access *access; /* log; NULL: off */
    struct acceptor acceptor;
    char control_tag;
    size_t descriptors_own; /* neither connections' nor files' */
    struct told told;
    struct {
        bool drains, stops;
        uint64_t until_ms;
        struct moves {
            bool on;         /* somebody serves on, who takes connections */
            bool left;       /* some were not taken for want of room */
            uint64_t due_ms; /* when the idle ones are looked through again */
            bool may[LISTEN_MAX]; /* of these listening sockets */
        } moves;
    } ending;
};

/* Makes all that a worker needs; no listening socket is touched when conf has
 * none.  False: not enough memory. */
bool worker_init(struct worker *w, const struct worker_start *start);

/* A password has been looked at here, which takes long, and would be again
 * wherever its request went, from one reload to the next: it is answered here,
 * and its connection goes on afterwards.  `behind`: a root is another one for
 * those that serve on. */
static inline bool moves_later(const struct moves *m, const struct conn *c,
                               bool behind)
{
    return m->on && m->may[c->listener] && !behind &&
           c->state == CONN_PREPARE && c->txn->verdict.known;
}

static inline bool worker_is(const struct worker *w)
{
    return w->magic == WORKER_MAGIC;
}

/* Gives everything back, w itself too, so that a leak shows as one.  False: a
 * helper does not come back (files/aside): the process is to end by _exit(). */
bool worker_free(struct worker *w);

/* Runs until told to end or until the master is gone; the exit status. */
int worker_run(const struct worker_start *start);

#endif
