/* SPDX-License-Identifier: MIT
 *
 * tree_walk: reads folders in order of names, an index file first.
 * Layer: tool.
 */
#include "tool/tree_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "conf/rules.h"
#include "os/directory.h"
#include "os/file.h"

#define DEPTH_MAX 64
#define NAMES_MAX 100000 /* in one folder */

struct walk {
    const struct conf_site *site;
    walk_visit *visit;
    void *arg;
    int root;
    const char *prefix; /* "/" or an alias */
    char path[WALK_PATH_MAX];
    size_t n; /* of path so far; it ends with a slash */
    bool whole, enough;
};

static void give_up(struct walk *w, const char *why)
{
    fprintf(stderr, "etagd: %.*s: %s\n", (int)w->n, w->path, why);
    w->whole = false;
}

/* Is it answered by something else: a redirect, or another alias? */
static bool shadowed(const struct walk *w, struct span path)
{
    for (size_t i = 0; i < w->site->n_redirects; i++) {
        if (rules_glob(span_str(w->site->redirects[i].pattern), path))
            return true;
    }
    for (size_t i = 0; i < w->site->n_aliases; i++) {
        struct span prefix = span_str(w->site->aliases[i].prefix);
        if (prefix.n > strlen(w->prefix) && span_starts(path, prefix))
            return true;
    }
    return false;
}

static void visit_file(struct walk *w, const char *name, int fd,
                       const struct file_stat *st, bool index)
{
    struct span whole = span_of(w->path, w->n + (index ? 0 : strlen(name)));
    struct walk_file f = {
        .path = whole,
        .name = span_str(name),
        .index = index,
        .fd = fd,
        .mtime_s = st->mtime_ns / 1000000000,
        .size = st->size,
    };

    if (!shadowed(w, whole) && !w->visit(w->arg, &f)) {
        w->enough = true;
        w->whole = false;
    }
}

/* Opens what is served as `name` of the current folder; -errno: nothing. */
static int open_entry(struct walk *w, const char *name, struct file_stat *st)
{
    const char *below = w->path + strlen(w->prefix);
    enum file_links links = w->site->symlinks == SYMLINKS_NONE
                                ? FILE_LINKS_NONE
                                : FILE_LINKS_BENEATH;
    int fd, rc;

    if (w->n + strlen(name) + 2 > sizeof w->path) {
        give_up(w, "too long a path");
        return -ENAMETOOLONG;
    }
    memcpy(w->path + w->n, name, strlen(name) + 1);
    fd = file_open_beneath(w->root, below, links);
    if (fd < 0)
        return fd;
    rc = file_stat(fd, st);
    if (rc < 0) {
        close(fd);
        return rc;
    }
    return fd;
}

static bool hidden(const struct walk *w, const char *name)
{
    if (name[0] != '.')
        return false;
    return !strcmp(name, ".") || !strcmp(name, "..") ||
           (w->site->dotfiles == DOTFILES_DENY && strcmp(name, ".well-known"));
}

static void visit_index(struct walk *w)
{
    for (size_t i = 0; i < w->site->n_index; i++) {
        struct file_stat st;
        int fd = open_entry(w, w->site->index[i], &st);
        if (fd < 0)
            continue;
        bool regular = st.kind == FILE_REGULAR;
        if (regular)
            visit_file(w, w->site->index[i], fd, &st, true);
        close(fd);
        if (regular)
            return;
    }
}

static void walk_folder(struct walk *w, int fd, unsigned depth);

static void walk_entry(struct walk *w, const struct directory_item *d,
                       unsigned depth)
{
    struct file_stat st;
    size_t n = w->n;
    int fd = open_entry(w, d->name, &st);

    if (fd < 0)
        return;
    if (st.kind == FILE_REGULAR) {
        visit_file(w, d->name, fd, &st, false);
    } else if (st.kind == FILE_DIRECTORY && d->kind != DIRECTORY_LINK) {
        w->n += strlen(d->name);
        w->path[w->n++] = '/';
        w->path[w->n] = '\0';
        walk_folder(w, dup(fd), depth + 1);
        w->n = n;
    }
    close(fd);
}

static int by_name(const void *a, const void *b)
{
    const struct directory_item *x = a, *y = b;

    return strcmp(x->name, y->name);
}

/* Takes fd. */
static void walk_folder(struct walk *w, int fd, unsigned depth)
{
    struct directory d = { .n = 0 };
    int error = fd < 0 ? -errno : directory_read(fd, NAMES_MAX, false, &d);

    if (depth >= DEPTH_MAX || error < 0 || d.cut)
        give_up(w, depth >= DEPTH_MAX ? "too deep"
                   : error < 0        ? strerror(-error)
                                      : "too many names");
    if (depth < DEPTH_MAX && error == 0) {
        visit_index(w);
        qsort(d.item, d.n, sizeof d.item[0], by_name);
        for (size_t i = 0; i < d.n && !w->enough; i++) {
            if (!hidden(w, d.item[i].name))
                walk_entry(w, &d.item[i], depth);
        }
    }
    directory_free(&d);
    if (fd >= 0)
        close(fd);
}

static void walk_root(struct walk *w, const char *root, const char *prefix)
{
    w->root = file_open_root(root);
    w->prefix = prefix;
    w->n = strlen(prefix);
    if (w->n + 2 > sizeof w->path)
        return;
    memcpy(w->path, prefix, w->n + 1);
    if (w->root < 0) {
        give_up(w, strerror(-w->root));
        return;
    }
    walk_folder(w, dup(w->root), 0);
    close(w->root);
}

bool walk_site(const struct conf_site *site, walk_visit *visit, void *arg)
{
    struct walk w = { .site = site, .visit = visit, .arg = arg, .whole = true };

    walk_root(&w, site->root, "/");
    for (size_t i = 0; i < site->n_aliases && !w.enough; i++)
        walk_root(&w, site->aliases[i].root, site->aliases[i].prefix);
    return w.whole;
}
