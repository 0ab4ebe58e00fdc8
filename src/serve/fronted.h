/* SPDX-License-Identifier: MIT
 *
 * fronted: requests that a proxy passes on for its clients ([proxy] fields).
 * Layer: serve.  fronted_take() is not called where no field counts
 * (wants.fields): then a request costs nothing more.
 */
#ifndef ETAGD_SERVE_FRONTED_H
#define ETAGD_SERVE_FRONTED_H

#include <stdbool.h>

#include "http/fault.h"

struct conf;
struct conn;
struct places;
struct request;
struct worker;

/* May c's peer speak for others? */
bool fronted_trusts(const struct conf *conf, const struct conn *c);

/* Fills in q->front from q->head, which is whole, and counts the request for
 * the limit of its client's connections: which connections of the proxy are
 * whose is known only while requests are under way on them. */
void fronted_take(struct worker *w, struct conn *c, struct request *q);

/* Nothing is under way on c, which a request was counted for, any more. */
void fronted_served(struct places *p, struct conn *c);

/* Of a request that is not to be answered as it asks: q->front, if there was no
 * fault in its head.  Where no field counts, that is all. */
void fronted_whole(struct worker *w, const struct conn *c, struct request *q,
                   enum fault f);

#endif
