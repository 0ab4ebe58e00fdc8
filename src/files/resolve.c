/* SPDX-License-Identifier: MIT
 *
 * resolve: cache look-up, revalidation, and the making of new entries.
 * Layer: files.
 * Heap: with a new entry, never for a hit.
 */
#include "files/resolve.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/apart.h"
#include "base/check.h"
#include "conf/rules.h"
#include "files/aside.h"
#include "files/questions.h"
#include "files/blocks.h"
#include "files/entry.h"
#include "files/files.h"
#include "files/find.h"
#include "files/idle.h"
#include "files/keep.h"
#include "files/lookup.h"
#include "files/passing.h"
#include "files/sited.h"
#include "files/wish.h"
#include "http/page.h"
#include "http/target.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/marks.h"
#include "prepare/version.h"

#define TRUST_US 1000000    /* of a watch that says nothing */
#define DEGRADED_US 1000000 /* until the preparer is asked again */
#define RACY_US 50000       /* ticks of file times, and between two readings */
#define DEGRADED_TRIES 4    /* a file that kills preparers is let be */

/* Nothing that was found differs from what e was made of. */
static bool same(const struct entry *e, const struct found *f)
{
    if (f->reason != REASON_WHOLE)
        return e->kind != ENTRY_FILE && e->status == f->status &&
               e->reason == f->reason;
    if (e->kind != ENTRY_FILE || e->racy || e->sidecars != f->sidecars ||
        !file_version_eq(&e->version, &f->version) ||
        strcmp(e->file_path, f->path) != 0)
        return false;
    for (unsigned c = 0; c < CODING_COUNT; c++) {
        if ((f->sidecars >> c & 1) &&
            !file_version_eq(entry_sidecar(e, c), &f->sidecar_version[c]))
            return false;
    }
    return true;
}

/* In the first of our languages; the others are made when they are asked for.
 */
static bool make_refused(struct files *fs, struct entry *e)
{
    char storage[PAGE_BYTES_MAX];
    struct buf b = buf_over(storage, sizeof storage);

    page_error(&b, LANGUAGE_EN, e->status, wording_refused(e->reason));
    e->page = malloc(b.n);
    if (b.overflow || !e->page)
        return false;
    memcpy(e->page, b.p, b.n);
    e->own_form.plan.size = b.n;
    e->own_form.bytes = e->page;
    return blocks_page(fs, e, "text/html; charset=utf-8", b.n);
}

/* $1 in a redirect's target is percent-encoded; two slashes in front would
 * name a host that the request has chosen. */
static void put_redirect(struct buf *b, const struct conf_redirect *r,
                         struct span path)
{
    struct span star = rules_star(r->pattern, path);

    for (const char *p = r->to; *p; p++) {
        if (p[0] == '$' && p[1] == '1') {
            struct span part = star;
            while (b->n == 1 && part.n && part.p[0] == '/')
                part = span_from(part, 1);
            target_encode(b, part);
            p++;
        } else if (*p != '/' || b->n != 1 || b->p[0] != '/') {
            buf_char(b, *p);
        }
    }
}

static bool make_moved(struct entry *e, const struct found *f)
{
    char storage[FIND_PATH_MAX * 3 * 4];
    struct buf b = buf_over(storage, sizeof storage);
    struct span path = span_of(e->path, e->path_n);

    if (f->redirect) {
        put_redirect(&b, f->redirect, path);
    } else {
        target_encode(&b, path);
        buf_char(&b, '/');
    }
    if (!buf_cstr(&b))
        return true; /* too long to be sent */
    e->location = strdup(storage);
    return e->location != NULL;
}

/* Where the directory is. */
static bool make_listing(struct entry *e, const struct found *f)
{
    e->root = f->root;
    return entry_place(e, f->path);
}

