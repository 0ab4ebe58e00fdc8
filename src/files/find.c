/* SPDX-License-Identifier: MIT
 *
 * find: opens once, beneath the root, and then asks only the descriptor.
 * Layer: files.  Never leaves the root, whatever links and names are there.
 */
#include "files/find.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "conf/rules.h"
#include "files/aside.h"
#include "files/dirs.h"
#include "files/files.h"
#include "files/keep.h"
#include "files/sited.h"
#include "http/media.h"
#include "http/target.h"

struct file_version find_version(const struct file_stat *s)
{
    return (struct file_version){ s->dev, s->ino, s->size, s->mtime_ns,
                                  s->ctime_ns };
}

static void refuse(struct found *f, int status, enum reason reason)
{
    f->status = status;
    f->reason = reason;
}

/* What each error of an open means to a client.  Names that lead out of the
 * root look like names that do not exist. */
static void refuse_errno(struct found *f, int e)
{
    switch (e) {
    case EACCES:
    case EPERM:
        refuse(f, 403, REASON_UNREADABLE);
        break;
    case EXDEV:
        refuse(f, 404, REASON_OUTSIDE);
        break;
    case ELOOP:
        refuse(f, 404, REASON_LINK);
        break;
    case ENOENT:
    case ENOTDIR:
    case ENAMETOOLONG:
        refuse(f, 404, REASON_NOT_FOUND);
        break;
    case ENXIO: /* a socket or a FIFO */
        refuse(f, 403, REASON_NOT_A_FILE);
        break;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
        refuse(f, 503, REASON_OVERLOAD);
        f->transient = true;
        break;
    default:
        refuse(f, 500, REASON_SYSTEM);
        f->transient = true;
    }
    f->error = f->transient ? -e : 0;
}

void find_refuse(struct found *f, int error)
{
    refuse_errno(f, -error);
}

/* As far as this process may wait for it. */
static int open_way(struct files *fs, unsigned root, const char *path,
                    enum file_links links)
{
    enum aside_way way = aside_way(fs, root, path, links != FILE_LINKS_NONE);
    int fd = fs->root[root].fd;

    if (way == ASIDE_ANY)
        return file_open_beneath(fd, path, links);
    fd = way == ASIDE_STAY ? file_open_staying(fd, path, links) : -EXDEV;
    if (fd == -EXDEV)
        fs->crosses = true; /* or leaves the root: one that may wait sees */
    return fd;
}

/* A way into a root that is, or was. */
struct way {
    unsigned root;
    int below; /* what the root was; -1: what it is */
};

/* What a root was is on this machine, but there may be other mounts in it.
 * Whose a link is can't be asked for while it is followed: so of one that leads
 * to no other mount it is asked afterwards. */
static int open_previous(const struct files *fs, int below, const char *path,
                         enum file_links links)
{
    bool owner = links == FILE_LINKS_OWNER;

    if (!aside_possible(fs))
        return file_open_beneath(below, path, links);
    int fd = file_open_staying(below, path, owner ? FILE_LINKS_BENEATH : links);
    if (!owner || fd < 0)
        return fd;
    close(fd);
    return file_open_beneath(below, path, FILE_LINKS_OWNER);
}

static int open_as(struct files *fs, struct way w, const char *path,
                   enum file_links links)
{
    return w.below >= 0 ? open_previous(fs, w.below, path, links)
                        : open_way(fs, w.root, path, links);
}

static int open_once(struct files *fs, const struct conf_site *site,
                     struct way w, const char *path, bool *linked)
{
    bool owner = site->symlinks == SYMLINKS_OWNER;
    int fd = open_as(fs, w, path, FILE_LINKS_NONE);

    if (linked)
        *linked = fd == -ELOOP;
    if (fd != -ELOOP || site->symlinks == SYMLINKS_NONE)
        return fd;
    fd = open_as(fs, w, path, owner ? FILE_LINKS_OWNER : FILE_LINKS_BENEATH);
    if (fd == -ELOOP)
        return -EXDEV; /* a loop of links, or one that is absolute */
    return fd == -EPERM && owner ? -ELOOP : fd;
}

static int open_any(struct files *fs, const struct conf_site *site,
                    struct way w, const char *path, bool *linked)
{
    int fd = open_once(fs, site, w, path, linked);

    while ((fd == -EMFILE || fd == -ENFILE) && keep_give_back(fs))
        fd = open_once(fs, site, w, path, linked);
    return fd;
}

int find_open(struct files *fs, const struct conf_site *site, unsigned root,
              const char *path, bool *linked)
{
    return open_any(fs, site, (struct way){ root, -1 }, path, linked);
}

/* Opens f->path.  One with symbolic links is never believed to be watched. */
static int open_path(struct files *fs, const struct conf_site *site,
                     struct found *f)
{
    bool linked;
    struct way w = { f->root, f->below };
    int fd = open_any(fs, site, w, f->path, &linked);

    if (linked)
        f->watched = false;
    return fd;
}

