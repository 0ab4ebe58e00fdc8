/* SPDX-License-Identifier: MIT
 *
 * walk: opens a path beneath a root, following a symbolic link only when it
 * belongs to the owner of what it leads to.
 * Layer: os.  Returns >= 0 or -errno; file_open_beneath() is how to call it.
 */
#ifndef ETAGD_OS_WALK_H
#define ETAGD_OS_WALK_H

/* -EPERM: a link's owner is not its target's; -EXDEV: a link leads out of the
 * root; -ELOOP: too many links; -EAGAIN: names changed during the walk. */
int walk_open(int root, const char *path);

#endif
