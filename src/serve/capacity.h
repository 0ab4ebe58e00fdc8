/* SPDX-License-Identifier: MIT
 *
 * capacity: how many connections fit, and who gives way when they do not.
 * Layer: serve.  An idle connection, of those used the longest ago, makes room
 * for a new one; descriptors are kept back so that files can be opened however
 * many clients are there.
 */
#ifndef ETAGD_SERVE_CAPACITY_H
#define ETAGD_SERVE_CAPACITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "base/slots.h"

struct addresses;
struct conn;
struct worker;

/* The connections of a worker. */
struct places {
    struct conn
        *conn; /* slots of them: `most` and those that have just ended */
    size_t slots, most;
    struct slots taken; /* of `slots` */
    struct list all;
    struct list dead;            /* until the turn is over */
    size_t n, n_dead;            /* n_dead of the n */
    uint64_t came, gone;         /* so far: n is the difference */
    struct addresses *addresses; /* NULL: no limit */
};

/* Ended connections that keep their place until the turn ends. */
#define CAPACITY_SLACK 8

/* Places for connections: needs w->poll.  False: no memory. */
bool capacity_init(struct worker *w);
void capacity_free(struct places *p);

enum room {
    CAPACITY_YES,
    CAPACITY_SOON, /* at the end of this turn */
    CAPACITY_NONE
};

/* Is there a place for one more connection?  *gives_way: which has to go once
 * that is there (closing_give_way), or NULL. */
enum room capacity_connection(struct worker *w, struct conn **gives_way);

/* A place that capacity_connection() knows of, counted.  The first ones come
 * first: memory that no connection needs is not touched. */
struct conn *capacity_place(struct places *p);

/* The limit of connections per address; false: this one is too many.  Proxies
 * whose fields count have none of their own (fronted.h).  moved: another worker
 * has let it in, so that it is counted only. */
bool capacity_address(struct worker *w, struct conn *c, bool moved);

/* Its place is free again. */
void capacity_left(struct places *p, struct conn *c);

/* Once a second or so: gives back the memory of places that were taken by many
 * connections, of which many have left. */
void capacity_rest(struct places *p);

/* No descriptor was left: ends a connection that can be spared.  Then there is
 * room at the end of the turn. */
bool capacity_spare(struct worker *w);

/* How many connections a worker takes under a limit of descriptors of which
 * `used` are in use (0: no limit). */
size_t capacity_for(size_t wanted, size_t descriptors, size_t used);

#endif
