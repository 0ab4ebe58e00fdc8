/* SPDX-License-Identifier: MIT
 *
 * issued: which tags and dates were handed out for which bytes, and until when
 * copies of them may be used unasked.
 * Layer: share.  One table in memory shared by all workers of all generations,
 * made by the master.  Bounded: the last versions of each path, the oldest give
 * way.  No locks: a row that is being written is passed over.
 */
#ifndef ETAGD_SHARE_ISSUED_H
#define ETAGD_SHARE_ISSUED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "http/accept.h"

#define ISSUED_NEVER INT64_MIN

struct issued;

/* One version of one coded form of a file, as a client may remember it. */
struct issued_version {
    uint64_t tag;          /* issued_hash() of the ETag field; 0: none */
    uint64_t bytes;        /* first bytes of their SHA-256, never 0 */
    int64_t last_modified; /* as sent; COND_NO_DATE: not sent */
};

size_t issued_bytes(void);       /* what it takes */
struct issued *issued_new(void); /* NULL: no memory */
void issued_free(struct issued *p);

uint64_t issued_hash(const struct issued *p, struct span text); /* never 0 */
/* first: of a coding that has two forms, of which one is no other version of
 * the other (http/plan.h). */
uint64_t issued_key(const struct issued *p, unsigned site, struct span path,
                    enum coding c, bool first);

/* This version is the present one of its key, and may be handed out. */
void issued_note(struct issued *p, uint64_t key,
                 const struct issued_version *v);

/* Are versions known with other bytes than these? */
bool issued_others(const struct issued *p, uint64_t key, uint64_t bytes);
bool issued_tag_of_others(const struct issued *p, uint64_t key, uint64_t tag,
                          uint64_t bytes);
bool issued_date_of_others(const struct issued *p, uint64_t key, int64_t date,
                           uint64_t bytes);

/* A client may use these bytes without asking until then (seconds). */
void issued_grant(struct issued *p, uint64_t key, uint64_t bytes,
                  int64_t until);

/* The latest instant until which a client may use other bytes than these
 * unasked; ISSUED_NEVER: none.  issued_debt_news() gives it once only, to the
 * first worker that asks, unless it has become later. */
int64_t issued_debt(const struct issued *p, uint64_t key, uint64_t bytes);
int64_t issued_debt_news(struct issued *p, uint64_t key, uint64_t bytes);

/* The same for one that does not know the present bytes (the observer): others
 * than the version that was noted last. */
int64_t issued_debt_of(const struct issued *p, unsigned site, struct span path);

#endif
