/* SPDX-License-Identifier: MIT
 *
 * refusal: answers without a file: errors, redirects, OPTIONS.
 * Layer: answer.  Their heads are made when they are sent: they depend on the
 * request, and nobody is to wait for them.
 */
#include "answer/answer.h"

#include "answer/answer_parts.h"
#include "answer/pages.h"
#include "answer/txn.h"
#include "base/chars.h"
#include "base/uninit.h"
#include "files/entry.h"
#include "http/page.h"
#include "http/status.h"
#include "serve/worker.h"

/* With BLOCK_RULES_MAX these keep an answer within REQUEST_ROOM. */
#define LOCATION_MAX 8400
#define BODY_MAX 3600
_Static_assert(BLOCK_RULES_MAX + LOCATION_MAX + BODY_MAX < REQUEST_ROOM,
               "a redirect has room");

/* A page that is to be sent: the site's own, or the one in `plain`. */
struct refusal {
    int status;
    enum reason reason;
    enum fault fault;
    struct span fixed;
    const char *vary;  /* NULL: nothing of its own */
    struct span plain; /* HTML */
    bool persist;
};

static void put_plain(struct worker *w, struct conn *c, struct txn *t,
                      const struct refusal *f)
{
    const struct blocks_head h = {
        .status = f->status,
        .type = "text/html; charset=utf-8",
        .fixed = f->fixed,
        .vary = f->vary,
    };
    struct record *r = answer_record(w, c, t, f->status, f->reason);
    size_t from = t->out.n, n = f->plain.n;

    r->line.fault = f->fault;
    answer_head(w, t, &h, r, n, f->persist);
    if (w->head.method == METHOD_HEAD)
        n = 0;
    buf_put(&t->out, f->plain.p, n);
    txn_piece_out(t, from);
    answer_close(t, r, n);
}

/* The body is the file's, the status stays; nothing that could make a cache
 * keep it goes along: no validator, no-store (RFC 9111 4.2.2 lets caches keep a
 * 404 by themselves). */
static void put_own(struct worker *w, struct conn *c, struct txn *t,
                    const struct refusal *f, struct entry *page)
{
    const struct blocks_head h = {
        .status = f->status,
        .type = page->type,
        .fixed = f->fixed,
        .vary = f->vary,
        .caching = "no-store",
    };
    struct record *r = answer_record(w, c, t, f->status, f->reason);
    uint64_t n = page->source.form[CODING_IDENTITY].size;
    size_t from = t->out.n;

    r->line.fault = f->fault;
    answer_head(w, t, &h, r, n, f->persist);
    txn_piece_out(t, from);
    if (w->head.method == METHOD_HEAD)
        n = 0;
    if (n) {
        answer_content(t, page, &page->form[CODING_IDENTITY], 0, n);
        entry_hold(page);
        r->entry = page;
    }
    answer_close(t, r, n);
}

static void put(struct worker *w, struct conn *c, struct txn *t,
                const struct refusal *f)
{
    struct entry *page = f->status >= 400 ? pages_find(w, f->status) : NULL;

    if (page)
        put_own(w, c, t, f, page);
    else
        put_plain(w, c, t, f);
}

/* `fixed`: field lines; `sentence`: what the plain page says. */
static void put_error(struct worker *w, struct conn *c, struct txn *t,
                      struct refusal f, const char *sentence)
{
    UNINIT char storage[PAGE_BYTES_MAX];
    struct buf page = buf_over(storage, sizeof storage);

    page_error(&page, f.status, sentence);
    f.plain = buf_span(&page);
    put(w, c, t, &f);
}

/* Which form was selected decides whether a tag matches and where a range ends:
 * what names that choice is named here too (RFC 9110 12.5.5). */
void answer_refusal(struct worker *w, struct conn *c, struct txn *t,
                    const struct entry *e, const struct plan *plan,
                    bool persist)
{
    char storage[64];
    struct buf fixed = buf_over(storage, sizeof storage);

    if (plan->status == 416) {
        BUF_LIT(&fixed, "Content-Range: bytes */");
        buf_u64(&fixed, e->source.form[plan->coding].size);
        BUF_LIT(&fixed, "\r\n");
    }
    put_error(w, c, t,
              (struct refusal){ .status = plan->status,
                                .reason = plan->reason,
                                .fixed = buf_span(&fixed),
                                .vary = blocks_vary(e),
                                .persist = persist },
              plan->status == 416 ? "The file ends before that range begins."
                                  : "The file is not the one you asked about.");
}

