/* SPDX-License-Identifier: MIT
 *
 * metrics_node: what a master has told of its node, for Prometheus.
 * Layer: observe.
 */
#ifndef ETAGD_OBSERVE_METRICS_NODE_H
#define ETAGD_OBSERVE_METRICS_NODE_H

#include "observe/metrics.h"

struct tallies_node;

void metrics_node_put(const struct exposition *x, struct tallies_node *n,
                      const char (*place)[METRICS_PLACE_BYTES]);

#endif
