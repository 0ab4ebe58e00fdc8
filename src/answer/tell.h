/* SPDX-License-Identifier: MIT
 *
 * tell: writes events to the board.
 * Layer: answer.  Called only when somebody observes (w->ring is set): copies
 * bytes as they are and formats nothing, so that the worker loses no time.
 */
#ifndef ETAGD_ANSWER_TELL_H
#define ETAGD_ANSWER_TELL_H

#include <stdbool.h>

#include "http/reason.h"

struct conn;
struct entry;
struct record;
struct txn;
struct net_peer;
struct proxy;
struct worker;

void tell_start(struct worker *w);
void tell_accept(struct worker *w, const struct conn *c);
void tell_end(struct worker *w, const struct conn *c);
void tell_fin(struct worker *w, const struct conn *c, bool by_client);

/* A request has begun: a part of its head or content has come, or it waits for
 * the preparer. */
void tell_first(struct worker *w, const struct conn *c);

/* The answer to w->head is about to be queued: notes where its texts are. */
void tell_opened(struct worker *w, struct txn *t, struct record *r);

/* It is a file: what it refers to, if it is a page, a sheet or a script. */
void tell_file(struct worker *w, struct record *r, struct entry *e);

/* Responses are queued that can't be sent in this turn. */
void tell_waiting(struct worker *w, const struct conn *c);

/* A response has ended (r->line.end says how). */
void tell_request(struct worker *w, const struct conn *c,
                  const struct record *r);

/* A request that will not be answered; w->head is what is known of it. */
void tell_cut(struct worker *w, const struct conn *c, enum end why);

/* The header of c's proxy, whose own address is `via`. */
void tell_proxy(struct worker *w, const struct conn *c,
                const struct net_peer *via, const struct proxy *p);

#endif
