/* SPDX-License-Identifier: MIT
 *
 * names: readdir, and an open for each link.
 * Layer: files.  Also run by helpers (files/aside): changes nothing of the
 * worker.
 * Heap: the names.
 */
#include "files/names.h"

#include <errno.h>
#include <unistd.h>

#include "base/buf.h"
#include "files/aside.h"
#include "files/files.h"
#include "files/find.h"
#include "files/keep.h"
#include "os/file.h"

static bool put(struct buf *b, const char *dir, const char *name)
{
    buf_str(b, dir);
    buf_str(b, name);
    return buf_cstr(b);
}

/* One that is or may be on a file system that does not answer is left out. */
static void look_behind(struct files *fs, const struct conf_site *site,
                        unsigned root, const char *dir,
                        struct directory_item *item)
{
    char path[FIND_PATH_MAX + 256];
    struct buf b = buf_over(path, sizeof path);
    struct file_stat s;

    item->kind = DIRECTORY_OTHER;
    if (!put(&b, dir, item->name))
        return;
    int fd = find_open(fs, site, root, path, NULL);
    if (fd < 0)
        return;
    if (file_stat(fd, &s) == 0) {
        item->kind = s.kind == FILE_REGULAR     ? DIRECTORY_FILE
                     : s.kind == FILE_DIRECTORY ? DIRECTORY_FOLDER
                                                : DIRECTORY_OTHER;
        item->size = s.size;
        item->mtime_s = s.mtime_ns / 1000000000;
    }
    close(fd);
}

/* What is mounted here is not asked where it may not answer. */
static void ask(const struct files *fs, unsigned root, const char *dir, int fd,
                struct directory_item *item)
{
    char path[FIND_PATH_MAX + 256];
    struct buf b = buf_over(path, sizeof path);

    bool near = put(&b, dir, item->name) &&
                aside_way(fs, root, path, false) == ASIDE_ANY;
    if (near ? !directory_ask(fd, item) : item->kind != DIRECTORY_FOLDER)
        item->kind = DIRECTORY_OTHER;
}

int names_begin(struct names *n, struct files *fs, const struct conf_site *site,
                unsigned root, const char *path)
{
    *n = (struct names){ fs, site, path, root, .fd = -1 };
    n->shy = aside_way(fs, root, path, true) != ASIDE_ANY;
    int fd = find_open(fs, site, root, path, NULL);
    int rc = fd < 0 ? fd : directory_open(fd, NAMES_MAX, &n->d);

    if ((rc == -EMFILE || rc == -ENFILE) && keep_give_back(fs))
        rc = fd < 0 ? rc : directory_open(fd, NAMES_MAX, &n->d);
    if (rc == 0)
        n->fd = fd;
    else if (fd >= 0)
        close(fd);
    return rc;
}

bool names_more(struct names *n, size_t most)
{
    size_t i = n->d.n;
    bool more = directory_more(&n->d, most, n->shy);

    for (; i < n->d.n; i++) {
        struct directory_item *item = &n->d.item[i];
        if (!item->asked)
            ask(n->fs, n->root, n->path, n->fd, item);
        if (item->kind == DIRECTORY_LINK)
            look_behind(n->fs, n->site, n->root, n->path, item);
    }
    return more;
}

void names_end(struct names *n)
{
    if (n->fd >= 0)
        close(n->fd);
    n->fd = -1;
}

int names_read(struct files *fs, const struct conf_site *site, unsigned root,
               const char *path, struct directory *d)
{
    struct names n;
    int rc = names_begin(&n, fs, site, root, path);

    while (rc == 0 && names_more(&n, NAMES_MAX))
        ;
    names_end(&n);
    *d = n.d;
    return rc;
}
