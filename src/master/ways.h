/* SPDX-License-Identifier: MIT
 *
 * ways: the channels between workers and the preparer.
 * Layer: master.
 */
#ifndef ETAGD_MASTER_WAYS_H
#define ETAGD_MASTER_WAYS_H

#include "master/generation.h"

/* For a worker of g that is about to start: its end, or -1. */
int ways_connect(struct generation *g);

/* g has a new preparer, which gets a channel to every worker that is there
 * already, also of older generations that gave theirs away. */
void ways_again(struct generation *g);

#endif
