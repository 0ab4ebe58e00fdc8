/* SPDX-License-Identifier: MIT
 *
 * takeover: from "every new worker is ready" to "no old one accepts any more".
 * Layer: master.  A reload is reported (log, systemd, whoever asked for it)
 * only when a connection that is opened then meets the new configuration for
 * certain: both generations accept from the same sockets for a moment.
 */
#ifndef ETAGD_MASTER_TAKEOVER_H
#define ETAGD_MASTER_TAKEOVER_H

#include <stdint.h>

struct master;
struct generation;

struct takeover {
    struct generation *to; /* serves, and has not been reported; or NULL */
    unsigned from;         /* number of the one before it */
    uint64_t until_us;     /* monotonic: then it is reported in any case */
};

/* Every worker of a starting generation has reported: it takes over. */
void takeover_begin(struct master *m, struct generation *g);

/* A worker of an older one accepts nothing more, or has ended. */
void takeover_look(struct master *m);

/* Milliseconds until it is to be called again, or -1. */
int takeover_turn(struct master *m);

#endif
