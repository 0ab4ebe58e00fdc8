/* SPDX-License-Identifier: MIT
 *
 * step: moves a connection on: bytes in, requests answered, bytes out.
 * Layer: serve.  The whole life of a request is driven from here.
 */
#ifndef ETAGD_SERVE_STEP_H
#define ETAGD_SERVE_STEP_H

#include <stddef.h>

#include "http/reason.h"

struct conn;
struct worker;

/* n > 0: bytes were received (they need not outlive the call); n == 0: the
 * client has ended its side. */
void step_received(struct worker *w, struct conn *c, const char *p, size_t n);

/* There may be room to send again. */
void step_writable(struct worker *w, struct conn *c);

/* What the connection waited for is there (from the preparer, or for room at
 * other workers, which there is no need of any more). */
void step_resume(struct worker *w, struct conn *c);

/* Sends the answer after which the connection ends, which is in its queue; a
 * site's own page may be long. */
void step_last(struct worker *w, struct conn *c);

/* A new connection that is one too many: `status` answers whatever is asked on
 * it. */
void step_refuse(struct worker *w, struct conn *c, int status, enum end why);

/* Connections that wait for a request go to the workers that serve on
 * (w->ending.moves): all of them now, and one by one with their next request.
 */
void step_move_on(struct worker *w);

#endif
