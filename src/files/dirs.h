/* SPDX-License-Identifier: MIT
 *
 * dirs: which directories are being watched, so that "nothing has changed"
 * may be believed without asking the file system.
 * Layer: files.  Owns the inotify descriptor of the worker.
 */
#ifndef ETAGD_FILES_DIRS_H
#define ETAGD_FILES_DIRS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

struct dirs;
struct root;

/* At most `max` directories; NULL when there is no memory or no inotify. */
struct dirs *dirs_new(uint64_t seed, unsigned max);

void dirs_free(struct dirs *d);
/* Watches every existing directory from the root down to the one that holds
 * `path` (relative to the root).  True: from now on any change of what the path
 * means, or of the file, is news.  False: it can't be watched (limit reached, a
 * symbolic link on the way, another file system): ask at each request.  stay:
 * no other mount is looked into. */
bool dirs_cover(struct dirs *d, unsigned root_index, const struct root *root,
                const char *path, bool stay);

/* A word about a directory that is watched (`path` of dirs_cover(), up to its
 * last component), 0 at first and once its watch is gone; NULL: it is not
 * watched.  It is this directory's as long as the generation lasts: whatever
 * drops the watches begins another one. */
uint64_t *dirs_word(struct dirs *d, unsigned root_index, struct span prefix);

/* Takes all news; true when there was any.  When directories moved, every
 * watch is dropped, to be set again by dirs_cover(). */
bool dirs_news(struct dirs *d);

/* From now on `poll` has an event with d itself as its tag when something was
 * mounted or unmounted anywhere: then every watch is dropped by dirs_forget(),
 * and nothing that was found before may be believed. */
void dirs_watch_mounts(struct dirs *d, int poll);
void dirs_forget(struct dirs *d);

#endif
