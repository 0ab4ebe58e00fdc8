/* SPDX-License-Identifier: MIT
 *
 * replies: the worker's dealings with the preparer.
 * Layer: files.  A preparer that is slow, hung or dead delays first requests of
 * files by at most [timeouts] prepare; then the name's extension and a weak,
 * stat-based tag must do.
 */
#include "files/replies.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "files/about.h"
#include "files/aside.h"
#include "files/questions.h"
#include "files/blocks.h"
#include "files/coded.h"
#include "files/files.h"
#include "files/find.h"
#include "files/forms.h"
#include "files/heat.h"
#include "files/idle.h"
#include "files/policy.h"
#include "http/media.h"
#include "os/file.h"
#include "os/log.h"
#include "os/poll.h"

#define SOON_READ (8u << 20) /* so much is hashed before anybody minds */
#define CHANGED_TRIES 4      /* asks about a file that changes each time */

/* Which descriptors an entry holds has changed. */
static void note_open(struct files *fs, struct entry *e)
{
    bool open = e->fd >= 0;

    for (unsigned c = 0; c < CODING_COUNT; c++)
        open = open || (entry_form(e, c) && entry_form(e, c)->fd >= 0);
    if (!open)
        cache_closed(&fs->cache, e);
}

/* Those that hang at e can go on: see replies_ready(). */
static void wake(struct files *fs, struct entry *e)
{
    bool held = !list_empty(&e->asked), hashed = !list_empty(&e->hashed);

    CHECK(entry_is(e) && e->refs >= (uint32_t)held + hashed);
    e->pending = e->background = e->unasked = false;
    list_remove(&e->asked);
    list_remove(&e->hashed);
    while (!list_empty(&e->waiters)) {
        struct list *waiter = e->waiters.next;
        list_remove(waiter);
        list_append(&fs->ready, waiter);
    }
    if (held)
        entry_release(fs, e);
    if (hashed)
        entry_release(fs, e);
}

/* No tag is worth waiting for: it is there, or late, or won't come. */
static void give_up_digest(struct files *fs, struct entry *e)
{
    e->digesting = e->naming = false;
    if (!list_empty(&e->hashed))
        wake(fs, e);
}

bool replies_await_digest(struct files *fs, struct entry *e, bool about_tag)
{
    bool soon = e->digesting && e->version.size <= SOON_READ;

    if (e->degraded || !(soon || (about_tag && (e->digesting || e->naming))))
        return false;
    if (list_empty(&e->hashed)) {
        e->hashed_us = fs->now->us;
        CHECK(!e->pending);
        entry_hold(e); /* until wake() */
        list_append(&fs->hashed, &e->hashed);
    }
    return true;
}

/* Out of the cache, so that the next request looks afresh.  The caller holds
 * the entry. */
static void forget_held(struct files *fs, struct entry *e)
{
    questions_remove(fs, e);
    give_up_digest(fs, e);
    if (e->background)
        wake(fs, e); /* the answer finds it no more */
    if (!e->in_cache)
        return;
    cache_unlink(&fs->cache, e);
    CHECK(e->refs > 1);
    e->refs--;
}

static void forget(struct files *fs, struct entry *e)
{
    entry_hold(e);
    forget_held(fs, e);
    entry_release(fs, e);
}

static void finish(struct files *fs, struct entry *e)
{
    if (!blocks_file(fs, e)) {
        log_line(LOG_ERROR_, about_entry(fs, e), "W025",
                 "no memory for the heads of %s", e->path);
        forget_held(fs, e);
    }
    cache_weigh(&fs->cache, e);
    wake(fs, e);
}

static void take_refs(struct files *fs, struct entry *e,
                      const struct prepare_answer *a)
{
    const char *p = client_slab_hold(fs->client, &a->place);

    if (!p)
        return;
    /* the last is no line's */
    entry_refer(fs, e, span_of(p, (size_t)a->place.bytes - 1));
    client_slab_release(fs->client, a->place.slab);
}

/* Facts and codings are told apart: whoever waits is answered when all that the
 * preparer knew already is here. */
