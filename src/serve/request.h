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
struct worker;

/* Nothing is known about the next request yet: the default site's pages and
 * rules stand for it. */
void request_forget(struct worker *w);

enum request_result request_take(struct worker *w, struct conn *c,
                                 struct txn *t, struct span *in);

#endif