static bool make_fixed(struct files *fs, struct entry *e, const struct found *f)
{
    e->status = (int16_t)f->status;
    e->reason = f->reason;
    if (f->reason == REASON_FALLBACK)
        e->kind = ENTRY_FALLBACK;
    else if (f->reason == REASON_LISTING)
        e->kind = ENTRY_LISTING;
    else
        e->kind = f->status < 400 ? ENTRY_MOVED : ENTRY_REFUSED;
    if (e->kind == ENTRY_LISTING)
        return make_listing(e, f);
    if (e->kind == ENTRY_MOVED)
        return make_moved(e, f);
    return e->kind == ENTRY_FALLBACK || make_refused(fs, e);
}

/* The files themselves are watched from now on, before they are read; that one
 * was changed since it was looked at would be no news. */
static void mark(struct files *fs, struct entry *e, const struct found *f)
{
    struct file_stat s;

    e->mark[CODING_IDENTITY] = marks_add(fs->marks, e->fd);
    for (unsigned c = CODING_IDENTITY + 1; c < CODING_COUNT; c++) {
        if (f->sidecars >> c & 1)
            e->mark[c] = marks_add(fs->marks, f->sidecar_fd[c]);
    }
    if (e->mark[CODING_IDENTITY] &&
        (file_stat(e->fd, &s) != 0 || s.size != e->version.size ||
         s.mtime_ns != e->version.mtime_ns ||
         s.ctime_ns != e->version.ctime_ns))
        e->watched = false;
}

static bool make_file(struct files *fs, struct entry *e, struct found *f)
{
    e->kind = ENTRY_FILE;
    e->status = 200;
    if (!entry_place(e, f->path))
        return false;
    e->root = f->root;
    e->version = f->version;
    e->declared = (uint8_t)f->declared;
    CHECK(f->fd >= 0);
    e->fd = f->fd;
    f->fd = -1;
    if (!e->foreign) /* asking may take for ever, and nothing would be told */
        mark(fs, e, f);
    questions_begin(fs, e, f, false);
    f->sidecars = 0; /* theirs now */
    return true;
}

/* When its bytes are to be read at the earliest; 0: any reading will do.  What
 * changed so lately that times may hide another change is not read along with
 * somebody who began before this look. */
static uint64_t read_since(const struct files *fs, bool again,
                           const struct found *f)
{
    bool young =
        f->reason == REASON_WHOLE &&
        version_young(&f->version, fs->now->real_us * 1000, RACY_US * 1000);

    return again || young ? clock_mono_us() : 0;
}

static struct entry *make(struct files *fs, unsigned site,
                          const struct target *target, uint64_t hash,
                          struct found *f, uint64_t since_us)
{
    struct entry *e = entry_new(site, target->path, hash);

    if (!e)
        return NULL;
    e->watched = f->watched;
    e->fresh = fs->fresh;
    e->looked_us = fs->now->us;
    e->since_us = since_us;
    e->lane = (int16_t)f->lane;
    e->foreign = f->foreign;
    e->previous = f->previous;
    bool made =
        f->reason == REASON_WHOLE ? make_file(fs, e, f) : make_fixed(fs, e, f);
    if (!made) {
        entry_release(fs, e);
        return NULL;
    }
    CHECK(e->kind != ENTRY_FILE || (f->fd < 0 && !f->sidecars)); /* its own */
    struct entry *victim = cache_add(&fs->cache, e);
    if (victim)
        entry_release(fs, victim);
    idle_within(fs);
    if (e->fd >= 0) {
        cache_opened(&fs->cache, e);
        keep_within(fs);
    }
    return e;
}

/* Keeps serving the old facts while asking for better ones. */
static void refresh_degraded(struct files *fs, struct entry *e)
{
    struct found none = { .sidecars = 0 };

    if (!e->background && e->tries < DEGRADED_TRIES && e->fd >= 0 &&
        !fs->prepare_down && fs->now->us - e->asked_us > DEGRADED_US)
        questions_begin(fs, e, &none, true);
}

/* Those that clients were sent, or would have been. */
static unsigned sidecars_sent(const struct entry *e)
{
    return e->sidecars & (e->sent | e->source.available);
}

