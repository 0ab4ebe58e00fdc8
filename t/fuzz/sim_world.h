/* SPDX-License-Identifier: MIT
 *
 * sim_world: what the master would have given the worker.
 */
#ifndef ETAGD_FUZZ_SIM_WORLD_H
#define ETAGD_FUZZ_SIM_WORLD_H

#include "sim.h"

#include "serve/worker.h"
#include "share/board.h"
#include "share/counters.h"

struct sim_world {
    struct worker_start start;
    struct counters counters;
    struct counters_slot slot;
    struct board *board;
    struct attempts *attempts;
    struct board_reader events;
    _Atomic uint64_t connections;
    struct sim_conn *accepted[SIM_CONNS]; /* in that order */
    unsigned n_accepted;
    bool access; /* nobody gets what is below /sub/ unasked */
    bool limits; /* of requests a connection, of connections an address */
};

extern struct sim_world sim_world;

/* The connection with that number in the logs, or NULL. */
struct sim_conn *sim_numbered(uint64_t number);

/* One life of a worker; options: see the table in sim_conf.c. */
void sim_world_run(unsigned options);

#endif
