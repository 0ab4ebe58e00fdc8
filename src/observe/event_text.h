/* SPDX-License-Identifier: MIT
 *
 * event_text: an event as a line of text, which the observer serves at /watch
 * and `etagd watch` shows. Layer: observe.  Pure.
 */
#ifndef ETAGD_OBSERVE_EVENT_TEXT_H
#define ETAGD_OBSERVE_EVENT_TEXT_H

#include "base/buf.h"
#include "observe/history.h"

/* How a line is written: to be read, or with the columns in front that the
 * table of `etagd watch` is drawn from. */
enum note_form { EVENT_TEXT_LINE, EVENT_TEXT_COLUMNS };

/* "12:00:03.120 c3.2 w1 GET /logo.png 304 0 unchanged 80 us" and its end.
 * mask: words that names of secrets have (http/mask.h). */
void event_text_put(struct buf *b, const struct happened *x, struct span mask,
                    enum note_form form);

/* n events are left out before the one at wall_us. */
void event_text_put_lost(struct buf *b, int64_t wall_us, uint64_t n,
                         enum note_form form);

/* A line with columns. */
struct event_text {
    uint64_t at_us; /* wall clock */
    uint64_t connection, worker, port, status, lost;
    struct span event;
    struct span by;     /* its end: who closed first */
    struct span latest; /* its latest request, or how it ended */
    struct span line;   /* to be read */
};

/* False: it is none. */
bool event_text_read(struct event_text *n, struct span line);

#endif