/* Puts what was found in the place of what was known before (NULL: nothing). */
static struct entry *settle(struct files *fs, struct entry *old, unsigned site,
                            const struct target *target, uint64_t hash,
                            struct found *f)
{
    uint8_t losses = old ? old->losses : 0;
    unsigned sent = old ? sidecars_sent(old) : 0;
    bool kept = old && old->kept;
    struct entry *e = old;
    bool again = old && old->kind == ENTRY_FILE && entry_rewritten(fs, old);

    f->make = wish_first(fs->asker);
    if (old && file_version_eq(&old->version, &f->version))
        f->make |= old->wanted;

    if (f->error)
        keep_failed(fs, f->path, f->error);
    if (old && !again && same(old, f) && old->lane == f->lane) {
        old->fresh = fs->fresh;
        old->looked_us = fs->now->us;
        old->watched = f->watched;
        old->previous = f->previous;
    } else {
        if (!old && (e = passing_make(fs, site, target, hash, f)))
            return e;
        if (old) {
            cache_unlink(&fs->cache, old);
            entry_release(fs, old);
        }
        e = make(fs, site, target, hash, f, read_since(fs, again, f));
        if (e) {
            e->losses = losses;
            e->sent = (uint8_t)(e->sidecars & sent);
            e->kept = kept;
        }
        /* what is short now may be there at the next request */
        if (e && f->transient)
            e->watched = false;
    }
    return e;
}

void resolve_found(struct files *fs, struct look *l)
{
    uint64_t hash = cache_hash(&fs->cache, l->site, l->target.path);
    struct entry *old = cache_find(&fs->cache, hash, l->site, l->target.path);
    struct entry *e = old;

    /* what is being asked about stays; those that wait there look again */
    if (!old || !old->pending)
        e = settle(fs, old, l->site, &l->target, hash, &l->found);
    else if (!same(old, &l->found))
        e = NULL;
    if (e)
        e->helped_us = l->job.job.began_us;
    if (e && e->kind == ENTRY_LISTING) {
        entry_names(e, l->names);
        l->names = NULL;
    }
}

static struct entry *look_again(struct files *fs, struct entry *old,
                                unsigned site, const struct target *target,
                                uint64_t hash)
{
    static struct found f; /* 4 KiB and more: not on the stack each time */
    struct entry *e = NULL;

    if (old)
        entry_hold(old); /* its descriptor may be wanted for this look */
    fs->crosses = false;
    find_target(fs, &fs->conf->sites[site], target, &f);
    if (!fs->crosses) {
        e = settle(fs, old, site, target, hash, &f);
    } else {
        fs->waits = lookup_ask(fs, site, target, &f);
        fs->no_helper = !fs->waits;
    }
    find_release(fs, &f);
    if (old)
        entry_release(fs, old);
    return e;
}

/* The watch vouches for a racy file as long as it says nothing; but codings are
 * made only once nothing can change unseen any more, so it is read again then.
 */
static bool settles(const struct files *fs, const struct entry *e)
{
    int64_t now = fs->now->real_us * 1000;
    int64_t at = version_settles_ns(&e->version);

    for (unsigned c = 0; c < CODING_COUNT; c++) {
        if ((e->sidecars >> c & 1) &&
            version_settles_ns(entry_sidecar(e, c)) > at)
            at = version_settles_ns(entry_sidecar(e, c));
    }
    at += RACY_US * 1000;
    return fs->now->us - e->asked_us < RACY_US ||
           (at > now && at < now + 2 * VERSION_AHEAD_NS);
}

/* A directory's watch is silent when its file is written to through another
 * hard link, a mapping, or asynchronously: so it is taken at its word for a
 * second. */
static bool trusted(const struct files *fs, const struct entry *e)
{
    return e->kind != ENTRY_FILE || fs->now->us - e->looked_us < TRUST_US;
}

/* No name has changed since it was opened, as watches tell: so its path leads
 * where it led, and asking about it costs a third of opening it again.  What is
 * not the same file as it was, in every respect, is opened. */