/* Takes over an open descriptor when it is a regular file. */
static bool take_file(struct found *f, int fd, const struct file_stat *s)
{
    if (s->kind != FILE_REGULAR)
        return false;
    f->fd = fd;
    f->status = 200;
    f->reason = REASON_WHOLE;
    f->version = find_version(s);
    f->mtime_s = s->mtime_ns >= 0 ? s->mtime_ns / 1000000000
                                  : -((999999999 - s->mtime_ns) / 1000000000);
    /* another name of the same file may be written through unseen */
    if (s->links != 1)
        f->watched = false;
    return true;
}

static bool append(char *path, size_t *n, const char *name)
{
    size_t len = strlen(name);

    if (*n + len + 1 > FIND_PATH_MAX)
        return false;
    memcpy(path + *n, name, len + 1);
    *n += len;
    return true;
}

/* f->path names a directory ("" or "sub/"): the first index file that exists.
 */
static void find_index(struct files *fs, const struct conf_site *site,
                       struct found *f)
{
    size_t base = strlen(f->path);

    for (size_t i = 0; i < site->n_index; i++) {
        struct file_stat s;
        size_t n = base;
        if (!append(f->path, &n, site->index[i]))
            break;
        int fd = open_path(fs, site, f);
        if (fd >= 0 && file_stat_content(fd, &s) == 0 && take_file(f, fd, &s))
            return;
        if (fd >= 0)
            close(fd);
        else if (fd != -ENOENT && fd != -ENOTDIR) {
            refuse_errno(f, -fd);
            return;
        }
    }
    f->path[base] = '\0';
    int fd = open_path(fs, site, f);
    if (fd < 0) {
        refuse_errno(f, -fd);
        return;
    }
    close(fd);
    refuse(f, 404, REASON_NO_INDEX);
}

static void find_named(struct files *fs, const struct conf_site *site,
                       struct found *f)
{
    struct file_stat s;
    int fd = open_path(fs, site, f);

    if (fd < 0) {
        refuse_errno(f, -fd);
        return;
    }
    int rc = file_stat_content(fd, &s);
    if (rc == 0 && take_file(f, fd, &s))
        return;
    close(fd);
    if (rc < 0)
        refuse_errno(f, -rc);
    else if (s.kind == FILE_DIRECTORY)
        refuse(f, 301, REASON_DIRECTORY);
    else
        refuse(f, 403, REASON_NOT_A_FILE);
}

/* [header] Content-Encoding: the file's own bytes are coded. */
static enum coding declared_coding(const struct files *fs,
                                   const struct conf_site *site,
                                   struct span path)
{
    struct policy p;
    unsigned c = CODING_COUNT - 1;

    if (!fs->conf->declares_coding)
        return CODING_IDENTITY;
    rules_resolve(fs->conf, span_str(site->hosts), path, SPAN(""), 200, &p);
    struct span value = rules_field(&p, SPAN("Content-Encoding"));
    while (c > CODING_IDENTITY &&
           !span_eq(value, span_str(coding_row((enum coding)c)->name)))
        c--;
    return (enum coding)c;
}

/* Bit per coding: may there be such a file beside it? */
static unsigned may_lie_beside(struct files *fs, const struct found *f)
{
    if (!f->watched || aside_way(fs, f->root, f->path, false) != ASIDE_ANY)
        return UINT_MAX;
    return siblings_codings(&fs->siblings, fs->dirs, fs->fresh, f->root,
                            &fs->root[f->root], f->path);
}

/* NAME.gz and the like, when they are at least as new as NAME itself. */
static void find_sidecars(struct files *fs, const struct conf_site *site,
                          struct found *f)
{
    size_t base = strlen(f->path);
    const char *slash = strrchr(f->path, '/');
    const struct media_row *row =
        media_row(span_str(slash ? slash + 1 : f->path));

    if (!row || !row->compressible)
        return;
    unsigned may = may_lie_beside(fs, f);
    for (int c = CODING_IDENTITY + 1; c < CODING_COUNT; c++) {
        struct file_stat s;
        size_t n = base;
        if (!(may >> c & 1) ||
            !append(f->path, &n, coding_row((enum coding)c)->suffix))
            continue;
        int fd = open_path(fs, site, f);
        f->path[base] = '\0';
        if (fd == -EMFILE || fd == -ENFILE)
            f->transient = true; /* it may be there */
        if (fd < 0)
            continue;
        if (file_stat_content(fd, &s) == 0 && s.kind == FILE_REGULAR &&
            s.mtime_ns >= f->version.mtime_ns) {
            if (s.links != 1)
                f->watched = false;
            f->sidecars |= 1u << c;
            f->sidecar_fd[c] = fd;
            f->sidecar_version[c] = find_version(&s);
        } else {
            close(fd);
        }
    }
}

bool find_moved(const struct conf_site *site, struct span path)
{
    return sited_redirect(site, path) != NULL;
}

/* What an entry of the site's own says, whatever files are there. */
static bool find_redirect(struct files *fs, const struct conf_site *site,
                          struct span path, struct found *f)
{
    const struct conf_redirect *r = sited_redirect(site, path);

    if (!r)
        return false;
    refuse(f, r->status, REASON_REDIRECT);
    f->redirect = r;
    f->watched = fs->dirs != NULL; /* depends on no file at all */
    return true;
}

