/* SPDX-License-Identifier: MIT
 *
 * previous: the directories that a root was before it became the present one,
 * for as long as [server] keep-previous says.
 * Layer: files.  A root owns their descriptors.
 */
#ifndef ETAGD_FILES_PREVIOUS_H
#define ETAGD_FILES_PREVIOUS_H

#include <stdbool.h>
#include <stdint.h>

struct root;

/* The root was fd (taken over; -errno: nothing is kept) until now, whenever it
 * was so before.  The oldest makes way where there are too many. */
void previous_add(struct root *r, int fd, uint64_t dev, uint64_t ino,
                  uint64_t until_us);

/* The same of one that somebody else has seen, unless it is known here. */
void previous_hear(struct root *r, int fd, uint64_t until_us);

/* The root, which was fd until now, is to be another directory: that makes room
 * first if it is among them. */
void previous_leave(struct root *r, int fd, uint64_t until_us, uint64_t to_dev,
                    uint64_t to_ino);

/* What the root is again, and what is over.  True: some are gone. */
bool previous_tidy(struct root *r, uint64_t now_us);

/* Adds copies of another root's that are not over, if they are to be kept, and
 * of what it was itself if that is another directory. */
void previous_inherit(struct root *r, const struct root *from, uint64_t now_us,
                      uint64_t keep_ms);

void previous_close(struct root *r);

#endif
