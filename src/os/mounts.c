/* SPDX-License-Identifier: MIT
 *
 * mounts: reads mountinfo (proc_pid_mountinfo(5)).
 * Layer: os.
 * Heap: the table, each time that something was mounted.
 */
#include "os/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#define BYTES_MAX ((size_t)4 << 20)
#define STEP 16384

/* Names as mountinfo has them, numbers as statfs has them (0: the name is
 * enough, nobody serves files from there).  An overlay is as local as what it
 * is made of, which is so where containers use it. */
static const struct {
    const char *name;
    uint32_t magic;
} local[] = {
    { "ext4", EXT4_SUPER_MAGIC },
    { "ext3", EXT3_SUPER_MAGIC },
    { "ext2", EXT2_SUPER_MAGIC },
    { "xfs", 0x58465342 },
    { "btrfs", BTRFS_SUPER_MAGIC },
    { "f2fs", F2FS_SUPER_MAGIC },
    { "tmpfs", TMPFS_MAGIC },
    { "ramfs", RAMFS_MAGIC },
    { "overlay", OVERLAYFS_SUPER_MAGIC },
    { "squashfs", SQUASHFS_MAGIC },
    { "erofs", 0xe0f5e1e2 },
    { "iso9660", ISOFS_SUPER_MAGIC },
    { "udf", 0x15013346 },
    { "vfat", MSDOS_SUPER_MAGIC },
    { "exfat", 0x2011bab0 },
    { "ntfs3", 0x7366746e },
    { "hfsplus", 0x482b },
    { "jfs", 0x3153464a },
    { "nilfs2", NILFS_SUPER_MAGIC },
    { "reiserfs", REISERFS_SUPER_MAGIC },
    { "bcachefs", 0xca451a4e },
    { "zfs", 0x2fc12fc1 },
    { "rootfs", 0 },
    { "devtmpfs", 0 },
    { "proc", PROC_SUPER_MAGIC },
    { "sysfs", SYSFS_MAGIC },
    { "devpts", 0 },
    { "mqueue", 0 },
    { "hugetlbfs", 0 },
    { "cgroup", 0 },
    { "cgroup2", 0 },
    { "securityfs", 0 },
    { "debugfs", 0 },
    { "tracefs", 0 },
    { "configfs", 0 },
    { "pstore", 0 },
    { "bpf", 0 },
    { "efivarfs", 0 },
    { "binfmt_misc", 0 },
    { "fusectl", 0 },
    { "nsfs", 0 },
    { "selinuxfs", 0 },
    { "rpc_pipefs", 0 },
    { "nfsd", 0 },
};

#define LOCAL_N (sizeof local / sizeof local[0])

static bool local_name(const char *p, size_t n)
{
    for (size_t i = 0; i < LOCAL_N; i++) {
        if (strlen(local[i].name) == n && memcmp(local[i].name, p, n) == 0)
            return true;
    }
    return false;
}

bool mounts_local(int fd)
{
    struct statfs s;

    if (fstatfs(fd, &s) != 0)
        return false;
    for (size_t i = 0; i < LOCAL_N; i++) {
        if (local[i].magic && (uint32_t)s.f_type == local[i].magic)
            return true;
    }
    return false;
}

int mounts_path(int fd, char *path, size_t room)
{
    char name[32];

    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    ssize_t n = readlinkat(AT_FDCWD, name, path, room);
    if (n < 0)
        return -errno;
    return (size_t)n == room || path[0] != '/' ? -ENAMETOOLONG : (int)n;
}

/* The whole file: it changes as a whole, too. */
static char *read_all(int fd, size_t *n)
{
    char *p = NULL;
    ssize_t got = 1;

    *n = 0;
    while (got > 0 && *n < BYTES_MAX) {
        char *more = realloc(p, *n + STEP + 1);
        if (!more)
            break;
        p = more;
        got = pread(fd, p + *n, STEP, (off_t)*n); /* no seeking (sandbox) */
        if (got > 0)
            *n += (size_t)got;
    }
    if (got != 0 || !p) {
        free(p);
        return NULL;
    }
    p[*n] = '\0';
    return p;
}

/* Blanks, tabs, line ends and backslashes are \ooo. */
static size_t unescape(char *p)
{
    char *to = p;

    for (const char *at = p; *at; at++) {
        if (at[0] == '\\' && at[1] && at[2] && at[3]) {
            *to++ =
                (char)((at[1] - '0') * 64 + (at[2] - '0') * 8 + at[3] - '0');
            at += 3;
        } else {
            *to++ = *at;
        }
    }
    *to = '\0';
    return (size_t)(to - p);
}

/* ID parent major:minor root PATH options [tags] - TYPE source options */
static bool take_line(struct mounts *m, char *line)
{
    char *at = line, *type = strstr(line, " - ");

    for (int i = 0; at && i < 4; i++) {
        at = strchr(at, ' ');
        at = at ? at + 1 : NULL;
    }
    char *end = at ? strchr(at, ' ') : NULL;
    if (!end || !type || type < end)
        return true; /* no line that we know */
    type += 3;
    *end = '\0';
    struct mount *more = realloc(m->mount, (m->n + 1) * sizeof *more);
    if (!more)
        return false;
    m->mount = more;
    struct mount *mount = &m->mount[m->n];
    mount->n = unescape(at);
    mount->path = strdup(at);
    mount->foreign = !local_name(type, strcspn(type, " "));
    if (!mount->path)
        return false;
    m->n++;
    return true;
}

bool mounts_read(int fd, struct mounts *m)
{
    size_t n;
    char *text = read_all(fd, &n), *line = text;
    bool whole = text != NULL;

    *m = (struct mounts){ NULL, 0 };
    while (whole && line) {
        char *end = strchr(line, '\n');
        if (end)
            *end = '\0';
        whole = take_line(m, line);
        line = end ? end + 1 : NULL;
    }
    free(text);
    if (!whole)
        mounts_free(m);
    return whole;
}

void mounts_free(struct mounts *m)
{
    for (size_t i = 0; i < m->n; i++)
        free(m->mount[i].path);
    free(m->mount);
    *m = (struct mounts){ NULL, 0 };
}

/* Is `path` that directory, or below it? */
static bool below(const char *dir, size_t dir_n, const char *path, size_t n)
{
    if (dir_n == 1)
        return true; /* "/" */
    return n >= dir_n && memcmp(path, dir, dir_n) == 0 &&
           (n == dir_n || path[dir_n] == '/');
}

int mounts_of(const struct mounts *m, const char *path, size_t n)
{
    int best = -1;

    for (size_t i = 0; i < m->n; i++) {
        const struct mount *t = &m->mount[i];
        /* of two in one place the later one is what is seen */
        if (below(t->path, t->n, path, n) &&
            (best < 0 || t->n >= m->mount[best].n))
            best = (int)i;
    }
    return best;
}

bool mounts_foreign_on(const struct mounts *m, const char *path, size_t n)
{
    for (size_t i = 0; i < m->n; i++) {
        const struct mount *t = &m->mount[i];
        if (t->foreign && below(t->path, t->n, path, n))
            return true;
    }
    return false;
}

bool mounts_foreign_below(const struct mounts *m, const char *path, size_t n)
{
    for (size_t i = 0; i < m->n; i++) {
        const struct mount *t = &m->mount[i];
        if (t->foreign && t->n > n && below(path, n, t->path, t->n))
            return true;
    }
    return false;
}