static void take_facts(struct files *fs, struct entry *e,
                       const struct prepare_answer *a)
{
    struct entry_form *f = &e->own_form;
    bool served =
        e->degraded || e->hot; /* somebody may be sending from e->fd */
    bool told = e->naming;     /* the same, with the tags of forms */

    CHECK(e->kind == ENTRY_FILE && e->in_asks);
    if (e->hot && !a->has_digest) { /* no room, hence nothing new */
        questions_remove(fs, e);
        wake(fs, e);
        return;
    }
    CHECK(memchr(a->type, '\0', sizeof a->type));
    entry_type(fs, e, a->type);
    e->negotiable = a->negotiable;
    e->varies = a->varies;
    e->own = a->own;
    e->racy = a->racy;
    e->degraded = false;
    e->tries = 0;
    policy_apply(fs, e);
    forms_of_file(fs, e, a);
    e->digesting = !a->has_digest && a->more &&
                   e->version.size <= fs->conf->prepare.digest_bytes;
    e->naming = a->naming && a->more;
    if (coded_bytes(fs, f, &a->place) && !served && e->fd >= 0) {
        entry_close(fs, e, e->fd);
        e->fd = -1;
        note_open(fs, e);
    }
    if (e->declared && !e->own)
        log_line(LOG_WARN_, about_entry(fs, e), "W027",
                 "%s: a rule says Content-Encoding: %s, its first bytes do "
                 "not: sent without",
                 e->path, coding_row((enum coding)e->declared)->name);
    if (a->disagrees && !told)
        log_line(LOG_INFO_, about_entry(fs, e), "W022",
                 "%s: the name says %s, the content %s: sent as %s", e->path,
                 media_said(span_str(e->path)), a->magic, a->type);
    e->follow = e->pending ? a->follow | (e->sent & a->coming) : 0;
    if (!e->follow)
        finish(fs, e);
    if (!a->more)
        questions_remove(fs, e);
}

/* It was asked about once more: what serves goes on serving. */
static void take_offers(struct files *fs, struct entry *e,
                        const struct prepare_answer *a)
{
    forms_offered(fs, e, a);
    wake(fs, e);
    if (!a->more)
        questions_remove(fs, e);
}

static void take_coded(struct files *fs, struct entry *e,
                       const struct prepare_answer *a)
{
    enum coding c = (enum coding)a->coding;
    struct entry_form *f = entry_form(e, c);

    CHECK(a->coding > CODING_IDENTITY && a->coding < CODING_COUNT);
    if (!a->more)
        questions_remove(fs, e);
    if (e->source.available >> c & 1) {
        /* somebody may be sent it at this moment: the next request looks, and
         * gets a smaller one that has been made meanwhile */
        e->racy = e->racy || (e->source.first & ~a->first) >> c & 1;
        return;
    }
    e->racy = e->racy || a->racy;
    if (!f && a->place.slab && a->has_digest)
        f = coded_add(e, c); /* NULL: it does without */
    bool usable = f && a->has_digest &&
                  (coded_bytes(fs, f, &a->place) || (a->sidecar && f->fd >= 0));
    if (f && f->fd >= 0 && (f->bytes || !usable)) {
        /* nothing was sent from it: a form is not known before this message */
        entry_close(fs, e, f->fd);
        f->fd = -1;
        note_open(fs, e);
    }
    forms_coded(fs, e, a, usable);
    cache_weigh(&fs->cache, e);
    if (e->follow) {
        e->follow &= (uint8_t) ~(1u << c);
        if (!e->follow)
            finish(fs, e);
    } else if (usable && !blocks_file(fs, e)) {
        forget_held(fs, e);
    }
}

