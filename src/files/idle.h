/* SPDX-License-Identifier: MIT
 *
 * idle: lets go of what is known of files that nobody has asked for in a while,
 * and tells the preparer which of its memory is in use here.
 * Layer: files.
 */
#ifndef ETAGD_FILES_IDLE_H
#define ETAGD_FILES_IDLE_H

#include "files/files.h"

/* Due at fs->idle.due_ms.  Milliseconds until it is to be called again; -1:
 * when something is known. */
int idle_turn(struct files *fs);

/* Memory is short: the next look is now, and what was not used since the last
 * one goes. */
static inline void idle_hurry(struct files *fs)
{
    fs->idle.hurry = true;
    fs->idle.due_ms = 0;
}

/* Lets go of what takes more memory than it may. */
void idle_within(struct files *fs);

#endif
