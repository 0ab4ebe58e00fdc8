/* SPDX-License-Identifier: MIT
 *
 * gauges: what a worker has at the moment, and how long requests took, for
 * those that watch from outside.
 * Layer: serve.
 */
#ifndef ETAGD_SERVE_GAUGES_H
#define ETAGD_SERVE_GAUGES_H

#include <stdbool.h>
#include <stdint.h>

struct record;
struct worker;

/* At the start, before connections come and rights go. */
void gauges_init(struct worker *w);

/* Once in a second. */
void gauges_publish(struct worker *w);

/* The time to count with, monotonic; 0: nobody wants to know. */
uint64_t gauges_clock(bool timed);

/* The first byte of a response, or its last, was handed to the system. */
void gauges_begun(struct worker *w, struct record *r, uint64_t now_us);
void gauges_ended(struct worker *w, const struct record *r, uint64_t now_us);

#endif
