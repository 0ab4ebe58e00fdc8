/* SPDX-License-Identifier: MIT
 *
 * edit: reads a small file and puts another in its place, one process at a
 * time. Layer: os.  The lock is the file's own, so whoever waited for it looks
 * whether the name still leads there.  A link stays one: what it leads to is
 * replaced. Heap: the file's bytes, from edit_open() to edit_close(), which
 * wipes them.
 */
#ifndef ETAGD_OS_EDIT_H
#define ETAGD_OS_EDIT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

struct edit {
    int fd, dir;
    char path[PATH_MAX]; /* absolute */
    const char *name;    /* in dir */
    char *bytes;
    size_t n;
};

/* make: a file that is not there is made, empty, for its owner alone; most: the
 * bytes that it may have.  0 or -errno; edit_close() in either case. */
int edit_open(struct edit *u, const char *file, bool make, size_t most);

/* These bytes are the file now, with its rights, and its owner where that is
 * allowed.  0 or -errno. */
int edit_replace(struct edit *u, const void *p, size_t n);

void edit_close(struct edit *u);

#endif
