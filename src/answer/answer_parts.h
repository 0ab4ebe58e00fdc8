/* SPDX-License-Identifier: MIT
 *
 * answer_parts: what answers are put together from, for answer.c, refusal.c and
 * listings.c alone.
 * Layer: answer.
 */
#ifndef ETAGD_ANSWER_ANSWER_PARTS_H
#define ETAGD_ANSWER_ANSWER_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "files/blocks.h"
#include "files/entry.h"
#include "http/plan.h"
#include "http/target.h"

struct conn;
struct record;
struct txn;
struct worker;

/* Opens the record of this response; what it points at stays where it is until
 * the turn is over (txn_keep_texts copies it if the record stays longer). */
struct record *answer_record(struct worker *w, struct conn *c, struct txn *t,
                             int status, enum reason reason);

/* Everything of the response is queued; `bytes` of it are content. */
void answer_close(struct txn *t, struct record *r, uint64_t bytes);

void answer_length(struct buf *b, uint64_t n);

/* The connection's fields and the empty line. */
void answer_connection(struct worker *w, struct buf *b, bool persist);

/* Content from where it lies: memory, or the file. */
void answer_stored(struct txn *t, const struct entry *e,
                   const struct entry_form *f, uint64_t offset, uint64_t bytes);

/* The same, but a small content is copied beside its head. */
void answer_content(struct txn *t, const struct entry *e,
                    const struct entry_form *f, uint64_t offset,
                    uint64_t bytes);

/* The whole head that blocks_head_put() begins, the reason as a field included
 * where it is on, with a Content-Length unless it is ANSWER_NO_LENGTH. */
#define ANSWER_NO_LENGTH UINT64_MAX
void answer_head(struct worker *w, struct txn *t, const struct blocks_head *h,
                 const struct record *r, uint64_t length, bool persist);

/* 412 or 416 for a request that has a representation. */
void answer_refusal(struct worker *w, struct conn *c, struct txn *t,
                    const struct entry *e, const struct plan *plan,
                    bool persist);

/* An ENTRY_REFUSED whose prepared head won't do: the site has a page for it, or
 * the reason is to be told. */
void answer_error(struct worker *w, struct conn *c, struct txn *t,
                  const struct entry *e, bool persist);

void answer_moved(struct worker *w, struct conn *c, struct txn *t,
                  struct entry *e, const struct target *target, bool persist);

#endif
