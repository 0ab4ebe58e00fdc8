/* SPDX-License-Identifier: MIT
 *
 * answer: queues responses on a transaction.
 * Layer: answer.  Decides nothing about connections and sends nothing: it puts
 * heads and bodies in the queue and opens a record for the log.
 */
#ifndef ETAGD_ANSWER_ANSWER_H
#define ETAGD_ANSWER_ANSWER_H

#include <stdbool.h>

#include "files/entry.h"
#include "http/fault.h"
#include "http/target.h"

struct conn;
struct txn;
struct worker;

/* All of these answer w->head's request on c; `persist`: the connection lives
 * on afterwards. */

/* A GET or HEAD of e, which is not pending. */
void answer_entry(struct worker *w, struct conn *c, struct txn *t,
                  struct entry *e, const struct target *target, bool persist);

/* An error that concerns the request itself. */
void answer_fault(struct worker *w, struct conn *c, struct txn *t,
                  enum fault fault, bool persist);

/* Any other status without a file: 405 and 501 (with Allow), 408, 421, 503. */
void answer_status(struct worker *w, struct conn *c, struct txn *t, int status,
                   enum reason reason, bool persist);

/* OPTIONS: 204 with Allow. */
void answer_options(struct worker *w, struct conn *c, struct txn *t,
                    bool persist);

/* 100 (Continue): the client may send its content. */
void answer_continue(struct txn *t);

#endif
