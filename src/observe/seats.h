/* SPDX-License-Identifier: MIT
 *
 * seats: which visitors have a place when more come than there are.
 * Layer: observe.  Streams never take all places.  In a full house the visitor
 * that has been idle longest gives way, then one that does not take what it
 * asked for; when all are being served, a newcomer is told so.
 */
#ifndef ETAGD_OBSERVE_SEATS_H
#define ETAGD_OBSERVE_SEATS_H

#include <stdbool.h>

struct observer;
struct visitor;

/* Waits for nothing that the visitor does: all output is out. */
bool seats_idle(const struct visitor *v);

/* Seats all that wait at the door.  Frees seats: to be called when no event is
 * left that points to one. */
void seats_fill(struct observer *o);

/* One more stream may begin (others that are stuck have given way). */
bool seats_stream(struct observer *o);

/* Closes at once; what the visitor has sent and nobody read is forgotten. */
void seats_end(struct observer *o, struct visitor *v);

/* Closes once the visitor has had time to read its last answer. */
void seats_leave(struct observer *o, struct visitor *v);

/* Ends those that have been silent for too long. */
void seats_turn(struct observer *o);

#endif
