/* SPDX-License-Identifier: MIT
 *
 * handover: a preparer outlives the generation that it was started for.
 * Layer: master.  What it knows about files (digests, types, coded forms) is
 * true under the next configuration as well, unless its own part of that
 * differs.  The newest generation owns it: it watches it and starts it again;
 * older ones, which only finish, keep their channels to it.
 */
#ifndef ETAGD_MASTER_HANDOVER_H
#define ETAGD_MASTER_HANDOVER_H

#include "master/generation.h"

/* Before g's preparer is started: takes the one of the generation before it.
 * False: there is none, or it does not fit. */
bool handover_take(struct generation *g);

/* g does not come up: the one that goes on gets its preparer back. */
void handover_return(struct generation *g);

/* Who has the preparer that g's workers ask. */
struct generation *handover_owner(struct generation *g);

/* Brings the present error log to g's preparer. */
void handover_log(struct generation *g);

#endif
