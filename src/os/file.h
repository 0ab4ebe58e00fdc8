/* SPDX-License-Identifier: MIT
 *
 * file: opening below a root, and asking descriptors what they are.
 * Layer: os.  Every function returns >= 0 or -errno.  A name is opened once and
 * then only the descriptor is asked; a stat by path finds nothing, it only
 * confirms what was found in that way.
 */
#ifndef ETAGD_OS_FILE_H
#define ETAGD_OS_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>

enum file_kind { FILE_REGULAR, FILE_DIRECTORY, FILE_OTHER };

/* What fstat tells, in the units used here. */
struct file_stat {
    enum file_kind kind;
    uint64_t dev, ino, size;
    int64_t mtime_ns, ctime_ns;
    uint64_t links;
    uint32_t uid;
};

enum file_links {
    FILE_LINKS_NONE,    /* no symbolic link anywhere in the path */
    FILE_LINKS_BENEATH, /* links may point anywhere that stays beneath */
    FILE_LINKS_OWNER    /* the same, for links that belong to the owner of what
                           they lead to; -EPERM: one does not */
};

/* Opens `path` (relative, no leading slash; "" or "." is the root itself)
 * beneath the directory `root` for reading; never leaves it: -EXDEV or -ELOOP.
 * Does not block on FIFOs and does not follow /proc's magic links. */
int file_open_beneath(int root, const char *path, enum file_links links);

/* The same as far as it leads to no other mount: -EXDEV where it does, or where
 * that can't be told beforehand. */
int file_open_staying(int root, const char *path, enum file_links links);

/* Another descriptor of the same, or -errno. */
int file_again(int fd);

/* Whether `path` itself (no link is followed) is a socket. */
bool file_is_socket(const char *path);

/* fstat, where it can be had as the call that takes no path at all: glibc
 * before 2.39 makes one of it that does, which the sandbox allows to nobody but
 * a worker.  0, or -1 and errno. */
#if defined SYS_fstat && (defined __x86_64__ || defined __aarch64__)
#define FILE_FSTAT_CALL 1
#endif
int file_fstat(int fd, struct stat *out);

/* A directory by absolute path, as a root for the function above. */
int file_open_root(const char *path);

/* A directory that is gone through, not read (O_PATH). */
int file_open_folder(const char *path);

/* The directory of that name in `folder`, links followed; -errno. */
int file_open_named(int folder, const char *name);

/* Is the directory open as `fd` `folder`, or somewhere below it? */
bool file_within(int folder, int fd);

/* Is there a symbolic link? */
bool file_is_link(const char *path);

int file_stat(int fd, struct file_stat *out);

/* The same of a path (relative) below the directory `root`, of a link itself.
 * Links on the way are followed wherever they lead: what is told may only be
 * compared with what an open found, never served. */
int file_stat_named(int root, const char *path, struct file_stat *out);

/* Which directory `path` names, as device and inode.  A server of files that is
 * gone is not asked about the last component: what is known of it must do.  0
 * or -errno. */
int file_directory(const char *path, uint64_t *dev, uint64_t *ino);

/* pread until n bytes or end-of-file: bytes read or -errno. */
ssize_t file_read_at(int fd, void *p, size_t n, uint64_t offset);

/* file_stat() of one that is to be sent: FILE_OTHER when there is content where
 * its size says that there is none, for then its end is not known before it has
 * been read (/proc, some FUSE systems). */
int file_stat_content(int fd, struct file_stat *out);

/* The first n bytes, as far as they are in the system's memory: how many, or
 * -errno (-EAGAIN: a disk is to be waited for; -EOPNOTSUPP: that can't be told).
 */
ssize_t file_read_now(int fd, void *p, size_t n);

/* Writes all n bytes: bytes written, fewer only at an error: then -errno is
 * in *error (-EAGAIN: a pipe that is full).  Into a pipe whole lines go at
 * once, as far as they are not longer than PIPE_BUF; those of several processes
 * do not mix. */
size_t file_append(int fd, const void *p, size_t n, int *error);

/* True on file systems whose every change inotify reports (ext, xfs, btrfs,
 * f2fs, tmpfs); false on overlays, network and unknown ones. */
bool file_system_watchable(int fd);

/* The pipe or terminal behind fd, opened once more so that writing to it does
 * not wait, while whoever shares fd with us notices nothing; -errno where that
 * cannot be, or where fd is something else. */
int file_without_waiting(int fd);

/* A file for appending lines, created 0640; "-" is descriptor 1.  Writing to it
 * never waits for a reader. */
int file_open_log(const char *path);

#endif
