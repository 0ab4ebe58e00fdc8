/* SPDX-License-Identifier: MIT
 *
 * resolve: cache look-up, revalidation, and the making of new entries.
 * Layer: serve.
 * Heap: with a new entry, never for a hit.
 */
#include "serve/resolve.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http/fault.h"
#include "http/page.h"
#include "http/target.h"
#include "serve/blocks.h"
#include "serve/facts.h"
#include "serve/find.h"
#include "serve/worker.h"

#define DEGRADED_US 1000000 /* until the preparer is asked again */
#define DEGRADED_TRIES 4    /* a file that kills preparers is let be */

/* Nothing that was found differs from what e was made of. */
static bool same(const struct entry *e, const struct found *f)
{
    if (f->status != 200)
        return e->kind != ENTRY_FILE && e->status == f->status &&
               e->reason == f->reason;
    if (e->kind != ENTRY_FILE || e->racy || e->sidecars != f->sidecars ||
        !find_same_version(&e->version, &f->version) ||
        strcmp(e->file_path, f->path) != 0)
        return false;
    for (int c = 0; c < CODING_COUNT; c++) {
        if ((f->sidecars >> c & 1) &&
            !find_same_version(&e->sidecar_version[c], &f->sidecar_version[c]))
            return false;
    }
    return true;
}

static const char *sentence_of(enum reason r)
{
    switch ((int)r) {
    case REASON_UNREADABLE:
        return "The file is there, but this server may not read it.";
    case REASON_NOT_A_FILE:
        return "Only regular files are served.";
    case REASON_NO_INDEX:
        return "This directory has no index file.";
    case REASON_OVERLOAD:
        return "The server is at a limit just now. Try again in a moment.";
    case REASON_SYSTEM:
        return "The file could not be read; the server's log says why.";
    case REASON_NOT_FOUND:
        return "There is no such file here.";
    default:
        return "";
    }
}

static bool make_refused(struct worker *w, struct entry *e)
{
    char storage[PAGE_BYTES_MAX];
    struct buf b = buf_over(storage, sizeof storage);

    page_error(&b, e->status, sentence_of(e->reason));
    e->page = malloc(b.n);
    if (b.overflow || !e->page)
        return false;
    memcpy(e->page, b.p, b.n);
    e->source.form[CODING_IDENTITY].size = b.n;
    e->form[CODING_IDENTITY].bytes = e->page;
    return blocks_page(w, e, "text/html; charset=utf-8", b.n);
}

static bool make_moved(struct entry *e)
{
    char storage[FIND_PATH_MAX * 3 + 2];
    struct buf b = buf_over(storage, sizeof storage);

    target_encode(&b, span_of(e->path, e->path_n));
    buf_char(&b, '/');
    if (!buf_cstr(&b))
        return false;
    e->location = strdup(storage);
    return e->location != NULL;
}

static bool make_fixed(struct worker *w, struct entry *e, const struct found *f)
{
    e->status = f->status;
    e->reason = f->reason;
    e->kind = f->status == 301 ? ENTRY_MOVED : ENTRY_REFUSED;
    return e->kind == ENTRY_MOVED ? make_moved(e) : make_refused(w, e);
}

static bool make_file(struct worker *w, struct entry *e, struct found *f)
{
    e->kind = ENTRY_FILE;
    e->status = 200;
    e->file_path = strdup(f->path);
    if (!e->file_path)
        return false;
    e->root = f->root;
    e->version = f->version;
    e->fd = f->fd;
    f->fd = -1;
    facts_ask(w, e, f, false);
    f->sidecars = 0; /* theirs now */
    return true;
}

static struct entry *make(struct worker *w, unsigned site,
                          const struct target *target, uint64_t hash,
                          struct found *f)
{
    struct entry *e = entry_new(site, target->path, hash);

    if (!e)
        return NULL;
    e->watched = f->watched;
    e->fresh = w->fresh;
    bool made = f->status == 200 ? make_file(w, e, f) : make_fixed(w, e, f);
    if (!made) {
        entry_release(w, e);
        return NULL;
    }
    struct entry *victim = cache_add(&w->cache, e);
    if (victim)
        entry_release(w, victim);
    return e;
}

/* Keeps serving the old facts while asking for better ones. */
static void refresh_degraded(struct worker *w, struct entry *e)
{
    struct found none = { .sidecars = 0 };

    if (!e->background && e->tries < DEGRADED_TRIES && e->fd >= 0 &&
        !w->prepare_down && w->now_us - e->asked_us > DEGRADED_US)
        facts_ask(w, e, &none, true);
}

static struct entry *look_again(struct worker *w, struct entry *old,
                                unsigned site, const struct target *target,
                                uint64_t hash)
{
    static struct found f; /* 4 KiB and more: not on the stack each time */
    struct entry *e = old;

    find_file(w, &w->conf->sites[site], target, &f);
    if (old && same(old, &f)) {
        old->fresh = w->fresh;
        old->watched = f.watched;
    } else {
        if (old) {
            cache_unlink(&w->cache, old);
            entry_release(w, old);
        }
        e = make(w, site, target, hash, &f);
        /* what is short now may be there at the next request */
        if (e && f.transient)
            e->watched = false;
    }
    find_release(&f);
    return e;
}

struct entry *resolve(struct worker *w, unsigned site,
                      const struct target *target, uint64_t since_us)
{
    uint64_t hash = cache_hash(&w->cache, site, target->path);
    struct entry *e = cache_find(&w->cache, hash, site, target->path);

    if (!e)
        return look_again(w, NULL, site, target, hash);
    bool unchanged = e->watched && e->fresh == w->fresh;
    if (e->pending || (unchanged && !e->degraded))
        return e;
    if (e->kind == ENTRY_FILE && e->asked_us >= since_us)
        return e;
    if (!unchanged)
        e = look_again(w, e, site, target, hash);
    if (e && e->degraded && !e->pending)
        refresh_degraded(w, e);
    return e;
}