/* The name decides, the tag is weak and says only what stat knows. */
static void degrade(struct files *fs, struct entry *e)
{
    char head[CODING_MARK_MAX];
    struct media m;

    CHECK(e->kind == ENTRY_FILE && e->fd >= 0);
    /* not where reading may take for ever */
    bool look = e->declared && !e->foreign;
    ssize_t n = look ? file_read_at(e->fd, head, sizeof head, 0) : 0;
    if (n > 0 &&
        coding_shown((enum coding)e->declared, span_of(head, (size_t)n)))
        e->own = e->declared;
    media_settle(&m,
                 e->own ? media_inner(span_str(questions_name(e)))
                        : span_str(questions_name(e)),
                 SPAN(""), SPAN(""), MEDIA_BYTES_OTHER);
    entry_type(fs, e, m.type);
    e->varies = e->sidecars || forms_worth(fs, &m, e->version.size);
    e->degraded = true;
    policy_apply(fs, e);
    forms_unknown(fs, e);
    finish(fs, e);
}

/* No more is to be waited for: whoever waits gets what is known. */
static void make_do(struct files *fs, struct entry *e)
{
    if (e->background) {
        wake(fs, e); /* the old facts go on serving */
    } else if (e->follow) {
        e->follow = 0;
        finish(fs, e);
    } else if (e->foreign && !fs->prepare_down) {
        /* it hangs: nobody could be sent its bytes */
        aside_lose(fs, &e->waiters);
        forget_held(fs, e);
        wake(fs, e);
    } else {
        degrade(fs, e);
    }
}

static void drop(struct files *fs, struct entry *e)
{
    if (e->pending)
        e->racy = true; /* after those waiting are answered */
    else
        forget(fs, e);
}

static void take_drop(struct files *fs, uint64_t slab)
{
    if (slab == 0)
        idle_hurry(fs);
    if (client_slab_fd(fs->client, slab) < 0)
        return; /* nothing is in it */
    while (!drops_add(fs, slab, drop))
        drops_step(fs, drop);
}

/* Of the same file, all of it, and read since it was asked for. */
static bool newer(const struct entry *e, const struct prepare_answer *a)
{
    return a->kind == PREPARE_FACTS && a->has_digest &&
           a->version.dev == e->version.dev && a->version.ino == e->version.ino;
}

/* The preparer has found another version than was opened here: whoever waits
 * looks again.  A file that never rests would keep them for ever: then the
 * version that was found is answered, or what is there (and guarded while it is
 * sent, see guard.h). */
static void changed(struct files *fs, struct entry *e,
                    const struct prepare_answer *a)
{
    bool again = !e->pending || e->tries < CHANGED_TRIES;

    if (!again && newer(e, a)) {
        e->version = a->version;
        take_facts(fs, e, a);
        return;
    }
    if (!again) {
        questions_remove(fs, e);
        degrade(fs, e);
        return;
    }
    fs->tries_before = e->pending ? e->tries : 0;
    forget_held(fs, e);
    wake(fs, e);
}

void replies_let_go(struct files *fs, struct entry *e)
{
    CHECK(!e->pending);
    forget(fs, e);
}

void replies_forget(struct files *fs)
{
    struct list *at = fs->cache.files.next;

    while (at != &fs->cache.files) {
        struct entry *e = LIST_ENTRY(at, struct entry, lru);
        at = at->next;
        if (!e->pending)
            forget(fs, e);
    }
}

static void take_one(struct files *fs, const struct prepare_answer *a)
{
    if (a->kind == PREPARE_DROP) {
        take_drop(fs, a->place.slab);
        return;
    }
    struct entry *e = questions_find(fs, a->seq);
    if (!e)
        return; /* evicted or changed meanwhile */
    CHECK(entry_is(e) && e->in_asks);
    entry_hold(e);
    if (a->kind == PREPARE_FAILED) {
        questions_remove(fs, e);
        e->racy = e->racy || e->bare; /* forgotten: it is to be read again */
        if (e->background)
            wake(fs, e);
        else if (e->pending)
            degrade(fs, e);
        else
            give_up_digest(fs, e); /* what was read first is all there is */
    } else if (!file_version_eq(&a->version, &e->version) ||
               heat_other_bytes(e, a)) {
        changed(fs, e, a);
    } else if (a->kind == PREPARE_REFS) {
        take_refs(fs, e, a);
    } else if (a->kind == PREPARE_FACTS && e->bare) {
        take_offers(fs, e, a);
    } else if (a->kind == PREPARE_FACTS) {
        take_facts(fs, e, a);
    } else if (a->kind == PREPARE_CODED) {
        take_coded(fs, e, a);
    }
    entry_release(fs, e);
}

