/* SPDX-License-Identifier: MIT
 *
 * facts: the worker's dealings with the preparer.
 * Layer: files.  A preparer that is slow, hung or dead delays first requests of
 * files by at most [timeouts] prepare; then the name's extension and a weak,
 * stat-based tag must do.
 */
#include "files/facts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "conf/rules.h"
#include "files/asks.h"
#include "files/audit.h"
#include "files/blocks.h"
#include "files/find.h"
#include "files/tags.h"
#include "http/media.h"
#include "os/file.h"
#include "os/log.h"
#include "os/poll.h"
#include "serve/worker.h"

#define SOON_READ (8u << 20)    /* so much is hashed before anybody minds */
#define READ_AT_ONCE (1u << 20) /* more: facts without a digest come first */
#define CHANGED_TRIES 4         /* asks about a file that changes each time */

/* Which descriptors an entry holds has changed. */
static void note_open(struct worker *w, struct entry *e)
{
    bool open = e->fd >= 0;

    for (int c = 0; c < CODING_COUNT; c++)
        open = open || e->form[c].fd >= 0;
    if (!open)
        cache_closed(&w->cache, e);
}

/* Those that hang at e can go on: see facts_ready(). */
static void wake(struct worker *w, struct entry *e)
{
    bool held = !list_empty(&e->asked), hashed = !list_empty(&e->hashed);

    e->pending = e->background = e->unasked = false;
    list_remove(&e->asked);
    list_remove(&e->hashed);
    while (!list_empty(&e->waiters)) {
        struct list *waiter = e->waiters.next;
        list_remove(waiter);
        list_append(&w->ready, waiter);
    }
    if (held)
        entry_release(w, e);
    if (hashed)
        entry_release(w, e);
}

/* No digest is worth waiting for: it is there, or late, or won't come. */
static void give_up_digest(struct worker *w, struct entry *e)
{
    e->digesting = false;
    if (!list_empty(&e->hashed))
        wake(w, e);
}

bool facts_await_digest(struct worker *w, struct entry *e, bool about_tag)
{
    if (!e->digesting || e->degraded ||
        (!about_tag && e->version.size > SOON_READ))
        return false;
    if (list_empty(&e->hashed)) {
        e->hashed_us = w->now_us;
        entry_hold(e); /* until wake() */
        list_append(&w->hashed, &e->hashed);
    }
    return true;
}

/* Out of the cache, so that the next request looks afresh.  The caller holds
 * the entry. */
static void forget_held(struct worker *w, struct entry *e)
{
    asks_remove(w, e);
    give_up_digest(w, e);
    if (!e->in_cache)
        return;
    cache_unlink(&w->cache, e);
    CHECK(e->refs > 1);
    e->refs--;
}

static void forget(struct worker *w, struct entry *e)
{
    entry_hold(e);
    forget_held(w, e);
    entry_release(w, e);
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
        e->modified_s = (mtime_s < w->second ? mtime_s : w->second) + p.clock_s;
    e->source.last_modified = COND_NO_DATE;
    if (p.last_modified && e->modified_s != COND_NO_DATE) {
        int64_t shown = mtime_s + p.last_modified_s;
        e->source.last_modified =
            (shown < w->second ? shown : w->second) + p.clock_s;
    }
}

/* A large file was sent under a tag without a digest first, perhaps: as long as
 * this version lasts, that one means the same. */
static void set_alias(struct entry *e)
{
    struct etag *alias = &e->source.form[CODING_IDENTITY].alias;

    *alias = (struct etag){ SPAN_NONE, false };
    if (!e->form[CODING_IDENTITY].exact || e->version.size <= READ_AT_ONCE ||
        e->etag_scheme != ETAG_SCHEME_CONTENT)
        return;
    size_t n = tags_make(e->alias_text, e->etag_scheme, (enum coding)e->own,
                         &e->version, NULL);
    CHECK(etag_parse(span_of(e->alias_text, n), alias));
}

static void set_tag(struct worker *w, struct entry *e, enum coding c,
                    const uint8_t *digest)
{
    struct entry_form *f = &e->form[c];
    const struct file_version *v =
        c != CODING_IDENTITY && (e->sidecars >> c & 1) ? &e->sidecar_version[c]
                                                       : &e->version;

    f->tag_n = (uint8_t)tags_make(
        f->tag_text, e->etag_scheme,
        c == CODING_IDENTITY ? (enum coding)e->own : c, v, digest);
    struct etag *tag = &e->source.form[c].tag;
    *tag = (struct etag){ SPAN_NONE, false };
    if (f->tag_n)
        CHECK(etag_parse(span_of(f->tag_text, f->tag_n), tag));
    f->exact = digest != NULL;
    if (c == CODING_IDENTITY)
        set_alias(e);
    audit_note(w, e, c, digest);
}

