/* SPDX-License-Identifier: MIT
 *
 * making: steps of a document's making.
 * Layer: answer.
 * Heap: names, items and the document of one listing at a time; the documents
 * of all that are sent, LISTINGS_BYTES.
 */
#include "answer/making.h"

#include <stdlib.h>
#include <string.h>

#include "answer/answer.h"
#include "answer/listings.h"
#include "answer/txn.h"
#include "base/check.h"
#include "base/uninit.h"
#include "conf/rules.h"
#include "files/entry.h"
#include "files/files.h"
#include "files/keep.h"
#include "http/target.h"
#include "os/clock.h"

/* What is done between two looks at the clock; of links each is an open. */
#define NAMES_STEP 16
#define ITEMS_STEP 32

/* A document is of a form and in an order, which are one number here. */
#define FORMS (LISTED_JSON + 1u)

unsigned making_document(unsigned form, struct listing_order order)
{
    return form + FORMS * ((unsigned)order.key * 2 + order.down);
}

unsigned making_form(unsigned document)
{
    return document % FORMS;
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

/* Those that have been read since the last time, into `item`. */
static void select_items(const struct reply *to, struct making *m)
{
    for (; m->seen < m->names.d.n; m->seen++) {
        struct directory_item *from = &m->names.d.item[m->seen];
        if (!shown(to, m->of, from))
            continue;
        m->item[m->l.n++] =
            (struct listing_item){ span_str(from->name),
                                   from->kind == DIRECTORY_FOLDER, from->size,
                                   from->mtime_s, !from->asked };
    }
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

/* The names of e, which stay where they are until it is written. */
static bool begin_names(const struct reply *to, struct making *m,
                        struct entry *e)
{
    struct files *fs = to->a->files;

    if (e->names) {
        m->names = (struct names){ .fd = -1, .d = *e->names };
        memset(e->names, 0, sizeof *e->names);
        entry_names(e, NULL);
        return true;
    }
    int error = names_begin(&m->names, fs, to->q->site, e->root, e->file_path);
    if (error)
        keep_failed(fs, e->file_path, error);
    return error == 0;
}

static bool begin(const struct reply *to, struct making *m, struct entry *e,
                  unsigned document)
{
    if (to->a->files->listing_bytes >= LISTINGS_BYTES)
        return false; /* no need to look */
    *m = (struct making){ .of = e, .document = document, .turn = to->a->turn };
    entry_hold(e);
    m->l = (struct listing){ .path = span_of(e->path, e->path_n),
                             .order = order_of(document) };
    m->names.fd = -1;
    m->item = calloc(NAMES_MAX, sizeof *m->item);
    m->spare = calloc(NAMES_MAX, sizeof *m->spare);
    return m->item && m->spare && begin_names(to, m, e);
}

/* An entry of its own, whose bytes the document becomes. */
static bool begin_page(struct making *m)
{
    size_t cap;

    m->l.item = m->item;
    m->l.cut = m->names.d.cut;
    cap = listing_bytes_max(&m->l);
    m->page = entry_new(0, m->l.path, 0);
    if (!m->page)
        return false;
    m->page->kind = ENTRY_PAGE;
    m->page->page = malloc(cap);
    m->b = buf_over(m->page->page, cap);
    return m->page->page != NULL;
}

static enum making_result read_some(const struct reply *to, struct making *m)
{
    bool more = m->names.fd >= 0 && names_more(&m->names, NAMES_STEP);

    select_items(to, m);
    if (!more) {
        names_end(&m->names);
        m->step = MAKING_SORTS;
    }
    return MAKING_ON;
}

static enum making_result sort_some(struct making *m)
{
    if (!listing_sort_some(&m->sort, &m->item, &m->spare, m->l.n,
                           listing_compare_of(m->l.order)))
        return MAKING_ON;
    m->step = MAKING_PUTS;
    return begin_page(m) ? MAKING_ON : MAKING_FAILED;
}

static enum making_result put_some(struct answers *a, struct making *m)
{
    unsigned form = making_form(m->document);
    bool last = form == LISTED_JSON
                    ? listing_json_part(&m->b, &m->l, m->at, ITEMS_STEP)
                    : listing_html_part(&m->b, &m->l, (enum language)form,
                                        m->at, ITEMS_STEP);

    m->at += ITEMS_STEP;
    if (!last)
        return MAKING_ON;
    if (m->b.overflow || !keep(a, m->page, m->b.n))
        return MAKING_FAILED;
    m->page->own_form.bytes = m->page->page;
    m->page->own_form.plan.size = m->b.n;
    return MAKING_DONE;
}

static enum making_result step(const struct reply *to, struct making *m)
{
    switch (m->step) {
    case MAKING_READS:
        return read_some(to, m);
    case MAKING_SORTS:
        return sort_some(m);
    case MAKING_PUTS:
        break;
    }
    return put_some(to->a, m);
}

/* Is it what this request waits for?  A folder that changes may have another
 * entry by now; it is what was there after it had been asked for. */
static bool suits(const struct making *m, const struct reply *to,
                  const struct entry *e, unsigned document)
{
    return m->of->site == e->site && m->document == document &&
           m->turn >= to->t->queued_turn &&
           span_eq(span_of(m->of->path, m->of->path_n),
                   span_of(e->path, e->path_n));
}

enum making_result making_go_on(const struct reply *to, struct entry *e,
                                unsigned document, uint64_t until_us,
                                struct made *made)
{
    struct making *m = &to->a->listed.making;
    enum making_result r = MAKING_ON;

    if (m->of && !suits(m, to, e, document))
        making_forget(to->a);
    if (!m->of && !begin(to, m, e, document))
        r = MAKING_FAILED;
    /* names that a helper has brought are not to be had once more */
    bool once = m->names.fd < 0 && m->step == MAKING_READS;
    while (r == MAKING_ON) {
        r = step(to, m);
        if (r == MAKING_ON && !once && clock_mono_us() >= until_us)
            return r;
    }
    if (r == MAKING_DONE) {
        *made = (struct made){ m->page, m->turn };
        m->page = NULL;
    }
    making_forget(to->a);
    return r;
}

void making_forget(struct answers *a)
{
    struct making *m = &a->listed.making;

    if (!m->of)
        return;
    names_end(&m->names);
    directory_free(&m->names.d);
    free(m->item);
    free(m->spare);
    if (m->page)
        entry_release(a->files, m->page);
    entry_release(a->files, m->of);
    memset(m, 0, sizeof *m);
}
