/* SPDX-License-Identifier: MIT
 *
 * arrivals: what has come in a turn: bytes in the arena, to be dealt with after
 * all other receives, and connections that can be written to.
 * Layer: serve.
 */
#ifndef ETAGD_SERVE_ARRIVALS_H
#define ETAGD_SERVE_ARRIVALS_H

#include <stddef.h>

#include "base/list.h"
#include "base/span.h"

struct conn;
struct worker;

#define ARRIVALS_ARENA (256 * 1024) /* received bytes of one turn */
#define ARRIVALS_RECV (16 * 1024)   /* most bytes of one receive */
#define ARRIVALS_MOST 576           /* connections between two answers */

struct received {
    struct conn *conn;
    const char *p;
    size_t n;
};

/* What has come in a turn and is not dealt with yet. */
struct arrivals {
    char *arena;
    size_t arena_n;
    struct received *received;
    size_t n_received;
    struct conn **writable;
    size_t n_writable;
    struct list again; /* those that are looked at in the next turn */
    unsigned n_first;  /* that were put before others in this turn */
    unsigned
        recv_hits; /* of 256 first receives that found a request, of late */
    unsigned recv_tries; /* connections without a first receive */
};

/* A new connection: its request is often there already.  Only within the event
 * part of a turn. */
void arrivals_greet(struct worker *w, struct conn *c);

/* Room for n bytes that come in another way; NULL: not in this turn. */
char *arrivals_room(struct arrivals *a, size_t n);

/* Of these, the ones that c has said, to be dealt with as if received. */
void arrivals_said(struct arrivals *a, struct conn *c, struct span in);

/* Something happened on it (EPOLL...). */
void arrivals_ready(struct worker *w, struct conn *c, unsigned events);

/* It has had its share of this turn. */
void arrivals_put_off(struct arrivals *a, struct conn *c);

/* The same, before all others. */
void arrivals_first(struct arrivals *a, struct conn *c);

/* Writable ones from the at-th on were not served in this turn: they come
 * behind those that arrivals_first() has put before others, and before the
 * rest. */
void arrivals_unserved(struct arrivals *a, size_t at);

/* Looks at connections that may have more to say than one turn took. */
void arrivals_again(struct worker *w);

/* Puts it into the poll set, from its first turn on, unless it has ended in
 * that. */
void arrivals_watch(struct worker *w, struct conn *c);

#endif
