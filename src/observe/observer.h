/* SPDX-License-Identifier: MIT
 *
 * observer: the process that shows what the workers do, on a port of its own.
 * Layer: observe.  Reads the boards and counters that the master made, serves
 * the live page, events, status and metrics.  After its start it opens no file
 * and needs its listening socket, the boards and a poll set alone; when it dies
 * serving is not touched and the master starts another, which reads the boards
 * from their oldest events on.
 */
#ifndef ETAGD_OBSERVE_OBSERVER_H
#define ETAGD_OBSERVE_OBSERVER_H

#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>

#include "conf/conf.h"
#include "observe/metrics.h"
#include "share/board.h"
#include "share/counters.h"

#define OBSERVER_SOURCES 4 /* generations that are looked at */
#define OBSERVER_PLACES_MAX METRICS_PLACES

/* The workers of one generation. */
struct observer_source {
    unsigned generation, workers;
    struct board *board;
    struct counters *counters;
};

struct issued;
struct tallies;

struct observer_start {
    const struct conf *conf;
    int listener; /* the observer's own */
    int control;  /* end-of-file: the end */
    _Atomic uint64_t *accepted;
    struct tallies *tallies;     /* what all workers have counted */
    const struct issued *issued; /* what was handed out; may be NULL */
    struct observer_source source[OBSERVER_SOURCES]; /* newest first */
    unsigned n_sources;
    char place[OBSERVER_PLACES_MAX]
              [METRICS_PLACE_BYTES]; /* where workers listen */
};

/* Who foretells, as JSON, what browsers will make of a configuration and of the
 * files that are there; told before anything is forked. */
typedef void observer_foresee(const struct conf *conf, FILE *out);
void observer_foresees(observer_foresee *by);

/* The memory that it may come to use. */
size_t observer_bytes(const struct conf *conf);

/* Runs until the control channel ends; the exit status. */
int observer_run(const struct observer_start *start);

#endif
