/* SPDX-License-Identifier: MIT
 *
 * watch: whether anything changed in a set of directories (inotify).
 * Layer: os.  Tells *that* something changed, not what: whoever caches facts
 * about files looks again at each of them before its next use.
 */
#ifndef ETAGD_OS_WATCH_H
#define ETAGD_OS_WATCH_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

enum watch_kind {
    WATCH_NAMES,  /* directories: names, and files written by them */
    WATCH_FILES,  /* files themselves, whatever name they are written by */
    WATCH_PLACES, /* folders in which the names of roots are */
    WATCH_KINDS
};

/* A descriptor or -errno.  One of each kind a process (or the successor of
 * one): its events are announced by SIGIO, whose action and mask it sets. */
int watch_new(enum watch_kind kind);

/* Adds the directory open as `dir`; the process's working directory is moved
 * there on the way (no path and no /proc is needed), and then to `home`, so
 * that the file system of `dir` can be unmounted (or back to where
 * watch_stand() has put it).  0 or -errno (-ENOSPC: the
 * user's limit of watches is reached). */
int watch_add_directory(int watch, int dir, int home);

/* Adds a folder of which only the names matter; it may be open with O_PATH. */
int watch_add_folder(int watch, int dir, int home);

/* Anything that happened to such names since the last call. */
bool watch_take_names(int watch);

/* Makes /proc/self/fd the working directory of this process, for good: a file
 * is then added by its number, without the way there, which takes a quarter of
 * the time.  False: there is no /proc. */
bool watch_stand(void);

/* Watches the file open as `fd` itself: events come for each of its names, and
 * for writers without one.  Its number, the same for the same file, or -errno.
 * Needs /proc. */
int watch_add_file(int watch, int fd);
void watch_remove(int watch, int number);

/* A descriptor with an edge (poll_add_news) for each time that something is
 * mounted or unmounted, which inotify does not tell; -errno. */
int watch_mounts(void);

enum watch_news {
    WATCH_NOTHING,
    WATCH_CHANGED,    /* files were changed, made, moved or removed */
    WATCH_DIRECTORIES /* directories moved or went, a file system was unmounted,
                         or events were lost: watches must be set again */
};

/* Takes all events there are; never blocks, and makes no system call when there
 * are none.  An event is there before the change that it tells of returns to
 * whoever made it, and its signal is taken on the way out of the next system
 * call at the latest; so what was received before this call was sent before the
 * changes that it misses. */
enum watch_news watch_take(int watch);

#define WATCH_FILES_MAX 256

struct watch_files {
    bool any;  /* something happened to some file */
    bool lost; /* events were lost: to any of them */
    size_t n;
    int closed[WATCH_FILES_MAX]; /* those that could write to these have let go,
                                    or they are no longer watched */
};

/* Events may have come since they were last taken.  Raised by the signal, and
 * for good where no signal can be had. */
extern volatile sig_atomic_t watch_pending[WATCH_KINDS];

/* Something may have come since all was taken. */
static inline bool watch_waits(enum watch_kind kind)
{
    return watch_pending[kind] != 0;
}

/* The same for files, some events at a time: until it is false. */
bool watch_take_files(int watch, struct watch_files *out);

#endif
