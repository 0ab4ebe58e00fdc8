/* SPDX-License-Identifier: MIT
 *
 * scraper: the process that answers /metrics at an address of its own.
 * Layer: observe.  It can be reached from other hosts, so it has nothing to
 * tell about clients: of all that there is it sees the counters alone.  After
 * its start it opens no file; when it dies serving is not touched and the
 * master starts another.
 */
#ifndef ETAGD_OBSERVE_SCRAPER_H
#define ETAGD_OBSERVE_SCRAPER_H

#include "conf/conf.h"
#include "observe/metrics.h"

struct tallies;

struct scraper_start {
    const struct conf *conf;
    int listener;
    int control; /* end-of-file: the end */
    struct tallies *tallies;
    const char (*place)[METRICS_PLACE_BYTES]; /* where workers listen */
};

/* The memory that it may come to use. */
size_t scraper_bytes(void);

/* Runs until the control channel ends; the exit status. */
int scraper_run(const struct scraper_start *start);

#endif
