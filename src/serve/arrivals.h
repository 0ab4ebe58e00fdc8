/* SPDX-License-Identifier: MIT
 *
 * arrivals: what has come in a turn: bytes in the arena, to be dealt with after
 * all other receives, and connections that can be written to.
 * Layer: serve.
 */
#ifndef ETAGD_SERVE_ARRIVALS_H
#define ETAGD_SERVE_ARRIVALS_H

struct conn;
struct worker;

/* A new connection: its request is often there already.  Only within the event
 * part of a turn. */
void arrivals_greet(struct worker *w, struct conn *c);

/* Something happened on it (EPOLL...). */
void arrivals_ready(struct worker *w, struct conn *c, unsigned events);

/* It has had its share of this turn. */
void arrivals_put_off(struct worker *w, struct conn *c);

/* Looks at connections that may have more to say than one turn took. */
void arrivals_again(struct worker *w);

/* Puts it into the poll set, from its first turn on, unless it has ended in
 * that. */
void arrivals_watch(struct worker *w, struct conn *c);

#endif
