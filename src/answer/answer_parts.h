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

struct record;
struct reply;
struct txn;

/* Opens the record of this response; what it points at stays where it is until
 * the turn is over (txn_keep_texts copies it if the record stays longer). */
struct record *answer_record(const struct reply *to, int status,
                             enum reason reason);

/* Everything of the response is queued; `bytes` of it are content. */
void answer_close(const struct reply *to, struct record *r, uint64_t bytes);

/* Status line, Server and Date of a head that no rule has a say in. */
void answer_begin(const struct reply *to, int status);

void answer_length(struct buf *b, uint64_t n);

/* A query as it came, but for what browsers may send and a URI reference may
 * not hold (RFC 3986 appendix A). */
void answer_query(struct buf *b, struct span query);

/* The connection's fields and the empty line. */
void answer_connection(const struct reply *to, struct buf *b);

/* Content from where it lies: memory, or the file. */
void answer_stored(const struct reply *to, const struct entry *e,
                   const struct entry_form *f, uint64_t offset, uint64_t bytes);

/* The same, but a small content is copied beside its head. */
void answer_content(const struct reply *to, const struct entry *e,
                    const struct entry_form *f, uint64_t offset,
                    uint64_t bytes);

/* The whole head that blocks_head_put() begins, the reason as a field included
 * where it is on, with a Content-Length unless it is ANSWER_NO_LENGTH. */
#define ANSWER_NO_LENGTH UINT64_MAX
void answer_head(const struct reply *to, const struct blocks_head *h,
                 const struct record *r, uint64_t length);

/* A head, and all of a file that is answered for another (a listing, an error
 * page): the record holds it until it is sent. */
void answer_whole(const struct reply *to, const struct blocks_head *h,
                  struct record *r, struct entry *page);

/* 412 or 416 for a request that has a representation. */
void answer_refusal(const struct reply *to, const struct entry *e,
                    const struct plan *plan);

/* An ENTRY_REFUSED whose prepared head won't do: the site has a page for it,
 * the reason is to be told, or another language wanted. */
void answer_error(const struct reply *to, const struct entry *e);

void answer_moved(const struct reply *to, struct entry *e,
                  const struct target *target);

/* In the head from `from` on: this opaque part of its tag for the one that is
 * there. */
void answer_tag(struct buf *b, size_t from, struct span opaque);

#endif
