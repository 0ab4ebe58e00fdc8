/* SPDX-License-Identifier: MIT
 *
 * listings: reads the directory, leaves out what can't be asked for, and sends
 * a page or JSON.
 * Layer: answer.  Made afresh in each turn and kept no longer: the directory
 * may change without any of its files' knowledge.  Fails with 503. Heap: one
 * bounded document for all that ask for it in one turn, which lives until they
 * have it and another turn lists something; a connection has one at a time
 * (REQUEST_HEAVY), all together LISTINGS_BYTES.
 */
#include "answer/listings.h"

#include <stdlib.h>
#include <string.h>

#include "answer/answer.h"
#include "answer/answer_parts.h"
#include "answer/txn.h"
#include "base/check.h"
#include "base/uninit.h"
#include "conf/rules.h"
#include "files/entry.h"
#include "files/files.h"
#include "files/keep.h"
#include "files/names.h"
#include "http/accept.h"
#include "http/cond.h"
#include "http/listing.h"
#include "http/target.h"
#include "os/directory.h"

/* A document is of a form and in an order, which are one number here. */
#define FORMS (LISTED_JSON + 1u)

static unsigned document_of(unsigned form, struct listing_order order)
{
    return form + FORMS * ((unsigned)order.key * 2 + order.down);
}

static struct listing_order order_of(unsigned document)
{
    unsigned n = document / FORMS;

    CHECK(n < LISTING_ORDERS);
    return (struct listing_order){ (enum listing_key)(n / 2), n % 2 };
}

/* A control character in a path is a fault (target.h). */
static bool askable(struct span name)
{
    for (size_t i = 0; i < name.n; i++) {
        if ((unsigned char)name.p[i] < 0x20 || name.p[i] == 0x7f)
            return false;
    }
    return target_utf8(name);
}

/* Names are told to those that may have the files, whom the same passwords let
 * in to the listing ([access]). */
static bool allowed(const struct reply *to, const struct entry *e,
                    const struct directory_item *item)
{
    const struct conf *conf = to->a->conf;
    UNINIT char storage[4096 + 256];
    struct buf b = buf_over(storage, sizeof storage);
    struct conf_access of_it, of_all;

    if (conf->n_accesses == 0)
        return true;
    buf_put(&b, e->path, e->path_n);
    buf_str(&b, item->name);
    if (item->kind == DIRECTORY_FOLDER)
        buf_char(&b, '/');
    if (b.overflow || !access_find(conf, to->q->site, buf_span(&b), &of_it))
        return !b.overflow;
    return access_find(conf, to->q->site, span_of(e->path, e->path_n),
                       &of_all) &&
           of_all.passwords == of_it.passwords;
}

/* What a request for it would not be answered with 404 or 403 for. */
static bool shown(const struct reply *to, const struct entry *e,
                  struct directory_item *item)
{
    struct span name = span_str(item->name);

    if (name.p[0] == '.' && to->q->site->dotfiles == DOTFILES_DENY)
        return e->path_n == 1 && span_eq(name, SPAN(".well-known")) &&
               item->kind == DIRECTORY_FOLDER;
    if (!askable(name) || !allowed(to, e, item))
        return false;
    return item->kind == DIRECTORY_FILE || item->kind == DIRECTORY_FOLDER;
}

/* Both point into what `d` owns. */
static struct listing_item *select_items(const struct reply *to,
                                         const struct entry *e,
                                         struct directory *d,
                                         struct listing_order order, size_t *n)
{
    struct listing_item *item = calloc(d->n + 1, sizeof *item);

    *n = 0;
    for (size_t i = 0; item && i < d->n; i++) {
        struct directory_item *from = &d->item[i];
        if (!shown(to, e, from))
            continue;
        item[(*n)++] =
            (struct listing_item){ span_str(from->name),
                                   from->kind == DIRECTORY_FOLDER, from->size,
                                   from->mtime_s, !from->asked };
    }
    if (*n > 1)
        qsort(item, *n, sizeof *item, listing_compare_of(order));
    return item;
}

/* Storage of what it really came to: false when others hold too much. */
static bool keep(struct answers *a, struct entry *page, size_t n)
{
    if (n > LISTINGS_BYTES - a->files->listing_bytes)
        return false;
    char *less = realloc(page->page, n);
    if (less)
        page->page = less;
    CHECK(page->listing_bytes == 0);
    page->listing_bytes = n;
    a->files->listing_bytes += n;
    return true;
}

/* An entry of its own with the document as its bytes, or NULL. */
static struct entry *compose(struct answers *a, const struct listing *l,
                             unsigned document)
{
    size_t cap = listing_bytes_max(l);
    struct entry *page = entry_new(0, l->path, 0);

    if (!page)
        return NULL;
    page->kind = ENTRY_PAGE;
    page->page = malloc(cap);
    if (!page->page)
        return page;
    struct buf b = buf_over(page->page, cap);
    unsigned form = document % FORMS;
    if (form == LISTED_JSON)
        listing_json(&b, l);
    else
        listing_html(&b, l, (enum language)form);
    if (b.overflow || !keep(a, page, b.n))
        return page;
    page->own_form.bytes = page->page;
    page->own_form.plan.size = b.n;
    return page;
}

