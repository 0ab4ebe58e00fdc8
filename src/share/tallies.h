/* SPDX-License-Identifier: MIT
 *
 * tallies: the counters of all workers that ever were, in one memory that
 * outlives reloads and, handed from master to master, upgrades.
 * Layer: share.  A sum that falls back looks like a restart to whoever draws
 * it, and what was counted just before is lost: so no slot is ever reset.  The
 * next worker of the same number that finds one free goes on counting there;
 * while several generations run, a number has several slots.
 */
#ifndef ETAGD_SHARE_TALLIES_H
#define ETAGD_SHARE_TALLIES_H

#include <stdbool.h>
#include <stddef.h>

#include "share/counters.h"

#define TALLIES_SLOTS 1024

/* Processes that are started again, and why they had ended. */
enum tallies_process {
    TALLIES_WORKER,
    TALLIES_PREPARER,
    TALLIES_OBSERVER,
    TALLIES_SCRAPER,
    TALLIES_PROCESSES
};
enum tallies_reason {
    TALLIES_SIGNAL,
    TALLIES_STATUS,  /* by itself */
    TALLIES_STALLED, /* ended by the master: it did not turn any more */
    TALLIES_REASONS
};

#define TALLIES_LISTENERS 16

/* The node as a whole, by its master. */
struct tallies_node {
    _Atomic uint64_t started_s; /* the program that serves */
    _Atomic uint64_t upgrades, generation, config_hash;
    _Atomic uint64_t reload_good; /* the last one was */
    _Atomic uint64_t reload_s;    /* the last good one */
    _Atomic uint64_t reloads[2];  /* that failed, that were good */
    _Atomic uint64_t draining, workers;
    _Atomic uint64_t restarts[TALLIES_PROCESSES][TALLIES_REASONS];
    _Atomic uint64_t queue[TALLIES_LISTENERS], queue_most[TALLIES_LISTENERS];
};

#define TALLIES_PREPARERS 16

struct tallies {
    uint64_t layout;
    struct tallies_node node;
    struct counters_preparer preparer[TALLIES_PREPARERS];
    struct counters_slot slot[TALLIES_SLOTS];
};

/* *fd: what names it in tallies_adopt(); -1: nothing does (a limit on the
 * size of files, as this is one to the kernel), so it ends with this master.
 * NULL: no memory. */
struct tallies *tallies_new(int *fd);

/* The memory behind fd, which stays the caller's; NULL: it is none, or is laid
 * out in another way (by another version). */
struct tallies *tallies_adopt(int fd);
void tallies_free(struct tallies *t);

/* So many slots, from the first on, have been somebody's: they are claimed in
 * order.  The others are not to be looked at, for that alone would give each a
 * page (4 MB for all). */
size_t tallies_used(struct tallies *t);

/* Slots for workers 1 to n; false: too many of older generations still run. */
bool tallies_claim(struct tallies *t, unsigned n, struct counters *out);

/* These have ended. */
void tallies_leave(struct counters *c, unsigned n);

/* A slot for one more preparer; NULL: there is none. */
struct counters_preparer *tallies_preparer(struct tallies *t);

/* It has ended: what it had is gone.  May be NULL. */
void tallies_preparer_gone(struct counters_preparer *p);

/* What was counted when it was claimed, so that somebody's own share can be
 * told. */
struct tally {
    uint64_t accepted, closed;
    uint64_t moved; /* taken without those given; modulo 2^64 */
    uint64_t requests, bytes;
};

struct tally tally_of(struct counters_slot *s);
struct tally tally_since(struct counters_slot *s, const struct tally *before);

#endif