/* Takes hold of the bytes of a form, or of their sums; false when there are no
 * bytes, or the slab is gone already. */
static bool set_bytes(struct worker *w, struct entry_form *f,
                      const struct prepare_place *place)
{
    const char *p = place->slab ? client_slab_hold(w->client, place) : NULL;

    if (!p)
        return false;
    if (f->slab)
        client_slab_release(w->client, f->slab);
    f->slab = place->slab;
    f->bytes = place->sums ? NULL : p;
    f->sums = place->sums ? (const uint64_t *)(const void *)p : NULL;
    return f->bytes != NULL;
}

static void finish(struct worker *w, struct entry *e)
{
    if (!blocks_file(w, e)) {
        log_error("W025", "no memory for the heads of %s", e->path);
        forget_held(w, e);
    }
    wake(w, e);
}

/* Facts and codings are told apart: who waits gets its answer when all that the
 * preparer knew already is here. */
static void take_facts(struct worker *w, struct entry *e,
                       const struct prepare_answer *a)
{
    struct entry_form *f = &e->form[CODING_IDENTITY];
    bool served = e->degraded; /* somebody may be sending from e->fd */

    memcpy(e->type, a->type, sizeof e->type);
    e->type[sizeof e->type - 1] = '\0';
    e->negotiable = a->negotiable;
    e->own = a->own;
    e->racy = a->racy;
    e->degraded = false;
    e->tries = 0;
    apply_policy(w, e);
    e->source.available |= 1u << CODING_IDENTITY;
    e->source.form[CODING_IDENTITY].size = e->version.size;
    set_tag(w, e, CODING_IDENTITY, a->has_digest ? a->digest : NULL);
    e->digesting = !a->has_digest && a->more &&
                   e->version.size <= w->conf->prepare.digest_bytes;
    if (set_bytes(w, f, &a->place) && !served && e->fd >= 0) {
        close(e->fd);
        e->fd = -1;
        note_open(w, e);
    }
    if (e->declared && !e->own)
        log_warn("W027",
                 "%s: a rule says Content-Encoding: %s, its first bytes do "
                 "not: sent without",
                 e->path, coding_row((enum coding)e->declared)->name);
    if (a->disagrees)
        log_info("W022", "%s: the name says %s, the content %s", e->path,
                 a->type, a->magic);
    e->follow = e->pending ? a->follow : 0;
    if (!e->follow)
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
    bool usable = set_bytes(w, f, &a->place) || (a->sidecar && f->fd >= 0);
    usable = usable && a->has_digest;
    if (f->fd >= 0 && (f->bytes || !usable)) {
        /* nothing was sent from it: a form is not known before this message */
        close(f->fd);
        f->fd = -1;
        note_open(w, e);
    }
    if (usable) {
        e->source.available |= 1u << c;
        e->source.form[c].size = a->place.bytes;
        set_tag(w, e, c, a->digest);
    }
    if (e->follow) {
        e->follow &= (uint8_t) ~(1u << c);
        if (!e->follow)
            finish(w, e);
    } else if (usable && !blocks_file(w, e)) {
        forget_held(w, e);
    }
    if (!a->more)
        asks_remove(w, e);
}

/* The name decides, the tag is weak and says only what stat knows. */
static void degrade(struct worker *w, struct entry *e)
{
    char head[CODING_MARK_MAX];
    struct media m;

    ssize_t n = e->declared ? file_read_at(e->fd, head, sizeof head, 0) : 0;
    if (n > 0 &&
        coding_shown((enum coding)e->declared, span_of(head, (size_t)n)))
        e->own = e->declared;
    media_settle(&m,
                 e->own ? media_inner(span_str(asks_name(e)))
                        : span_str(asks_name(e)),
                 SPAN(""), SPAN(""), MEDIA_BYTES_OTHER);
    memcpy(e->type, m.type, sizeof e->type);
    e->degraded = true;
    apply_policy(w, e);
    e->source.available |= 1u << CODING_IDENTITY;
    e->source.form[CODING_IDENTITY].size = e->version.size;
    set_tag(w, e, CODING_IDENTITY, NULL);
    finish(w, e);
}

/* No more is to be waited for: whoever waits gets what is known. */
static void make_do(struct worker *w, struct entry *e)
{
    if (e->background) {
        wake(w, e); /* the old facts go on serving */
    } else if (e->follow) {
        e->follow = 0;
        finish(w, e);
    } else {
        degrade(w, e);
    }
}

