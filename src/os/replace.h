/* SPDX-License-Identifier: MIT
 *
 * replace: puts a whole file in the place of a name at once.
 * Layer: os.  Whoever opens the name meanwhile gets the old file or the new
 * one, and after a crash of the machine it is one of these, too.  Returns 0 or
 * -errno.
 */
#ifndef ETAGD_OS_REPLACE_H
#define ETAGD_OS_REPLACE_H

#include <stddef.h>

enum replace_kind {
    REPLACE_FORM,  /* has the times of `like`, too */
    REPLACE_SECRET /* is for nobody who might not read `like` */
};

/* `name` in directory `dir` with these bytes; rights and, where that is
 * allowed, the owner are those of the open file `like`. */
int replace_file(int dir, const char *name, const void *p, size_t n, int like,
                 enum replace_kind kind);

/* The times of `like` for what is there already, which is open as fd. */
int replace_times(int fd, int like);

/* Takes `name` away. */
int replace_by_nothing(int dir, const char *name);

#endif
