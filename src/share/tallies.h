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

struct tallies {
    uint64_t layout;
    struct counters_slot slot[TALLIES_SLOTS];
};

/* *fd: what stands for it in tallies_adopt(); -1: nothing does (a limit on the
 * size of files, as this is one to the kernel), so it ends with this master.
 * NULL: no memory. */
struct tallies *tallies_new(int *fd);

/* The memory behind fd, which stays the caller's; NULL: it is none, or is laid
 * out in another way (by another version). */
struct tallies *tallies_adopt(int fd);
void tallies_free(struct tallies *t);

/* Slots for workers 1 to n; false: too many of older generations still run. */
bool tallies_claim(struct tallies *t, unsigned n, struct counters *out);

/* These have ended. */
void tallies_leave(struct counters *c, unsigned n);

/* What was counted when it was claimed, so that somebody's own share can be
 * told. */
struct tally {
    uint64_t accepted, closed, requests, bytes;
};

struct tally tally_of(struct counters_slot *s);
struct tally tally_since(struct counters_slot *s, const struct tally *before);

#endif