void answer_error(struct worker *w, struct conn *c, struct txn *t,
                  const struct entry *e, bool persist)
{
    put(w, c, t,
        &(struct refusal){ .status = e->status,
                           .reason = e->reason,
                           .fixed = SPAN(""),
                           .plain =
                               span_of(e->form[CODING_IDENTITY].bytes,
                                       e->source.form[CODING_IDENTITY].size),
                           .persist = persist });
}

/* A query is kept as it came, but for what browsers may send and a URI
 * reference may not hold (RFC 3986 appendix A). */
static void put_query(struct buf *b, struct span query)
{
    for (size_t i = 0; i < query.n; i++) {
        if (chars_is(query.p[i], CHAR_TARGET))
            buf_char(b, query.p[i]);
        else
            buf_fmt(b, "%%%02X", (unsigned)(unsigned char)query.p[i]);
    }
}

/* The target's own query comes first, then the request's, before a fragment. */
static void put_location(struct buf *b, const char *to,
                         const struct target *target)
{
    struct span all = span_str(to);
    size_t hash = span_find(all, '#');
    struct span before = span_to(all, hash);

    buf_span_put(b, before);
    if (target->query.p) {
        buf_char(b, span_find(before, '?') < before.n ? '&' : '?');
        put_query(b, target->query);
    }
    buf_span_put(b, span_from(all, hash));
}

void answer_moved(struct worker *w, struct conn *c, struct txn *t,
                  struct entry *e, const struct target *target, bool persist)
{
    UNINIT char where_storage[LOCATION_MAX], line[LOCATION_MAX + 16];
    UNINIT char body[BODY_MAX];
    struct buf where = buf_over(where_storage, sizeof where_storage);
    struct buf fixed = buf_over(line, sizeof line);
    struct buf page = buf_over(body, sizeof body);

    if (e->location)
        put_location(&where, e->location, target);
    if (!e->location || where.overflow) {
        answer_fault(w, c, t, FAULT_TARGET_LONG, persist);
        return;
    }
    BUF_LIT(&fixed, "Location: ");
    buf_span_put(&fixed, buf_span(&where));
    BUF_LIT(&fixed, "\r\n");
    page_redirect(&page, e->status, buf_span(&where));
    if (page.overflow) { /* the field says it; the page need not repeat it */
        page = buf_over(body, sizeof body);
        page_error(&page, e->status, "");
    }
    put(w, c, t,
        &(struct refusal){ .status = e->status,
                           .reason = e->reason,
                           .fixed = buf_span(&fixed),
                           .plain = buf_span(&page),
                           .persist = persist });
}

void answer_fault(struct worker *w, struct conn *c, struct txn *t,
                  enum fault fault, bool persist)
{
    const struct fault_row *row = fault_row(fault);

    put_error(w, c, t,
              (struct refusal){ .status = row->status,
                                .reason = REASON_FAULT,
                                .fault = fault,
                                .fixed = SPAN(""),
                                .persist = persist },
              row->text);
}

static struct span allow_line(char *storage, size_t cap)
{
    struct buf b = buf_over(storage, cap);

    BUF_LIT(&b, "Allow: ");
    buf_span_put(&b, method_allow());
    BUF_LIT(&b, "\r\n");
    return buf_span(&b);
}

void answer_status(struct worker *w, struct conn *c, struct txn *t, int status,
                   enum reason reason, bool persist)
{
    char storage[64];
    bool allow = status == 405 || status == 501;

    put_error(
        w, c, t,
        (struct refusal){ .status = status,
                          .reason = reason,
                          .fixed = allow ? allow_line(storage, sizeof storage)
                                         : SPAN(""),
                          .persist = persist },
        "");
}

/* A preflight of another origin is told what the rules say (Fetch 3.2.2); every
 * other OPTIONS the methods. */
void answer_options(struct worker *w, struct conn *c, struct txn *t,
                    bool persist)
{
    char storage[64];
    bool preflight = head_has(&w->head, FIELD_ORIGIN) &&
                     head_has(&w->head, FIELD_ACCESS_CONTROL_REQUEST_METHOD) &&
                     blocks_shared(&w->files, w->site, w->path);
    const struct blocks_head h = {
        .status = 204,
        .fixed = allow_line(storage, sizeof storage),
    };
    struct record *r = answer_record(
        w, c, t, 204, preflight ? REASON_PREFLIGHT : REASON_OPTIONS);
    size_t from = t->out.n;

    answer_head(w, t, &h, r, ANSWER_NO_LENGTH, persist);
    txn_piece_out(t, from);
    answer_close(t, r, 0);
}

void answer_continue(struct txn *t)
{
    size_t from = t->out.n;

    buf_span_put(&t->out, status_line(100));
    BUF_LIT(&t->out, "\r\n");
    txn_piece_out(t, from);
}
