/* SPDX-License-Identifier: MIT
 *
 * proxied: connections that say first whose they are (listen = ... proxy).
 * Layer: serve.  From the header on the client's address is the connection's,
 * in logs, limits and events.
 */
#ifndef ETAGD_SERVE_PROXIED_H
#define ETAGD_SERVE_PROXIED_H

#include <stdbool.h>

#include "base/span.h"

struct conn;
struct worker;

enum proxied {
    PROXIED_READY,   /* *in has moved past the header */
    PROXIED_MORE,    /* it is not whole yet */
    PROXIED_FULL,    /* the client has too many connections */
    PROXIED_REFUSED, /* it is none: c->end says so */
};

/* Of a new connection on such a socket: may its peer speak for others?  If not,
 * c->end says so. */
bool proxied_trusts(struct worker *w, struct conn *c);

enum proxied proxied_take(struct worker *w, struct conn *c, struct span *in);

#endif
