/* SPDX-License-Identifier: MIT
 *
 * request: takes one request from the input and queues its answer.
 * Layer: serve.
 */
#ifndef ETAGD_SERVE_REQUEST_H
#define ETAGD_SERVE_REQUEST_H

#include "base/span.h"

struct conn;
struct txn;
struct worker;

/* Room that one answer's head may need in txn.out. */
#define REQUEST_ROOM 20480

enum request_result {
    REQUEST_ANSWERED, /* *in has moved past it; c->closing may be set */
    REQUEST_HEAVY,    /* the same, and this took so long or so much memory that
                         others come first before the next */
    REQUEST_MORE,     /* the head is incomplete; *in is as it was */
    REQUEST_CONTENT,  /* waits for its content: the head is in t's input */
    REQUEST_WAITS     /* waits for the preparer: all of it is in t's input */
};

/* Nothing is known about the next request yet: the default site's pages and
 * rules stand for it. */
void request_forget(struct worker *w);

enum request_result request_take(struct worker *w, struct conn *c,
                                 struct txn *t, struct span *in);

#endif
