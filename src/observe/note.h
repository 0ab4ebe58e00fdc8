/* SPDX-License-Identifier: MIT
 *
 * note: an event as `etagd watch` reads it from the observer's JSON.
 * Layer: observe.  Pure.
 */
#ifndef ETAGD_OBSERVE_NOTE_H
#define ETAGD_OBSERVE_NOTE_H

#include <stdint.h>

#include "base/buf.h"

/* Spans point into the JSON; strings are as they stand there, without their
 * quotes: their escapes keep a terminal safe. */
struct note {
    struct span event, peer, method, target, reason, end, closed_first, by;
    uint64_t at_us, connection, worker, request, port, status, bytes, first_us,
        requests, lost, used_us;
};

void note_read(struct note *n, struct span json);

/* One line without its end: "12:00:03.120 c3.2 w1 GET /logo.png 304 ...". */
void note_line(struct buf *b, const struct note *n);

/* Time of day (UTC, as in the logs), "12:00:03.120". */
void note_time(struct buf *b, uint64_t at_us);

#endif
