/* SPDX-License-Identifier: MIT
 *
 * follow: roots whose names come to mean other directories: a link that is
 * switched to the next release, a folder that is renamed and made again.
 * Layer: files.
 */
#ifndef ETAGD_FILES_FOLLOW_H
#define ETAGD_FILES_FOLLOW_H

#include <stdbool.h>

#include "files/files.h"
#include "os/watch.h"

/* Watches the folders in which the roots have their names, and takes the roots
 * as they are now: the worker may be the successor of one. */
void follow_start(struct files *fs);
void follow_end(struct files *fs);

/* The same without news of names. */
bool follow_look(struct files *fs);

/* Takes all news.  True: a root is another directory now, and what was found
 * below the old one is to be found again.  One that can't be had is kept as it
 * was, and fs->root_moved set if it is there. */
bool follow_news(struct files *fs);

/* Root i was fd's directory (taken over), which this worker may have missed:
 * it slept while two releases came.  After files_news(), so that what it is comes
 * before what it was in between. */
void follow_hear(struct files *fs, size_t i, int fd);

/* Is there any, or may there be some of which no watch tells? */
static inline bool follow_due(const struct files *fs)
{
    return (fs->places >= 0 && watch_waits(WATCH_PLACES)) ||
           (fs->unwatched && fs->now->us >= fs->asked_us);
}

/* There is such news, and whoever has nothing to do should take it, too: a
 * release that nobody has looked at can't be kept. */
static inline bool follow_waits(const struct files *fs)
{
    return fs->conf->keep_previous_ms && follow_due(fs);
}

int follow_expire(struct files *fs);

/* Nobody takes the requests that wait for another directory: they are answered
 * from the one that there is, or handed over as all others are. */
void follow_give_up(struct files *fs);

/* Lets go of previous directories whose time is over, and no longer waits for
 * another directory than [timeouts] prepare says; milliseconds until there is
 * more of this, or -1. */
static inline int follow_turn(struct files *fs)
{
    return fs->previous_us || fs->awaits ? follow_expire(fs) : -1;
}

#endif
