/* SPDX-License-Identifier: MIT
 *
 * request: takes one request from the input and queues its answer.
 * Layer: serve.
 */
#ifndef ETAGD_SERVE_REQUEST_H
#define ETAGD_SERVE_REQUEST_H

#include "answer/txn.h"
#include "base/span.h"

struct conn;
struct request;
struct conf;
struct worker;

/* Nothing but the head is known about q yet: the default site's pages and
 * rules answer for it. */
void request_forget(const struct conf *conf, struct request *q);

/* Fills in *q, of which nothing is kept. */
enum request_result request_take(struct worker *w, struct conn *c,
                                 struct span *in, struct request *q);

#endif
