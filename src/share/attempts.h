/* SPDX-License-Identifier: MIT
 *
 * attempts: how many passwords each address has tried of late, counted by all
 * workers in one memory, which outlives reloads and upgrades: what has been
 * tried so far is not forgotten because a program was exchanged.
 * Layer: share.  Bounded: of addresses that meet in one set of the table the
 * one that waited longest is forgotten, which only lets it try again.
 */
#ifndef ETAGD_SHARE_ATTEMPTS_H
#define ETAGD_SHARE_ATTEMPTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"

#define ATTEMPTS_MS 60000 /* over which they are limited */

struct attempts; /* opaque */

/* *fd: what names it in attempts_adopt(); -1: nothing does, so it ends with
 * this master.  NULL: no memory. */
struct attempts *attempts_new(int *fd);

/* The memory behind fd, which stays the caller's; NULL: it is none, or is laid
 * out in another way (by another version). */
struct attempts *attempts_adopt(int fd);
void attempts_free(struct attempts *a);
size_t attempts_bytes(void);

/* One more of at most `most` in ATTEMPTS_MS, then one each ATTEMPTS_MS / most;
 * addresses of IPv6 by their /64.  0: it is taken; else milliseconds until one
 * would be.  An address that is none (a unix socket's) is one as well. */
uint64_t attempts_take(struct attempts *a, const struct ip *ip, uint64_t most,
                       uint64_t now_ms);

/* The one that was taken did not fail. */
void attempts_give_back(struct attempts *a, const struct ip *ip, uint64_t most);

#endif