/* "/static" where [alias /static/] is: as with a directory's name. */
static bool find_alias_name(struct files *fs, const struct conf_site *site,
                            struct span path, struct found *f)
{
    if (!sited_alias_name(site, path))
        return false;
    refuse(f, 301, REASON_DIRECTORY);
    f->watched = fs->dirs != NULL;
    return true;
}

static void nothing(struct found *out)
{
    out->fd = -1;
    out->declared = CODING_IDENTITY;
    out->sidecars = 0;
    out->transient = false;
    out->error = 0;
    out->lane = -1;
    out->foreign = false;
    out->watched = out->previous = false;
    out->below = -1;
    out->redirect = NULL;
    out->path[0] = '\0';
    out->root = 0;
}

static void find_forms(struct files *fs, const struct conf_site *site,
                       const struct target *target, struct found *f)
{
    if (f->status != 200)
        return;
    f->declared = declared_coding(fs, site, target->path);
    if (!f->declared) /* coded once is enough */
        find_sidecars(fs, site, f);
}

void find_file(struct files *fs, const struct conf_site *site,
               const struct target *target, struct found *out)
{
    struct span rest;

    nothing(out);
    if (target->dotted && site->dotfiles == DOTFILES_DENY) {
        refuse(out, 404, REASON_DOTFILE);
        out->watched = fs->dirs != NULL; /* depends on no file at all */
        return;
    }
    if (target->path.n >= FIND_PATH_MAX - 256) {
        refuse(out, 404, REASON_NOT_FOUND);
        out->transient = true;
        return;
    }
    out->root = sited_place(fs->conf, site, target->path, &rest);
    CHECK(rest.n < sizeof out->path);
    memcpy(out->path, rest.p, rest.n);
    out->path[rest.n] = '\0';
    /* watch first, open then: a change in between is news */
    out->watched =
        fs->dirs &&
        dirs_cover(fs->dirs, out->root, &fs->root[out->root], out->path,
                   aside_way(fs, out->root, out->path, false) != ASIDE_ANY);
    if (target->directory)
        find_index(fs, site, out);
    else
        find_named(fs, site, out);
    find_forms(fs, site, target, out);
}

/* A single-page application's file for a path that names none.  What is sent is
 * found under the file's own path; here it only has to exist. */
static void find_fallback(struct files *fs, const struct conf_site *site,
                          const struct target *target, struct found *out)
{
    struct found f; /* not static: helpers look up as well */
    struct target other = { .path = span_str(site->fallback) };

    if ((out->reason != REASON_NOT_FOUND && out->reason != REASON_NO_INDEX) ||
        sited_asset(target->path))
        return;
    find_file(fs, site, &other, &f);
    if (f.status == 200) {
        out->status = 200;
        out->reason = REASON_FALLBACK;
    }
    out->watched = out->watched && f.watched;
    find_release(fs, &f);
}

/* A part of a page that was there before the root became another directory: a
 * name that nothing in the new one has, and no page itself.  It is asked for
 * each time, since only the new one is watched. */
static void find_previous(struct files *fs, const struct conf_site *site,
                          const struct target *target, struct found *out)
{
    const struct root *r = &fs->root[out->root];
    struct file_stat s;

    if (!r->n_previous || out->status != 404 ||
        out->reason != REASON_NOT_FOUND || fs->crosses || target->directory ||
        !sited_part(target->path))
        return;
    if (file_stat_named(r->fd, out->path, &s) == 0)
        return; /* the new one has the name: a link to nothing */
    for (unsigned i = 0; i < r->n_previous && out->status == 404; i++) {
        if (r->previous[i].until_us <= fs->now->us)
            continue;
        out->below = r->previous[i].fd;
        find_named(fs, site, out);
        if (out->status != 200 && !out->transient)
            refuse(out, 404, REASON_NOT_FOUND);
    }
    out->previous = out->status == 200;
    out->watched = false;
    find_forms(fs, site, target, out);
    out->below = -1;
}

void find_target(struct files *fs, const struct conf_site *site,
                 const struct target *target, struct found *out)
{
    nothing(out);
    if (find_redirect(fs, site, target->path, out) ||
        find_alias_name(fs, site, target->path, out))
        return;
    find_file(fs, site, target, out);
    if (out->reason == REASON_NO_INDEX && site->listing) {
        out->status = 200;
        out->reason = REASON_LISTING;
    } else if (site->fallback) {
        find_fallback(fs, site, target, out);
    }
    find_previous(fs, site, target, out);
}

void find_release(struct files *fs, struct found *f)
{
    int lane = f->foreign ? f->lane : -1;

    if (f->fd >= 0)
        aside_close(fs, lane, f->fd);
    f->fd = -1;
    for (int c = 0; c < CODING_COUNT; c++) {
        if (!(f->sidecars >> c & 1))
            continue;
        CHECK(f->sidecar_fd[c] >= 0);
        aside_close(fs, lane, f->sidecar_fd[c]);
        f->sidecar_fd[c] = -1;
    }
    f->sidecars = 0;
}
