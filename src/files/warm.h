/* SPDX-License-Identifier: MIT
 *
 * warm: makes what [prepare] warm names before anybody asks for it.
 * Layer: files.
 */
#ifndef ETAGD_FILES_WARM_H
#define ETAGD_FILES_WARM_H

struct files;

/* Finds the files; fs->warm is NULL if there is nothing to be made. */
void warm_start(struct files *fs);

/* Goes on; milliseconds until there is something to do again, -1: when the
 * preparer answers.  When all is done, or its time is over, fs->warm is NULL.
 */
int warm_turn(struct files *fs);

void warm_end(struct files *fs);

#endif
