/* SPDX-License-Identifier: MIT
 *
 * send: puts queued bytes on the wire and closes the records of what is out.
 * Layer: serve.
 */
#ifndef ETAGD_SERVE_SEND_H
#define ETAGD_SERVE_SEND_H

#include "http/reason.h"

struct conn;
struct txn;
struct worker;

enum send_result {
    SEND_DONE,    /* the queue is empty */
    SEND_BLOCKED, /* the system takes no more just now */
    SEND_PACED,   /* what follows is to leave later: pacing_wait_ms() */
    SEND_YIELD,   /* could go on, but others are to have a turn */
    SEND_FAILED   /* c->end says why; nothing more can be sent */
};

enum send_result send_flush(struct worker *w, struct conn *c);

/* Closes the records of responses that will not be sent to their end. */
void send_abandon(struct worker *w, struct conn *c, enum end why);

#endif
