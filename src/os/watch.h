/* SPDX-License-Identifier: MIT
 *
 * watch: whether anything changed in a set of directories (inotify).
 * Layer: os.  Tells *that* something changed, not what: whoever caches facts
 * about files looks again at each of them before its next use.
 */
#ifndef ETAGD_OS_WATCH_H
#define ETAGD_OS_WATCH_H

#include <stdbool.h>

/* A descriptor or -errno.  One a process (or the successor of one): its events
 * are announced by SIGIO, whose action and mask it sets. */
int watch_new(void);

/* Adds the directory open as `dir`; the process's working directory is moved
 * there on the way (no path and no /proc is needed), and then to `home`, lest
 * the file system of `dir` can't be unmounted.  0 or -errno (-ENOSPC: the
 * user's limit of watches is reached). */
int watch_add_directory(int watch, int dir, int home);

/* A descriptor with an edge (poll_add_edge) for each time that something is
 * mounted or unmounted, which inotify does not tell; -errno. */
int watch_mounts(void);

enum watch_news {
    WATCH_NOTHING,
    WATCH_CHANGED,    /* files were changed, made, moved or removed */
    WATCH_DIRECTORIES /* directories moved or went, a file system was unmounted,
                         or events were lost: watches must be set anew */
};

/* Takes all events there are; never blocks, and makes no system call when there
 * are none.  An event is there before the change that it tells of returns to
 * whoever made it, and its signal is taken on the way out of the next system
 * call at the latest; so what was received before this call was sent before the
 * changes that it misses. */
enum watch_news watch_take(int watch);

#endif
