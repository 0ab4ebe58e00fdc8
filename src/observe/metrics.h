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

void metrics_put(const struct exposition *x, struct tallies *t);

#endif
