/* SPDX-License-Identifier: MIT
 *
 * records: what is true of the records of generations and of their processes
 * between any two steps of the master.
 * Layer: master.  A child's record is known by its place in its generation: it
 * is a tag of the poll set, and moves to another generation (handover.h).
 */
#ifndef ETAGD_MASTER_RECORDS_H
#define ETAGD_MASTER_RECORDS_H

#include "master/generation.h"

/* Marks an empty record as one. */
void generation_begin(struct generation *g);

/* A child that does not run. */
void child_begin(struct child *c, struct generation *home, enum child_role role,
                 unsigned index);

/* CHECKs that it is one: at the place of its role, and running with a channel
 * or not at all. */
void child_sound(const struct child *c);

/* The one that runs as pid, or NULL. */
struct child *child_of_pid(struct generation *g, pid_t pid);

/* The only way to another state; CHECKs that it may follow. */
void generation_become(struct generation *g, enum generation_state next);

#endif
