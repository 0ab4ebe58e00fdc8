/* SPDX-License-Identifier: MIT
 *
 * visitor: one connection to the observer: requests in, answers out.
 * Layer: observe.  Buffers are of fixed size: what is longer is produced as the
 * visitor takes it.  One that is too slow for the events loses old ones.
 */
#ifndef ETAGD_OBSERVE_VISITOR_H
#define ETAGD_OBSERVE_VISITOR_H

#include <stdbool.h>

struct observer;
struct visitor;

/* It has sent something, takes more, or is gone (epoll's events). */
void visitor_ready(struct observer *o, struct visitor *v, unsigned events);

/* Writes what has happened to all that watch events.  True: somebody does. */
bool visitor_turn(struct observer *o);

#endif
