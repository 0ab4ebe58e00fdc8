/* SPDX-License-Identifier: MIT
 *
 * access: the access log of one worker.
 * Layer: serve.  Whole lines only, gathered in a buffer of fixed size; a log
 * that can't be written costs lines (counted), never a request.
 */
#ifndef ETAGD_SERVE_ACCESS_H
#define ETAGD_SERVE_ACCESS_H

#include <stdbool.h>

#include "http/reason.h"

struct access;
struct conn;
struct record;
struct request;
struct worker;

/* fd stays the caller's until access_reopen(); NULL: no memory.  w is to
 * outlive it.  In all that follows NULL is a log that is off. */
struct access *access_new(const struct worker *w, int fd);

void access_free(struct access *a); /* may be NULL */
/* The line of a response that has ended (r->line.end says how). */
void access_write(struct access *a, const struct conn *c, struct record *r);

/* The line of a request that ended before it could be answered: q->head holds
 * what was understood of it. */
void access_cut(struct access *a, const struct conn *c, const struct request *q,
                enum end why);

/* End of a turn: writes out what is due; milliseconds until more is, or -1. */
int access_turn(struct access *a);

/* The same when no other chance will come: what can't be written is lost. */
void access_finish(struct access *a);
void access_reopen(struct access *a, int fd);

#endif
