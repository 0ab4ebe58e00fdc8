/* SPDX-License-Identifier: MIT
 *
 * follow: roots whose names come to mean other directories: a link that is
 * switched to the next release, a folder that is renamed and made anew.
 * Layer: files.
 */
#ifndef ETAGD_FILES_FOLLOW_H
#define ETAGD_FILES_FOLLOW_H

#include <stdbool.h>

struct files;

/* Watches the folders in which the roots have their names, and takes the roots
 * as they are now: the worker may be the successor of one. */
void follow_start(struct files *fs);
void follow_end(struct files *fs);

/* The same without news of names. */
bool follow_look(struct files *fs);

/* Takes all news.  True: a root is another directory now, and what was found
 * below the old one is to be found again.  One that can't be had is kept as it
 * was, and fs->root_hidden set if it is there. */
bool follow_news(struct files *fs);

#endif