void listings_forget(struct answers *a)
{
    struct listed *l = &a->listed;

    for (unsigned i = 0; i < LISTED_MAX; i++) {
        if (!l->slot[i].page)
            continue;
        entry_release(a->files, l->slot[i].of);
        entry_release(a->files, l->slot[i].page);
        l->slot[i].page = l->slot[i].of = NULL;
    }
}

bool listings_wait(const struct answers *a)
{
    return !list_empty(&a->listed.queue);
}

/* Whoever was in the queue when a document was made asked before that was
 * begun.
 */
static struct entry *made_before(struct answers *a, const struct txn *t,
                                 const struct entry *e, unsigned document)
{
    const struct listed *l = &a->listed;

    for (unsigned i = 0; i < LISTED_MAX; i++) {
        const struct listed_slot *s = &l->slot[i];
        if (s->page && s->of == e && s->document == document &&
            s->turn >= t->queued_turn)
            return s->page;
    }
    return NULL;
}

static void remember(struct answers *a, struct entry *e, unsigned document,
                     struct entry *page)
{
    struct listed_slot *slot = &a->listed.slot[a->listed.next];

    a->listed.next = (a->listed.next + 1) % LISTED_MAX;
    if (slot->page) {
        CHECK(slot->of);
        entry_release(a->files, slot->of);
        entry_release(a->files, slot->page);
    }
    CHECK(page != e && page->kind == ENTRY_PAGE);
    entry_hold(e);
    entry_hold(page);
    *slot = (struct listed_slot){ e, page, document, a->turn };
}

static struct entry *make(const struct reply *to, struct entry *e,
                          unsigned document)
{
    struct directory d;
    struct listing l = { .path = span_of(e->path, e->path_n),
                         .order = order_of(document) };
    struct entry *page = NULL;

    if (to->a->files->listing_bytes >= LISTINGS_BYTES)
        return NULL; /* no need to look */
    if (e->names) {
        d = *e->names; /* read by a helper, for once */
        memset(e->names, 0, sizeof *e->names);
        entry_names(e, NULL);
    } else {
        int error =
            names_read(to->a->files, to->q->site, e->root, e->file_path, &d);
        if (error) {
            keep_failed(to->a->files, e->file_path, error);
            return NULL;
        }
    }
    struct listing_item *item = select_items(to, e, &d, l.order, &l.n);
    l.item = item;
    l.cut = d.cut;
    if (item)
        page = compose(to->a, &l, document);
    free(item);
    directory_free(&d);
    if (page && !page->own_form.bytes) {
        entry_release(to->a->files, page);
        page = NULL;
    }
    return page;
}

/* A listing has no validators: only "*" can match (RFC 9110 13.1.1, 13.1.2). */
static int status_of(const struct reply *to, enum reason *reason)
{
    struct validators none = { .last_modified = COND_NO_DATE };
    struct cond_result r =
        cond_evaluate(&to->q->head, &none, to->a->now->second);

    *reason = r.verdict == COND_PROCEED ? REASON_LISTING : r.reason;
    return r.verdict == COND_NOT_MODIFIED ? 304
           : r.verdict == COND_FAILED     ? 412
                                          : 200;
}

static void put(const struct reply *to, const struct entry *e,
                struct entry *page, unsigned document)
{
    unsigned form = document % FORMS;
    bool json = form == LISTED_JSON;
    const struct blocks_head h = {
        .status = 200,
        .type = json ? "application/json" : "text/html; charset=utf-8",
        .fixed = SPAN(""),
        .caching = "no-cache",
        .vary = blocks_vary(e),
        .tongue = json ? NULL : language_tag((enum language)form),
    };
    struct record *r = answer_record(to, 200, REASON_LISTING);

    answer_whole(to, &h, r, page);
}

static void put_not_modified(const struct reply *to, const struct entry *e,
                             enum reason reason)
{
    struct txn *t = to->t;
    const struct blocks_head h = {
        .status = 304,
        .fixed = SPAN(""),
        .caching = "no-cache",
        .vary = blocks_vary(e),
    };
    struct record *r = answer_record(to, 304, reason);
    size_t from = t->out.n;

    answer_head(to, &h, r, ANSWER_NO_LENGTH);
    txn_piece_out(t, from);
    answer_close(to, r, 0);
}

static unsigned form_of(const struct head *h)
{
    if (accept_media(h, SPAN("application/json")) >
        accept_media(h, SPAN("text/html")))
        return LISTED_JSON;
    return accept_language(h);
}

void answer_listing(const struct reply *to, struct entry *e, struct span query)
{
    enum reason reason;
    int status = status_of(to, &reason);
    unsigned document =
        document_of(form_of(&to->q->head), listing_order_of(query));

    if (status == 304) {
        put_not_modified(to, e, reason);
        return;
    }
    if (status == 412) {
        struct plan plan = { .status = 412, .reason = reason };
        answer_refusal(to, e, &plan);
        return;
    }
    struct entry *page = made_before(to->a, to->t, e, document);
    if (page) {
        put(to, e, page, document);
        return;
    }
    page = make(to, e, document);
    if (!page) {
        answer_status(to, 503, REASON_OVERLOAD);
        return;
    }
    remember(to->a, e, document, page);
    put(to, e, page, document);
    entry_release(to->a->files, page);
}
