/* SPDX-License-Identifier: MIT
 *
 * json: events and connections as JSON objects.
 * Layer: observe.  Times are microseconds since 1970 (exact in a double).
 * Credentials that a head carries are not shown.
 */
#ifndef ETAGD_OBSERVE_JSON_H
#define ETAGD_OBSERVE_JSON_H

#include "base/buf.h"
#include "observe/history.h"
#include "share/past.h"

/* Enough for any event, and for any connection without its requests. */
#define JSON_EVENT_MAX 24576

/* "accept", "request", ... */
const char *json_event_name(unsigned kind);

/* past: what was handed out, for the cache debt of a path; may be NULL. */
void json_event(struct buf *b, const struct happened *x,
                const struct past *past);

/* The ledger's object of a connection; with the requests that are still in the
 * history, as many as fit into b (`requests_listed` tells how many). */
void json_life(struct buf *b, const struct history *h, const struct life *l);

#endif
