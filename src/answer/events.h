/* SPDX-License-Identifier: MIT
 *
 * events: writes events to the board.
 * Layer: answer.  Called only when somebody observes (a->ring is set): copies
 * bytes as they are and formats nothing, so that the worker loses no time.
 */
#ifndef ETAGD_ANSWER_EVENTS_H
#define ETAGD_ANSWER_EVENTS_H

#include <stdbool.h>

#include "http/reason.h"

struct answers;
struct conn;
struct entry;
struct head;
struct record;
struct txn;
struct net_peer;
struct proxy;
struct reply;
struct request;

void event_start(struct answers *a);
void event_accept(struct answers *a, const struct conn *c);
/* It was another worker's until now. */
void event_taken(struct answers *a, const struct conn *c);
void event_end(struct answers *a, const struct conn *c);
void event_fin(struct answers *a, const struct conn *c, bool by_client);

/* A request has begun: a part of its head or content has come, or it waits for
 * the preparer. */
void event_first(struct answers *a, const struct conn *c);

/* An answer is about to be queued: notes where its texts are. */
void event_opened(const struct reply *to, struct record *r);

/* It is a file: what it refers to, if it is a page, a sheet or a script. */
void event_file(struct answers *a, struct record *r, struct entry *e);

/* Responses are queued that can't be sent in this turn. */
void event_waiting(struct answers *a, const struct conn *c);

/* A response has ended (r->line.end says how). */
void event_request(struct answers *a, const struct conn *c,
                   const struct record *r);

/* A request that will not be answered, as far as it is known. */
void event_cut(struct answers *a, const struct conn *c, const struct request *q,
               enum end why);

/* The header of c's proxy, whose own address is `via`. */
void event_proxy(struct answers *a, const struct conn *c,
                 const struct net_peer *via, const struct proxy *p);

#endif
