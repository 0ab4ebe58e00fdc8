/* SPDX-License-Identifier: MIT
 *
 * numbers: what the observer's page draws, as JSON, and its own metrics.
 * Layer: observe.
 */
#ifndef ETAGD_OBSERVE_NUMBERS_H
#define ETAGD_OBSERVE_NUMBERS_H

#include "observe/exposition.h"

struct observer;

void numbers_status(struct buf *b, struct observer *o);
void numbers_metrics(const struct exposition *x, struct observer *o);

#endif
