/* SPDX-License-Identifier: MIT
 *
 * published: what the master tells of itself to those that watch from outside
 * (share/tallies).
 * Layer: master.
 */
#ifndef ETAGD_MASTER_PUBLISHED_H
#define ETAGD_MASTER_PUBLISHED_H

#include <stdbool.h>

struct child;
struct generation;
struct master;

/* This program serves from now on. */
void published_begin(struct master *m);

/* A reload has ended. */
void published_reload(struct master *m, bool good);

/* A process that is started again has ended (waitpid's status). */
void published_death(const struct generation *g, const struct child *c,
                     int status);

/* Milliseconds until it is to be called again, or -1. */
int published_turn(struct master *m);

#endif
