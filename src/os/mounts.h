/* SPDX-License-Identifier: MIT
 *
 * mounts: which file systems may keep a caller waiting for somebody else.
 * Layer: os.  One that is known to be on this machine is waited for as for any
 * disk; every other one (NFS, SMB, FUSE, whatever is not known) may stop
 * answering while its server, or its process, does not.
 */
#ifndef ETAGD_OS_MOUNTS_H
#define ETAGD_OS_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>

struct mount {
    char *path; /* absolute */
    size_t n;
    bool foreign;
};

struct mounts {
    struct mount *mount; /* in the order in which they were made */
    size_t n;
};

/* Reads /proc/self/mountinfo from `fd`, which is open on it.  False: not to be
 * had; nothing is known then. */
bool mounts_read(int fd, struct mounts *m);
void mounts_free(struct mounts *m);

/* The mount that `path` (absolute, n bytes) lies on by its text, links apart:
 * its number, or -1. */
int mounts_of(const struct mounts *m, const char *path, size_t n);

/* Does a walk to that path, links apart, come by a foreign one? */
bool mounts_foreign_on(const struct mounts *m, const char *path, size_t n);

/* Is a foreign one mounted below that directory? */
bool mounts_foreign_below(const struct mounts *m, const char *path, size_t n);

/* Is the open file on a file system that is known to be on this machine?  May
 * wait where it is not. */
bool mounts_local(int fd);

/* The path of an open directory; its length, or -errno. */
int mounts_path(int fd, char *path, size_t room);

#endif
