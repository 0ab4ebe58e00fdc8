/* SPDX-License-Identifier: MIT
 *
 * facts: the worker's dealings with the preparer.
 * Layer: serve.  A preparer that is slow, hung or dead delays first requests of
 * files by at most [timeouts] prepare; then the name's extension and a weak,
 * stat-based tag must do.
 * Heap: one table, at the start.
 */
#include "serve/facts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "conf/rules.h"
#include "http/media.h"
#include "os/log.h"
#include "os/poll.h"
#include "serve/audit.h"
#include "serve/blocks.h"
#include "serve/conn.h"
#include "serve/find.h"
#include "serve/step.h"
#include "serve/tags.h"
#include "serve/worker.h"

#define ASKS_MASK 4095

bool facts_init(struct worker *w)
{
    w->asks = calloc(ASKS_MASK + 1, sizeof w->asks[0]);
    return w->asks != NULL;
}

static struct entry *asks_find(struct worker *w, uint64_t seq)
{
    struct entry *e = w->asks[seq & ASKS_MASK];

    while (e && e->seq != seq)
        e = e->seq_next;
    return e;
}

static void asks_add(struct worker *w, struct entry *e)
{
    e->seq = ++w->seq;
    e->seq_next = w->asks[e->seq & ASKS_MASK];
    w->asks[e->seq & ASKS_MASK] = e;
    e->in_asks = true;
}

static void asks_remove(struct worker *w, struct entry *e)
{
    if (!e->in_asks)
        return;
    struct entry **at = &w->asks[e->seq & ASKS_MASK];
    while (*at != e)
        at = &(*at)->seq_next;
    *at = e->seq_next;
    e->in_asks = false;
}

void entry_hold(struct entry *e)
{
    e->refs++;
}

static void drop_form(struct worker *w, struct entry_form *f)
{
    if (f->fd >= 0)
        close(f->fd);
    if (f->slab)
        client_slab_release(w->client, f->slab);
    f->fd = -1;
    f->slab = 0;
    f->bytes = NULL;
    blocks_free(&f->ok);
    blocks_free(&f->partial);
    blocks_free(&f->not_modified);
}

void entry_release(struct worker *w, struct entry *e)
{
    CHECK(e->refs > 0);
    if (--e->refs > 0)
        return;
    CHECK(!e->in_cache && list_empty(&e->waiters));
    asks_remove(w, e);
    list_remove(&e->asked);
    for (int c = 0; c < CODING_COUNT; c++)
        drop_form(w, &e->form[c]);
    if (e->fd >= 0)
        close(e->fd);
    free(e->location);
    free(e->page);
    free(e->file_path);
    free(e);
}

static const char *last_component(const struct entry *e)
{
    const char *slash = strrchr(e->file_path, '/');

    return slash ? slash + 1 : e->file_path;
}

/* 0 or -errno. */
static int send_ask(struct worker *w, struct entry *e)
{
    struct prepare_ask ask;
    int fds[1 + CODING_COUNT];
    size_t n = 0;
    const char *name = last_component(e);
    size_t name_n = strlen(name);

    memset(&ask, 0, sizeof ask);
    ask.seq = e->seq;
    ask.version = e->version;
    ask.sidecars = e->sidecars;
    ask.want_bytes = e->version.size <= w->conf->prepare.memory_file_bytes;
    ask.want_codings = w->conf->prepare.compress;
    /* a name's type is in its end */
    if (name_n >= sizeof ask.name)
        name += name_n - (sizeof ask.name - 1);
    memcpy(ask.name, name, strlen(name));
    fds[n++] = e->fd;
    for (int c = CODING_IDENTITY + 1; c < CODING_COUNT; c++) {
        if (!(e->sidecars >> c & 1))
            continue;
        ask.sidecar_version[c] = e->sidecar_version[c];
        fds[n++] = e->form[c].fd;
    }
    return client_ask(w->client, &ask, fds, n);
}

static void ask_now(struct worker *w, struct entry *e)
{
    int rc = w->prepare_down ? -EPIPE : send_ask(w, e);

    e->unasked = rc < 0;
    if (rc < 0)
        w->asks_waiting = true;
}

void facts_ask(struct worker *w, struct entry *e, const struct found *f,
               bool background)
{
    CHECK(e->kind == ENTRY_FILE && e->fd >= 0 && !e->pending);
    e->sidecars = f->sidecars;
    for (int c = 0; c < CODING_COUNT; c++) {
        if (f->sidecars >> c & 1) {
            e->sidecar_version[c] = f->sidecar_version[c];
            e->form[c].fd = f->sidecar_fd[c];
        }
    }
    asks_remove(w, e);
    asks_add(w, e);
    e->pending = !background;
    e->background = background;
    e->asked_us = w->now_us;
    e->tries++;
    if (list_empty(&e->asked))
        entry_hold(e); /* until wake(): it may be evicted meanwhile */
    list_remove(&e->asked);
    list_append(&w->asked, &e->asked);
    ask_now(w, e);
}

