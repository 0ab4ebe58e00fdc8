/* SPDX-License-Identifier: MIT
 *
 * metrics: what the counters say, for Prometheus.
 * Layer: observe.  Nothing about clients.  Sums go on over reloads, upgrades
 * and deaths of workers (share/tallies); they are told by worker, not by
 * generation.
 */
#ifndef ETAGD_OBSERVE_METRICS_H
#define ETAGD_OBSERVE_METRICS_H

#include "observe/exposition.h"

struct tallies;

#define METRICS_PLACES 16
#define METRICS_PLACE_BYTES 64

/* place: where workers listen; "" behind the last one. */
void metrics_put(const struct exposition *x, struct tallies *t,
                 const char (*place)[METRICS_PLACE_BYTES]);

#endif
