/* SPDX-License-Identifier: MIT
 *
 * metrics: counters in the text format of Prometheus (version 0.0.4), and the
 * same as JSON.
 * Layer: observe.
 */
#ifndef ETAGD_OBSERVE_METRICS_H
#define ETAGD_OBSERVE_METRICS_H

#include "base/buf.h"

struct observer;

void metrics_text(struct buf *b, struct observer *o);
void metrics_status(struct buf *b, struct observer *o);

#endif