static void wake(struct worker *w, struct entry *e)
{
    bool held = !list_empty(&e->asked);

    e->pending = e->background = e->unasked = false;
    list_remove(&e->asked);
    while (!list_empty(&e->waiters)) {
        struct txn *t = LIST_ENTRY(e->waiters.next, struct txn, waiter);
        list_remove(&t->waiter);
        step_resume(w, t->conn);
    }
    if (held)
        entry_release(w, e);
}

/* Out of the cache, so that the next request looks afresh. */
static void forget(struct worker *w, struct entry *e)
{
    asks_remove(w, e);
    if (e->in_cache) {
        cache_unlink(&w->cache, e);
        entry_release(w, e);
    }
}

static void apply_policy(struct worker *w, struct entry *e)
{
    const struct conf_site *site = &w->conf->sites[e->site];
    struct span host = span_str(site->hosts);
    struct policy p;

    rules_resolve(w->conf, host, span_of(e->path, e->path_n),
                  span_trim(span_of(e->type, strcspn(e->type, ";"))), 200, &p);
    e->etag_scheme = p.etag;
    e->expires = p.expires;
    e->expires_s = p.expires_s;
    e->clock_s = p.clock_s;
    int64_t mtime_s = e->version.mtime_ns / 1000000000;
    e->modified_s = COND_NO_DATE;
    /* 0 and 1 are what build systems write that have no dates at all */
    if (mtime_s > 1)
        /* RFC 9110 8.8.2.1: never later than the Date of the message */
        e->modified_s =
            (mtime_s < w->second ? mtime_s : w->second) + p.clock_s;
    e->source.last_modified = COND_NO_DATE;
    if (p.last_modified && e->modified_s != COND_NO_DATE) {
        int64_t shown = mtime_s + p.last_modified_s;
        e->source.last_modified =
            (shown < w->second ? shown : w->second) + p.clock_s;
    }
}

static void set_tag(struct worker *w, struct entry *e, enum coding c,
                    const uint8_t *digest)
{
    struct entry_form *f = &e->form[c];
    const struct file_version *v =
        c != CODING_IDENTITY && (e->sidecars >> c & 1) ? &e->sidecar_version[c]
                                                       : &e->version;

    f->tag_n = (uint8_t)tags_make(f->tag_text, e->etag_scheme, c, v, digest);
    struct etag *tag = &e->source.form[c].tag;
    *tag = (struct etag){ SPAN_NONE, false };
    if (f->tag_n)
        CHECK(etag_parse(span_of(f->tag_text, f->tag_n), tag));
    audit_note(w, e, c, digest);
}

/* Takes hold of the bytes of a form; false when the slab is gone already. */
static bool set_bytes(struct worker *w, struct entry_form *f,
                      const struct prepare_place *place)
{
    const char *bytes = client_slab_hold(w->client, place);

    if (!bytes)
        return false;
    if (f->slab)
        client_slab_release(w->client, f->slab);
    f->slab = place->slab;
    f->slab_fd = client_slab_fd(w->client, place->slab);
    f->slab_at = place->offset;
    f->bytes = bytes;
    return true;
}

static void finish(struct worker *w, struct entry *e)
{
    if (!blocks_file(w, e)) {
        log_error("W021", "the fields configured for %s do not fit a head",
                  e->path);
        forget(w, e);
    }
    wake(w, e);
}

static void take_facts(struct worker *w, struct entry *e,
                       const struct prepare_answer *a)
{
    struct entry_form *f = &e->form[CODING_IDENTITY];
    bool served = e->degraded; /* somebody may be sending from e->fd */

    memcpy(e->type, a->type, sizeof e->type);
    e->type[sizeof e->type - 1] = '\0';
    e->negotiable = a->negotiable;
    e->racy = a->racy;
    e->degraded = false;
    e->tries = 0;
    apply_policy(w, e);
    e->source.available |= 1u << CODING_IDENTITY;
    e->source.form[CODING_IDENTITY].size = e->version.size;
    set_tag(w, e, CODING_IDENTITY, a->has_digest ? a->digest : NULL);
    if (a->place.slab && set_bytes(w, f, &a->place) && !served && e->fd >= 0) {
        close(e->fd);
        e->fd = -1;
    }
    if (a->disagrees)
        log_info("W022", "%s: the name says %s, the content %s", e->path,
                 a->type, a->magic);
    finish(w, e);
    if (!a->more)
        asks_remove(w, e);
}

static void take_coded(struct worker *w, struct entry *e,
                       const struct prepare_answer *a)
{
    enum coding c = (enum coding)a->coding;
    struct entry_form *f = &e->form[c];

    CHECK(a->coding > CODING_IDENTITY && a->coding < CODING_COUNT);
    e->racy = e->racy || a->racy;
    bool usable =
        a->place.slab ? set_bytes(w, f, &a->place) : a->sidecar && f->fd >= 0;
    if (usable && a->has_digest) {
        e->source.available |= 1u << c;
        e->source.form[c].size = a->place.bytes;
        set_tag(w, e, c, a->digest);
        if (!blocks_file(w, e))
            forget(w, e);
    }
    if (!a->more)
        asks_remove(w, e);
}