static void take_drop(struct worker *w, uint64_t slab)
{
    struct list *at = w->cache.files.next;

    while (at != &w->cache.files) {
        struct entry *e = LIST_ENTRY(at, struct entry, lru);
        at = at->next;
        for (int c = 0; c < CODING_COUNT; c++) {
            if (e->form[c].slab != slab)
                continue;
            if (e->pending)
                e->racy = true; /* not before who waits is answered */
            else
                forget(w, e);
            break;
        }
    }
}

/* The preparer has found another version than was opened here: who waits looks
 * again.  A file that never rests would keep them for ever: it is answered from
 * what is there (and guarded while it is sent, see guard.h). */
static void changed(struct worker *w, struct entry *e)
{
    if (e->pending && e->tries >= CHANGED_TRIES) {
        asks_remove(w, e);
        degrade(w, e);
        return;
    }
    w->tries_before = e->pending ? e->tries : 0;
    forget_held(w, e);
    wake(w, e);
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
        if (e->background)
            wake(w, e);
        else if (e->pending)
            degrade(w, e);
        else
            give_up_digest(w, e); /* what was read first is all there is */
    } else if (!file_version_eq(&a->version, &e->version)) {
        changed(w, e);
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
    for (struct list *at = w->asked.next; at != &w->asked;) {
        struct entry *e = LIST_ENTRY(at, struct entry, asked);
        at = at->next;
        e->unasked = true;
        if (e->follow) /* its facts are there: only codings were to come */
            make_do(w, e);
    }
    while (!list_empty(&w->hashed))
        give_up_digest(w, LIST_ENTRY(w->hashed.next, struct entry, hashed));
    w->asks_waiting = true;
}

bool facts_take(struct worker *w)
{
    struct prepare_answer a;

    if (w->prepare_down)
        return false;
    int rc = client_take(w->client, &a);
    if (rc < 0)
        lose_preparer(w, rc);
    if (rc > 0)
        take_one(w, &a);
    return rc > 0;
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
        asks_send(w, LIST_ENTRY(at, struct entry, asked));
    asks_repeat_codings(w);
}

/* Milliseconds until the next of them is late, -1: none waits. */
static int digests_turn(struct worker *w, uint64_t limit_us)
{
    while (!list_empty(&w->hashed)) {
        struct entry *e = LIST_ENTRY(w->hashed.next, struct entry, hashed);
        uint64_t due_us = e->hashed_us + limit_us;
        if (due_us > w->now_us)
            return (int)((due_us - w->now_us) / 1000) + 1;
        give_up_digest(w, e);
    }
    return -1;
}

int facts_turn(struct worker *w)
{
    uint64_t limit_us = w->conf->timeouts.prepare_ms * 1000;
    int digests_ms = digests_turn(w, limit_us);

    if (w->asks_waiting && !w->prepare_down) {
        w->asks_waiting = false;
        for (struct list *at = w->asked.next; at != &w->asked;) {
            struct entry *e = LIST_ENTRY(at, struct entry, asked);
            at = at->next;
            if (e->unasked)
                asks_send(w, e);
            if (w->asks_waiting)
                break; /* still full */
        }
    }
    while (!list_empty(&w->asked)) {
        struct entry *e = LIST_ENTRY(w->asked.next, struct entry, asked);
        uint64_t due_us = e->asked_us + limit_us;
        if (due_us > w->now_us) {
            int ms = (int)((due_us - w->now_us) / 1000) + 1;
            return digests_ms < 0 || ms < digests_ms ? ms : digests_ms;
        }
        log_warn("W024", "%s: no answer from the preparer; going by its name",
                 e->path);
        entry_hold(e);
        make_do(w, e);
        entry_release(w, e);
    }
    return digests_ms;
}

void facts_drop(struct worker *w)
{
    while (!list_empty(&w->asked)) {
        struct entry *e = LIST_ENTRY(w->asked.next, struct entry, asked);
        list_remove(&e->asked);
        entry_release(w, e);
    }
    while (!list_empty(&w->hashed)) {
        struct entry *e = LIST_ENTRY(w->hashed.next, struct entry, hashed);
        list_remove(&e->hashed);
        entry_release(w, e);
    }
}

struct list *facts_ready(struct worker *w)
{
    struct list *waiter = w->ready.next;

    if (list_empty(&w->ready)) {
        w->tries_before = 0;
        return NULL;
    }
    list_remove(waiter);
    return waiter;
}
