/* SPDX-License-Identifier: MIT
 *
 * aside: what is asked of file systems that may not answer.
 * Layer: files.  A call that may wait for a file server is made by a helper
 * (os/helpers), never by the loop: only those that asked wait.  What is on
 * this machine is looked up where it always was, by calls that refuse to cross
 * into another mount as long as a foreign one is below a root.
 */
#ifndef ETAGD_FILES_ASIDE_H
#define ETAGD_FILES_ASIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "os/helpers.h"

struct aside; /* opaque */
struct view;
struct files;

/* What a helper is asked for; a part of the whole. */
struct aside_job {
    struct helper_job job;
    struct list node; /* among those under way, oldest first */
    uint64_t given_us;
    bool given_up; /* nobody waits for it any more */
    /* In the loop, when it is done, or (late) when it has taken too long; then
     * it may still come back, given up. */
    void (*done)(struct files *fs, struct aside_job *job);
    void (*late)(struct files *fs, struct aside_job *job);
};

/* Before the process is confined.  False: no memory. */
bool aside_start(struct files *fs);

/* Nobody waits any more. */
void aside_drop(struct files *fs);

/* False: a helper does not come back; end by _exit(). */
bool aside_end(struct files *fs);

/* May `path` below that root be opened inline, and may that cross mounts? Where
 * no link is followed the text says what the walk comes by. */
enum aside_way { ASIDE_ANY, ASIDE_STAY, ASIDE_NEVER };
enum aside_way aside_way(const struct files *fs, unsigned root,
                         const char *path, bool links);

/* Can a walk that crosses mounts come by a foreign one at all? */
bool aside_possible(const struct files *fs);

/* The lane for a path below a root. */
unsigned aside_lane(const struct files *fs, unsigned root, const char *path);

/* 0 or -errno as of helpers_give(). */
int aside_give(struct files *fs, struct aside_job *job, unsigned lane);

/* The next one that has not been begun, behind `after` (NULL: the first). */
struct aside_job *aside_queued(struct files *fs, struct aside_job *after);

/* Something was mounted or unmounted, or a root is another directory. */
void aside_mounts(struct files *fs);

/* Takes what is done. */
void aside_take(struct files *fs);

/* Gives up what has taken too long; milliseconds until there is something to do
 * again, -1: nothing. */
int aside_turn(struct files *fs);

/* The next one of those that waited for nothing, or NULL. */
struct list *aside_lost(struct files *fs);

/* All that hang there are lost. */
void aside_lose(struct files *fs, struct list *waiters);

/* Closes a descriptor of a file; lane < 0: it is on this machine. */
void aside_close(struct files *fs, int lane, int fd);

/* Held: what is there when a job begins stays until it ends (view.h); NULL: not
 * to be had. */
struct view *aside_view(struct files *fs);

#endif
