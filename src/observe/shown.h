/* SPDX-License-Identifier: MIT
 *
 * shown: events and connections as JSON objects.
 * Layer: observe.  Times are microseconds since 1970 (exact in a double).
 * Secrets that a head carries are not shown.
 */
#ifndef ETAGD_OBSERVE_SHOWN_H
#define ETAGD_OBSERVE_SHOWN_H

#include "base/buf.h"
#include "observe/history.h"
#include "share/issued.h"

/* Enough for any event, and for any connection without its requests. */
#define SHOWN_EVENT_MAX 24576

/* "accept", "request", ... */
const char *shown_event_name(unsigned kind);

/* What came from outside, without its secrets; until the next call.  mask:
 * words that names of secrets have (http/mask.h). */
struct span shown_masked(struct span mask, struct span text);

/* Who has given the password for it, of BOARD_REQUEST; empty: nobody. */
struct span shown_user(struct span mask, const struct board_event *e);

struct shown_line {
    struct span method, target, version;
};

/* Of a request's head, as it was sent. */
struct shown_line shown_request_line(struct span head);

/* issued: what was handed
 * out, for the cache debt of a path; may be NULL. */
void shown_event(struct buf *b, const struct happened *x, struct span mask,
                 const struct issued *issued);

/* The ledger's object of a connection; with the requests that are still in the
 * history, as many as fit into b (`requests_listed` tells how many). */
void shown_life(struct buf *b, struct span mask, const struct history *h,
                const struct life *l);

#endif