static void lose_preparer(struct files *fs, int rc)
{
    log_info("W023", "the preparer is gone (%s): waiting for another",
             strerror(-rc));
    if (fs->prepare_fd >= 0)
        poll_remove(fs->poll, fs->prepare_fd);
    fs->prepare_down = true;
    for (struct list *at = fs->asked.next; at != &fs->asked;) {
        struct entry *e = LIST_ENTRY(at, struct entry, asked);
        at = at->next;
        e->unasked = true;
        if (e->follow) /* its facts are there: only codings were to come */
            make_do(fs, e);
    }
    while (!list_empty(&fs->hashed))
        give_up_digest(fs, LIST_ENTRY(fs->hashed.next, struct entry, hashed));
    fs->asks_waiting = true;
}

bool replies_take(struct files *fs)
{
    struct prepare_answer a;

    if (fs->prepare_down)
        return false;
    int rc = client_take(fs->client, &a);
    if (rc < 0)
        lose_preparer(fs, rc);
    if (rc > 0)
        take_one(fs, &a);
    return rc > 0;
}

void replies_renew(struct files *fs, int fd)
{
    CHECK(fd >= 0 && fd != fs->prepare_fd);
    client_renew(fs->client, fd);
    if (fs->prepare_fd >= 0)
        close(fs->prepare_fd);
    fs->prepare_fd = fd;
    fs->prepare_down = false;
    poll_add_level(fs->poll, fd, &fs->prepare_fd);
    for (struct list *at = fs->asked.next; at != &fs->asked; at = at->next)
        questions_send(fs, LIST_ENTRY(at, struct entry, asked));
    questions_repeat_codings(fs);
}

/* Milliseconds until the next of them is late, -1: none waits. */
static int digests_turn(struct files *fs, uint64_t limit_us)
{
    while (!list_empty(&fs->hashed)) {
        struct entry *e = LIST_ENTRY(fs->hashed.next, struct entry, hashed);
        uint64_t due_us = e->hashed_us + limit_us;
        if (due_us > fs->now->us)
            return (int)((due_us - fs->now->us) / 1000) + 1;
        give_up_digest(fs, e);
    }
    return -1;
}

int replies_overdue(struct files *fs)
{
    uint64_t limit_us = fs->conf->timeouts.prepare_ms * 1000;
    int digests_ms = digests_turn(fs, limit_us);

    questions_flush(fs);
    drops_step(fs, drop);
    if (fs->drops.n > 0)
        digests_ms = 0; /* there is more to do */
    while (!list_empty(&fs->asked)) {
        struct entry *e = LIST_ENTRY(fs->asked.next, struct entry, asked);
        uint64_t due_us = e->sent_us + limit_us;
        if (due_us > fs->now->us) {
            int ms = (int)((due_us - fs->now->us) / 1000) + 1;
            return digests_ms < 0 || ms < digests_ms ? ms : digests_ms;
        }
        questions_tell_late(fs, e);
        entry_hold(e);
        make_do(fs, e);
        entry_release(fs, e);
    }
    return digests_ms;
}

void replies_drop(struct files *fs)
{
    while (!list_empty(&fs->asked)) {
        struct entry *e = LIST_ENTRY(fs->asked.next, struct entry, asked);
        list_remove(&e->asked);
        entry_release(fs, e);
    }
    while (!list_empty(&fs->hashed)) {
        struct entry *e = LIST_ENTRY(fs->hashed.next, struct entry, hashed);
        list_remove(&e->hashed);
        entry_release(fs, e);
    }
    CHECK(list_empty(&fs->ready)); /* those that waited have gone on */
}

struct list *replies_ready(struct files *fs)
{
    struct list *waiter = fs->ready.next;

    if (list_empty(&fs->ready)) {
        fs->tries_before = 0;
        return NULL;
    }
    list_remove(waiter);
    return waiter;
}
