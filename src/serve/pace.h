/* SPDX-License-Identifier: MIT
 *
 * pace: is this client too slow?  Two questions: has anything moved of late,
 * and has enough moved over [limits] rate-window (10 bytes a second is not
 * progress).
 * Layer: serve.  Asked when a deadline has come up, never while bytes move.
 */
#ifndef ETAGD_SERVE_PACE_H
#define ETAGD_SERVE_PACE_H

#include <stdint.h>

#include "http/reason.h"

struct conf_limits;
struct conf_timeouts;
struct conn;
struct moment;

/* What it goes by; the worker's. */
struct pace {
    const struct conf_limits *limits;
    const struct conf_timeouts *timeouts;
    const struct moment *now;
};

/* The connection begins to wait for content or for room to send: starts to
 * measure; milliseconds until pace_check() is due. */
uint64_t pace_content(const struct pace *p, struct conn *c);
uint64_t pace_send(const struct pace *p, struct conn *c);

/* The same for a head whose first byte came at c->first_us. */
uint64_t pace_head(const struct pace *p, struct conn *c);

/* The deadline has come: why the connection is to be ended, or END_OPEN, and
 * then *again is when to ask next. */
enum end pace_check(const struct pace *p, struct conn *c, uint64_t *again_ms);

#endif
