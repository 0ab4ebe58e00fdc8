/* SPDX-License-Identifier: MIT
 *
 * listings: the queue for documents, and answers with a page or JSON.
 * Layer: answer.  Made afresh and kept no longer: the directory may change
 * without any of its files' knowledge.  Fails with 503. Heap: one bounded
 * document (answer/making) for all that asked for it before it was begun, which
 * lives until they have it and nobody waits; a connection has one at a time
 * (REQUEST_HEAVY), all together LISTINGS_BYTES.
 */
#include "answer/listings.h"

#include <stdlib.h>
#include <string.h>

#include "answer/answer.h"
#include "answer/answer_parts.h"
#include "answer/txn.h"
#include "base/check.h"
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

void listings_forget(struct answers *a)
{
    struct listed *l = &a->listed;

    making_forget(a);
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
                     uint64_t turn, struct entry *page)
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
    *slot = (struct listed_slot){ e, page, document, turn };
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
    unsigned form = making_form(document);
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

static unsigned document_for(const struct reply *to, struct span query)
{
    return making_document(form_of(&to->q->head), listing_order_of(query));
}

bool listings_queue(const struct reply *to, struct entry *e, struct span query)
{
    struct answers *a = to->a;
    struct listed *l = &a->listed;
    unsigned document = document_for(to, query);
    struct made made;
    enum reason reason;

    if (!l->open) {
        to->t->queued_turn = a->turn;
        list_append(&l->queue, &to->t->waiter);
        return true;
    }
    if (status_of(to, &reason) != 200 || made_before(a, to->t, e, document))
        return false;
    switch (making_go_on(to, e, document, l->until_us, &made)) {
    case MAKING_ON: /* it is the next one's turn when this one's is over */
        list_prepend(&l->queue, &to->t->waiter);
        return true;
    case MAKING_DONE:
        remember(a, e, document, made.turn, made.page);
        entry_release(a->files, made.page);
        break;
    case MAKING_FAILED:
        break;
    }
    return false;
}

void answer_listing(const struct reply *to, struct entry *e, struct span query)
{
    enum reason reason;
    int status = status_of(to, &reason);
    unsigned document = document_for(to, query);

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
    if (page)
        put(to, e, page, document);
    else
        answer_status(to, 503, REASON_OVERLOAD);
}