/* The name decides, the tag is weak and says only what stat knows. */
static void degrade(struct worker *w, struct entry *e)
{
    struct media m;

    media_settle(&m, span_str(last_component(e)), SPAN(""), SPAN(""), true);
    memcpy(e->type, m.type, sizeof e->type);
    e->degraded = true;
    apply_policy(w, e);
    e->source.available |= 1u << CODING_IDENTITY;
    e->source.form[CODING_IDENTITY].size = e->version.size;
    set_tag(w, e, CODING_IDENTITY, NULL);
    finish(w, e);
}

static void take_drop(struct worker *w, uint64_t slab)
{
    struct list *at = w->cache.files.next;

    while (at != &w->cache.files) {
        struct entry *e = LIST_ENTRY(at, struct entry, lru);
        at = at->next;
        for (int c = 0; c < CODING_COUNT; c++) {
            if (e->form[c].slab == slab && !e->pending) {
                forget(w, e);
                break;
            }
        }
    }
}

void facts_forget(struct worker *w)
{
    struct list *at = w->cache.files.next;

    while (at != &w->cache.files) {
        struct entry *e = LIST_ENTRY(at, struct entry, lru);
        at = at->next;
        if (!e->pending)
            forget(w, e);
    }
}

static void take_one(struct worker *w, const struct prepare_answer *a)
{
    if (a->kind == PREPARE_DROP) {
        take_drop(w, a->place.slab);
        return;
    }
    struct entry *e = asks_find(w, a->seq);
    if (!e)
        return; /* evicted or changed meanwhile */
    entry_hold(e);
    if (a->kind == PREPARE_FAILED) {
        asks_remove(w, e);
        if (e->pending || e->background)
            degrade(w, e);
    } else if (!find_same_version(&a->version, &e->version)) {
        /* changed since it was opened here: who waits looks again */
        forget(w, e);
        wake(w, e);
    } else if (a->kind == PREPARE_FACTS) {
        take_facts(w, e, a);
    } else if (a->kind == PREPARE_CODED) {
        take_coded(w, e, a);
    }
    entry_release(w, e);
}

static void lose_preparer(struct worker *w, int rc)
{
    log_info("W023", "the preparer is gone (%s): waiting for another",
             strerror(-rc));
    if (w->prepare_fd >= 0)
        poll_remove(w->poll, w->prepare_fd);
    w->prepare_down = true;
    for (struct list *at = w->asked.next; at != &w->asked; at = at->next)
        LIST_ENTRY(at, struct entry, asked)->unasked = true;
    w->asks_waiting = true;
}

void facts_take(struct worker *w)
{
    struct prepare_answer a;
    int rc;

    if (w->prepare_down)
        return;
    while ((rc = client_take(w->client, &a)) > 0)
        take_one(w, &a);
    if (rc < 0)
        lose_preparer(w, rc);
}

void facts_renew(struct worker *w, int fd)
{
    client_renew(w->client, fd);
    if (w->prepare_fd >= 0)
        close(w->prepare_fd);
    w->prepare_fd = fd;
    w->prepare_down = false;
    poll_add_level(w->poll, fd, &w->prepare_fd);
    for (struct list *at = w->asked.next; at != &w->asked; at = at->next)
        ask_now(w, LIST_ENTRY(at, struct entry, asked));
}

int facts_turn(struct worker *w)
{
    uint64_t limit_us = w->conf->timeouts.prepare_ms * 1000;

    if (w->asks_waiting && !w->prepare_down) {
        w->asks_waiting = false;
        for (struct list *at = w->asked.next; at != &w->asked;) {
            struct entry *e = LIST_ENTRY(at, struct entry, asked);
            at = at->next;
            if (e->unasked)
                ask_now(w, e);
            if (w->asks_waiting)
                break; /* still full */
        }
    }
    while (!list_empty(&w->asked)) {
        struct entry *e = LIST_ENTRY(w->asked.next, struct entry, asked);
        uint64_t due_us = e->asked_us + limit_us;
        if (due_us > w->now_us)
            return (int)((due_us - w->now_us) / 1000) + 1;
        log_warn("W024", "%s: no answer from the preparer; going by its name",
                 e->path);
        entry_hold(e);
        if (e->background)
            wake(w, e);
        else
            degrade(w, e);
        entry_release(w, e);
    }
    return -1;
}

void facts_drop(struct worker *w)
{
    while (!list_empty(&w->asked)) {
        struct entry *e = LIST_ENTRY(w->asked.next, struct entry, asked);
        list_remove(&e->asked);
        entry_release(w, e);
    }
}
