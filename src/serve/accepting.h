/* SPDX-License-Identifier: MIT
 *
 * accepting: takes new connections from the shared listening sockets.
 * Layer: serve.
 */
#ifndef ETAGD_SERVE_ACCEPTING_H
#define ETAGD_SERVE_ACCEPTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LISTEN_MAX 64

struct worker;

/* When another worker was last woken to accept. */
struct call {
    uint64_t us;     /* monotonic; 0: never */
    unsigned misses; /* calls in a row that it did not come to */
};

/* A listening socket; the addresses of these serve as tags in the poll set. */
struct listening {
    bool due;       /* has connections that are not taken yet */
    bool shut;      /* nobody can connect any more */
    bool more;      /* had some left in the turn after the last were taken */
    unsigned left;  /* turns in a row that left some */
    unsigned guess; /* how many are taken at once */
    uint64_t taken; /* the turn in which some were */
};

/* What a worker knows of the sockets that it accepts on. */
struct acceptor {
    struct listening listening[LISTEN_MAX];
    unsigned n_due;     /* of them */
    unsigned due_turns; /* since one was */
    uint64_t due_since_us;
    bool on;            /* they are in the poll set */
    bool failing;       /* and that has been logged */
    bool not_accepting; /* has let go of them */
    bool last;          /* nobody serves after it: it goes on taking what comes
                           from workers that finish (moving.h) */
    bool moved_left;    /* more of that may be there */
    bool takes_back;    /* the same until once nothing is there */
    uint64_t again_ms, look_ms;
    size_t paused_at; /* connections at that time */
    int reserve;      /* a descriptor for serve/last_fd, or -1 */
    uint64_t refused, refused_logged_ms, full_since_ms;
    uint64_t proxy_logged_ms; /* when a faulty proxy was told of; 0: never */
    bool fields_logged;       /* fields of one that is not trusted were */
    struct call *calls; /* per worker, by this one; NULL: only one worker */
    char wake_tag, moved_tag;
};

bool accepting_init(struct worker *w);

/* A listening socket (tag: its slot in w->acceptor.listening) has a connection,
 * which is taken by accepting_take(). */
void accepting_note(struct worker *w, void *tag);

/* Takes what was noted. */
void accepting_take(struct worker *w);

/* Takes connections of workers that finish; what these have said is put among
 * what was received. */
void accepting_moved(struct worker *w);

/* Nobody takes what this worker has given: it does so itself, from `take`. */
void accepting_take_back(struct acceptor *a, int poll, int take);

/* Another worker left a connection to this one. */
void accepting_called(struct worker *w);

/* Starts again what a limit had stopped; milliseconds until it is to be tried
 * again, or -1. */
int accepting_turn(struct worker *w);

/* Takes what is waiting already, then no more, and lets go of the sockets. */
void accepting_stop(struct worker *w);

#endif
