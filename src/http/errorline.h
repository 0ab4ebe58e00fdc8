/* SPDX-License-Identifier: MIT
 *
 * errorline: a line of the error log as a JSON object, beside logline, which
 * does so for the access log.
 * Layer: http (pure).  Whatever a message has in it, the line is ASCII.
 */
#ifndef ETAGD_HTTP_ERRORLINE_H
#define ETAGD_HTTP_ERRORLINE_H

#include "base/logentry.h"

/* {"time":"2026-11-23T01:02:03.123456Z","level":"warn","id":"W024",
 *  "process":"worker 2","pid":77,"site":"a.example","file":"/a.html",
 *  "text":"..."}, without site and file where there are none. */
void errorline_json(struct buf *b, const struct log_entry *e);

#endif