static bool still(const struct files *fs, const struct entry *e)
{
    struct file_stat s = { .size = 0 };

    if (e->kind != ENTRY_FILE || e->pending || e->degraded || e->racy ||
        e->sidecars || e->foreign || e->lane >= 0 || entry_rewritten(fs, e) ||
        aside_way(fs, e->root, e->file_path, false) != ASIDE_ANY ||
        file_stat_named(fs->root[e->root].fd, e->file_path, &s) != 0)
        return false;
    struct file_version v = find_version(&s);
    return s.kind == FILE_REGULAR && s.links == 1 &&
           file_version_eq(&v, &e->version);
}

static inline bool unchanged(const struct files *fs, const struct entry *e)
{
    return e->watched && e->fresh == fs->fresh && trusted(fs, e);
}

/* Its root's name means a directory by now that others may read. */
static bool awaited(const struct files *fs, unsigned site,
                    const struct target *target)
{
    struct span rest;

    return fs
        ->root[sited_place(fs->conf, &fs->conf->sites[site], target->path,
                           &rest)]
        .awaited;
}

/* It is not there (NULL), or not beyond doubt. */
static APART struct entry *look_into(struct files *fs, struct entry *e,
                                     uint64_t hash, unsigned site,
                                     const struct target *target,
                                     uint64_t since_us)
{
    if (fs->awaits && awaited(fs, site, target)) {
        fs->waits = &fs->awaiting;
        return NULL;
    }
    if (!e)
        return look_again(fs, NULL, site, target, hash);
    bool same_as_ever = e->watched && e->fresh == fs->fresh;
    if (same_as_ever && !trusted(fs, e)) {
        same_as_ever = still(fs, e);
        if (same_as_ever)
            e->looked_us = fs->now->us;
    }
    /* a writer has let go of it since the ask: times will not tell */
    if (e->pending && e->fresh != fs->fresh && entry_rewritten(fs, e) &&
        e->asked_us < since_us)
        return look_again(fs, e, site, target, hash);
    if (e->pending || (same_as_ever && e->racy && settles(fs, e)))
        return e;
    if (e->kind == ENTRY_FILE && e->asked_us >= since_us)
        return e;
    /* a helper looked for this request */
    if (e->helped_us >= since_us && (e->kind != ENTRY_LISTING || e->names))
        return e;
    if (!same_as_ever || e->racy)
        e = look_again(fs, e, site, target, hash);
    if (e && e->degraded && !e->pending)
        refresh_degraded(fs, e);
    return e;
}

static inline struct entry *resolve_path(struct files *fs, unsigned site,
                                         const struct target *target,
                                         uint64_t since_us)
{
    uint64_t hash = cache_hash(&fs->cache, site, target->path);
    struct entry *e = cache_find(&fs->cache, hash, site, target->path);

    if (e && !e->pending && !e->degraded && !e->racy && unchanged(fs, e))
        return e;
    return look_into(fs, e, hash, site, target, since_us);
}

/* What answers in the place of a path that is not there. */
static APART struct entry *fall_back(struct files *fs, unsigned site,
                                     uint64_t since_us, enum reason *why)
{
    struct target other = {
        .path = span_str(fs->conf->sites[site].fallback),
    };
    struct entry *e = resolve_path(fs, site, &other, since_us);

    if (e && e->kind == ENTRY_FALLBACK) {
        /* it came and went while we looked: the next request will know */
        cache_unlink(&fs->cache, e);
        entry_release(fs, e);
        return NULL;
    }
    if (e && e->kind == ENTRY_FILE)
        *why = REASON_FALLBACK;
    return e;
}

struct entry *resolve(struct files *fs, unsigned site,
                      const struct target *target, uint64_t since_us,
                      const struct head *h, enum reason *why)
{
    fs->waits = NULL;
    fs->no_helper = false;
    fs->asker = h;
    struct entry *e = resolve_path(fs, site, target, since_us);

    CHECK(!e || (entry_is(e) && !fs->waits));
    if (e && e->previous)
        *why = REASON_PREVIOUS;
    if (e && e->kind == ENTRY_FALLBACK)
        e = fall_back(fs, site, since_us, why);
    fs->asker = NULL;
    return e;
}
