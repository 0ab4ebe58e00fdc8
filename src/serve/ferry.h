/* SPDX-License-Identifier: MIT
 *
 * ferry: brings a file's bytes from a file system that may not answer.
 * Layer: serve.  A helper reads one block, which the loop then sends as far as
 * the socket takes it; what it does not take is read again, so that a
 * slow reader holds no memory.
 */
#ifndef ETAGD_SERVE_FERRY_H
#define ETAGD_SERVE_FERRY_H

#include <stdbool.h>
#include <stddef.h>

#include "http/reason.h"

struct conn;
struct entry;
struct entry_form;
struct ferry; /* opaque */
struct piece;
struct txn;
struct worker;

/* END_OPEN with *n bytes at *bytes, for one call of send; or with *n 0: they
 * are on their way, and the connection is looked at again when they are there.
 * Else why they can't be had; *doubt as in guard.h. */
enum end ferry_take(struct worker *w, struct conn *c, struct entry *e,
                    const struct entry_form *f, const struct piece *p,
                    const char **bytes, size_t *n, bool *doubt);

/* The next connection whose bytes are there: then it can be written to; or do
 * not come: *why.  NULL: none. */
struct conn *ferry_next(struct worker *w, enum end *why);

/* The bytes of the last call are sent, or not wanted. */
void ferry_empty(struct txn *t);

/* The connection ends, whatever is on its way to it. */
void ferry_leave(struct txn *t);

#endif
