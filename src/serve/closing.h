/* SPDX-License-Identifier: MIT
 *
 * closing: how a connection ends, for whichever reason.
 * Layer: serve.
 */
#ifndef ETAGD_SERVE_CLOSING_H
#define ETAGD_SERVE_CLOSING_H

#include "http/reason.h"

struct conn;
struct places;
struct txn_pool;
struct worker;

/* Ends the connection; it is freed at the end of the turn. */
void closing_end(struct worker *w, struct conn *c, enum end why);

/* The same, and a request that was begun and will not be answered is logged. */
void closing_cut(struct worker *w, struct conn *c, enum end why);

/* Ends a connection that can be spared. */
void closing_give_way(struct worker *w, struct conn *c);

/* It needs its transaction no more, if it has one. */
void closing_give_back(struct txn_pool *pool, struct conn *c);

/* It has ended here, which nobody is told. */
void closing_let_go(struct places *p, struct conn *c, enum end why);

#endif
