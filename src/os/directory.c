/* SPDX-License-Identifier: MIT
 *
 * directory: readdir and fstatat.
 * Layer: os.  Bounded, so that a directory of a million names costs no more
 * than one of `max`.
 */
#include "os/directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/uninit.h"

#define NAME_ROOM 256     /* a name and its NUL */
#define NAMES_BYTES 16384 /* of rows at once: some hundred names */

static enum directory_kind kind_of(mode_t mode)
{
    return S_ISREG(mode)   ? DIRECTORY_FILE
           : S_ISDIR(mode) ? DIRECTORY_FOLDER
           : S_ISLNK(mode) ? DIRECTORY_LINK
                           : DIRECTORY_OTHER;
}

bool directory_ask(int fd, struct directory_item *item)
{
    struct stat s;

    if (fstatat(fd, item->name, &s, AT_SYMLINK_NOFOLLOW) != 0)
        return false;
    item->asked = true;
    item->kind = kind_of(s.st_mode);
    item->size = (uint64_t)s.st_size;
    item->mtime_s = s.st_mtim.tv_sec;
    return true;
}

/* Names that are gone by now are left out. */
static void add(struct directory *d, int fd, const struct dirent *row, bool shy)
{
    size_t n = strlen(row->d_name) + 1;
    struct directory_item *item = &d->item[d->n];
    mode_t kind = (mode_t)DTTOIF(row->d_type);
    char *at = d->names + d->used;

    if (n > NAME_ROOM)
        return;
    memcpy(at, row->d_name, n);
    *item = (struct directory_item){ .name = at, .kind = kind_of(kind) };
    if (!shy && !directory_ask(fd, item))
        return;
    d->used += n;
    d->n++;
}

static DIR *open_again(int fd)
{
    /* a descriptor of its own: another reader's position is not moved */
    int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = own < 0 ? NULL : fdopendir(own);

    if (!dir && own >= 0)
        close(own);
    return dir;
}

int directory_open(int fd, size_t max, struct directory *out)
{
    DIR *dir = open_again(fd);

    memset(out, 0, sizeof *out);
    if (!dir)
        return -errno;
    out->from = dir;
    out->most = max;
    out->item = calloc(max, sizeof out->item[0]);
    out->names = malloc(max * NAME_ROOM);
    if (!out->item || !out->names) {
        directory_free(out);
        return -ENOMEM;
    }
    return 0;
}

static bool read_end(struct directory *d)
{
    closedir(d->from);
    d->from = NULL;
    return false;
}

bool directory_more(struct directory *d, size_t n, bool shy)
{
    struct dirent *row;

    for (; d->from && n > 0; n--) {
        if (!(row = readdir(d->from)))
            return read_end(d);
        if (strcmp(row->d_name, ".") == 0 || strcmp(row->d_name, "..") == 0)
            continue;
        if (d->n == d->most) {
            d->cut = true;
            return read_end(d);
        }
        add(d, dirfd(d->from), row, shy);
    }
    return d->from != NULL;
}

int directory_read(int fd, size_t max, bool shy, struct directory *out)
{
    int error = directory_open(fd, max, out);

    while (!error && directory_more(out, max, shy))
        ;
    return error;
}

void directory_free(struct directory *d)
{
    if (d->from)
        (void)read_end(d);
    free(d->item);
    free(d->names);
    d->item = NULL;
    d->names = NULL;
    d->n = 0;
}

int directory_names(int fd, void (*name)(void *arg, const char *name),
                    void *arg)
{
    UNINIT union {
        struct dirent64 row;
        char bytes[NAMES_BYTES];
    } got;
    /* musl takes a struct dirent * here, which is the same */
    ssize_t n = getdents64(fd, (void *)&got, sizeof got);
    int names = 0;

    if (n < 0)
        return -errno;
    for (ssize_t at = 0; at < n; names++) {
        const struct dirent64 *row =
            (const struct dirent64 *)(const void *)(got.bytes + at);
        name(arg, row->d_name);
        at += row->d_reclen;
    }
    return names;
}
