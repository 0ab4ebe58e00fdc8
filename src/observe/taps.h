/* SPDX-License-Identifier: MIT
 *
 * taps: reads all boards in the order of time.
 * Layer: observe.
 */
#ifndef ETAGD_OBSERVE_TAPS_H
#define ETAGD_OBSERVE_TAPS_H

#include <stdbool.h>

struct observer;

/* False: no memory. */
bool taps_open(struct observer *o);

/* Once a turn: notices that the wall clock was set. */
void taps_clock(struct observer *o);

/* Moves up to `most` events to the history; their number. */
unsigned taps_take(struct observer *o, unsigned most);

#endif
