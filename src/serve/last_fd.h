/* SPDX-License-Identifier: MIT
 *
 * last_fd: one descriptor in reserve, to tell a client that there is none.
 * Layer: serve.  A client that nobody can give way to waits in the kernel's
 * queue for a second, for places come free all the time.  Then the reserve is
 * given up to accept it, it is answered 503 and closed, and the reserve is
 * taken again: bounded, and nothing to wait for.
 */
#ifndef ETAGD_SERVE_LAST_FD_H
#define ETAGD_SERVE_LAST_FD_H

#include <stddef.h>

struct worker;

enum spare {
    LAST_FD_LATER,   /* not yet, or no reserve: leave the sockets alone */
    LAST_FD_REFUSED, /* one client was told; there may be more */
    LAST_FD_NOBODY   /* there is no client */
};

/* Needs w->poll. */
void last_fd_init(struct worker *w);

/* There are no descriptors, or connections are limited by them, and none can
 * give way: the next client at this listener is told. */
enum spare last_fd_refuse(struct worker *w, size_t listener);

#endif
