/* SPDX-License-Identifier: MIT
 *
 * balance: an even share of the connections for every worker.
 * Layer: serve.  Exclusive wake-ups alone favour the worker that waited last. A
 * worker that has clearly more open connections than another one leaves the
 * next one to it: it wakes that worker and stops listening itself for a moment.
 */
#ifndef ETAGD_SERVE_BALANCE_H
#define ETAGD_SERVE_BALANCE_H

#include <stdbool.h>

struct worker;
struct worker_start;

/* Watches this worker's own wake-up call; false: no memory. */
bool balance_init(struct worker *w);

/* True when the next connection is another worker's, which has been woken. */
bool balance_yields(struct worker *w);

/* Another worker left something to this one: takes note of the call. */
void balance_called(const struct worker_start *start);

#endif
