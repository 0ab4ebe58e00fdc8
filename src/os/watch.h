/* SPDX-License-Identifier: MIT
 *
 * watch: whether anything changed in a set of directories (inotify).
 * Layer: os.  Tells *that* something changed, not what: whoever caches facts
 * about files looks again at each of them before its next use.
 */
#ifndef ETAGD_OS_WATCH_H
#define ETAGD_OS_WATCH_H

#include <stdbool.h>

int watch_new(void); /* descriptor or -errno */

/* Adds the directory open as `dir`; the process's working directory is moved
 * there on the way (no path and no /proc is needed).  0 or -errno (-ENOSPC: the
 * user's limit of watches is reached). */
int watch_add_directory(int watch, int dir);

enum watch_news {
    WATCH_NOTHING,
    WATCH_CHANGED,    /* files were changed, made, moved or removed */
    WATCH_DIRECTORIES /* directories moved or went, a file system was unmounted,
                         or events were lost: watches must be set anew */
};

/* Takes all events there are; never blocks. */
enum watch_news watch_take(int watch);

#endif
