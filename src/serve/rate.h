/* SPDX-License-Identifier: MIT
 *
 * rate: is this client too slow?  Two questions: has anything moved of late,
 * and has enough moved over [limits] rate-window (10 bytes a second is not
 * progress).
 * Layer: serve.  Asked when a deadline has come up, never while bytes move.
 */
#ifndef ETAGD_SERVE_RATE_H
#define ETAGD_SERVE_RATE_H

#include <stdint.h>

#include "http/reason.h"

struct conf_limits;
struct conf_timeouts;
struct conn;
struct moment;

/* What it goes by; the worker's. */
struct rate {
    const struct conf_limits *limits;
    const struct conf_timeouts *timeouts;
    const struct moment *now;
};

/* The connection begins to wait for content or for room to send: starts to
 * measure; milliseconds until rate_check() is due. */
uint64_t rate_content(const struct rate *p, struct conn *c);
uint64_t rate_send(const struct rate *p, struct conn *c);

/* The same for a head whose first byte came at c->first_us. */
uint64_t rate_head(const struct rate *p, struct conn *c);

/* The deadline has come: why the connection is to be ended, or END_OPEN, and
 * then *again is when to ask next. */
enum end rate_check(const struct rate *p, struct conn *c, uint64_t *again_ms);

#endif
