/* SPDX-License-Identifier: MIT
 *
 * merge: reads all boards in the order of time.
 * Layer: observe.
 */
#ifndef ETAGD_OBSERVE_MERGE_H
#define ETAGD_OBSERVE_MERGE_H

#include <stdbool.h>

struct observer;

/* False: no memory. */
bool merge_open(struct observer *o);

/* Once a turn: notices that the wall clock was set. */
void merge_clock(struct observer *o);

/* Moves up to `most` events to the history; their number. */
unsigned merge_take(struct observer *o, unsigned most);

#endif
