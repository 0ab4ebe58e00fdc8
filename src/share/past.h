/* SPDX-License-Identifier: MIT
 *
 * past: which tags and dates were handed out for which bytes, and until when
 * copies of them may be used unasked.
 * Layer: share.  One table in memory shared by all workers of all generations,
 * made by the master.  Bounded: the last versions of each path, the oldest give
 * way.  No locks: a row that is being written is passed over.
 */
#ifndef ETAGD_SHARE_PAST_H
#define ETAGD_SHARE_PAST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "http/accept.h"

#define PAST_NEVER INT64_MIN

struct past;

/* One version of one coded form of a file, as a client may remember it. */
struct past_version {
    uint64_t tag;          /* past_hash() of the ETag field; 0: none */
    uint64_t bytes;        /* first bytes of their SHA-256, never 0 */
    int64_t last_modified; /* as sent; COND_NO_DATE: not sent */
};

size_t past_bytes(void);     /* what it takes */
struct past *past_new(void); /* NULL: no memory */
void past_free(struct past *p);

uint64_t past_hash(const struct past *p, struct span text); /* never 0 */
uint64_t past_key(const struct past *p, unsigned site, struct span path,
                  enum coding c);

/* This version is the present one of its key, and may be handed out. */
void past_note(struct past *p, uint64_t key, const struct past_version *v);

/* Are versions known with other bytes than these? */
bool past_others(const struct past *p, uint64_t key, uint64_t bytes);
bool past_tag_of_others(const struct past *p, uint64_t key, uint64_t tag,
                        uint64_t bytes);
bool past_date_of_others(const struct past *p, uint64_t key, int64_t date,
                         uint64_t bytes);

/* A client may use these bytes without asking until then (seconds). */
void past_grant(struct past *p, uint64_t key, uint64_t bytes, int64_t until);

/* The latest instant until which a client may use other bytes than these
 * unasked; PAST_NEVER: none.  past_debt_news() gives it once only, to the first
 * worker that asks, unless it has become later. */
int64_t past_debt(const struct past *p, uint64_t key, uint64_t bytes);
int64_t past_debt_news(struct past *p, uint64_t key, uint64_t bytes);

/* The same for one that does not know the present bytes (the observer): others
 * than the version that was noted last. */
int64_t past_debt_of(const struct past *p, unsigned site, struct span path);

#endif
