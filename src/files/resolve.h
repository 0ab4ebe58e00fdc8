/* SPDX-License-Identifier: MIT
 *
 * resolve: from site and path to an entry that may be answered from now.
 * Layer: files.  Keeps the promise that no answer is stale: an entry is used
 * only when nothing has changed since it was looked at (see dirs.h) or after
 * the file system has been asked again.
 */
#ifndef ETAGD_FILES_RESOLVE_H
#define ETAGD_FILES_RESOLVE_H

#include "files/entry.h"

struct look;
struct target;
struct files;

/* The entry (not held), possibly pending: then the caller waits at it.  NULL:
 * no memory; or fs->waits is where the caller waits for a helper (lookup.h); or
 * fs->no_helper: none can look.  since_us: monotonic time at which the request
 * arrived; facts that were asked for later than that are fresh enough for it.
 * h: its head, for what a file that is not known yet is to be coded in; NULL:
 * nothing.
 * *why: REASON_FALLBACK when it is the site's fallback file, REASON_PREVIOUS
 * when only an older release has it, else left alone.
 */
struct entry *resolve(struct files *fs, unsigned site,
                      const struct target *target, uint64_t since_us,
                      const struct head *h, enum reason *why);

/* Puts what a helper has found into the cache. */
void resolve_found(struct files *fs, struct look *l);

#endif
