/* SPDX-License-Identifier: MIT
 *
 * pacing: how much of what is queued may leave in one call, where something
 * wants less than all of it: pieces, small segments, a delay, a rate.
 * Layer: serve.  Costs nothing where the configuration wants nothing of it:
 * worker.stepwise is false then, and nobody asks.
 */
#ifndef ETAGD_SERVE_PACING_H
#define ETAGD_SERVE_PACING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conf;
struct conn;
struct worker;

/* Does any option want it? */
bool pacing_wanted(const struct conf *conf);

/* Bytes of c's queue, which is not empty, that the next call may take; 0: none
 * before pacing_wait_ms() have passed. */
size_t pacing_most(const struct worker *w, struct conn *c);
uint64_t pacing_wait_ms(const struct conn *c, uint64_t now_ms);

#endif
