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
#include "base/uninit.h"
#include "files/entry.h"
#include "files/files.h"
#include "http/accept.h"
#include "http/basic.h"
#include "http/page.h"
#include "http/status.h"

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
    const char *vary;   /* NULL: nothing of its own */
    struct span plain;  /* HTML */
    const char *tongue; /* of its words; NULL: it has none */
};

static void put_plain(const struct reply *to, const struct refusal *f)
{
    struct txn *t = to->t;
    const struct blocks_head h = {
        .status = f->status,
        .type = "text/html; charset=utf-8",
        .fixed = f->fixed,
        .vary = f->vary,
        .tongue = f->tongue,
    };
    struct record *r = answer_record(to, f->status, f->reason);
    size_t from = t->out.n, n = f->plain.n;

    r->line.fault = f->fault;
    answer_head(to, &h, r, n);
    if (to->q->head.method == METHOD_HEAD)
        n = 0;
    buf_put(&t->out, f->plain.p, n);
    txn_piece_out(t, from);
    answer_close(to, r, n);
}

/* The body is the file's, the status stays; nothing that could make a cache
 * keep it goes along: no validator, no-store (RFC 9111 4.2.2 lets caches keep a
 * 404 by themselves). */
static void put_own(const struct reply *to, const struct refusal *f,
                    struct entry *page)
{
    const struct blocks_head h = {
        .status = f->status,
        .type = page->type,
        .fixed = f->fixed,
        .vary = f->vary,
        .caching = "no-store",
    };
    struct record *r = answer_record(to, f->status, f->reason);

    r->line.fault = f->fault;
    answer_whole(to, &h, r, page);
}

static void put(const struct reply *to, const struct refusal *f)
{
    struct entry *page =
        f->status >= 400 ? pages_find(to->a, to->q->site, f->status) : NULL;

    if (page)
        put_own(to, f, page);
    else
        put_plain(to, f);
}

/* `fixed`: field lines; `sentence`: what the plain page says. */
static void put_error(const struct reply *to, struct refusal f,
                      struct wording sentence)
{
    UNINIT char storage[PAGE_BYTES_MAX];
    struct buf page = buf_over(storage, sizeof storage);
    enum language in = accept_language(&to->q->head);

    page_error(&page, in, f.status, sentence);
    f.plain = buf_span(&page);
    f.tongue = language_tag(in);
    put(to, &f);
}

/* Which form was selected decides whether a tag matches and where a range ends:
 * what names that choice is named here too (RFC 9110 12.5.5). */
void answer_refusal(const struct reply *to, const struct entry *e,
                    const struct plan *plan)
{
    char storage[64];
    struct buf fixed = buf_over(storage, sizeof storage);

    if (plan->status == 416) {
        BUF_LIT(&fixed, "Content-Range: bytes */");
        buf_u64(&fixed, e->source.form[plan->coding]->size);
        BUF_LIT(&fixed, "\r\n");
    }
    put_error(
        to,
        (struct refusal){ .status = plan->status,
                          .reason = plan->reason,
                          .fixed = buf_span(&fixed),
                          .vary = blocks_vary(e) },
        wording(plan->status == 416 ? WORD_RANGE_BEHIND : WORD_OTHER_FILE));
}

void answer_error(const struct reply *to, const struct entry *e)
{
    put_error(to,
              (struct refusal){
                  .status = e->status, .reason = e->reason, .fixed = SPAN("") },
              wording_refused(e->reason));
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
        answer_query(b, target->query);
    }
    buf_span_put(b, span_from(all, hash));
}

void answer_moved(const struct reply *to, struct entry *e,
                  const struct target *target)
{
    UNINIT char where_storage[LOCATION_MAX], line[LOCATION_MAX + 16];
    UNINIT char body[BODY_MAX];
    struct buf where = buf_over(where_storage, sizeof where_storage);
    struct buf fixed = buf_over(line, sizeof line);
    struct buf page = buf_over(body, sizeof body);

    if (e->location)
        put_location(&where, e->location, target);
    if (!e->location || where.overflow) {
        answer_fault(to, FAULT_TARGET_LONG);
        return;
    }
    BUF_LIT(&fixed, "Location: ");
    buf_span_put(&fixed, buf_span(&where));
    BUF_LIT(&fixed, "\r\n");
    page_redirect(&page, e->status, buf_span(&where));
    if (page.overflow) { /* the field says it; the page need not repeat it */
        page = buf_over(body, sizeof body);
        page_begin(&page, LANGUAGE_EN, e->status);
    }
    put(to, &(struct refusal){ .status = e->status,
                               .reason = e->reason,
                               .fixed = buf_span(&fixed),
                               .plain = buf_span(&page) });
}

void answer_fault(const struct reply *to, enum fault fault)
{
    const struct fault_row *row = fault_row(fault);

    put_error(to,
              (struct refusal){ .status = row->status,
                                .reason = REASON_FAULT,
                                .fault = fault,
                                .fixed = SPAN("") },
              wording_fault(fault));
}

static struct span allow_line(char *storage, size_t cap)
{
    struct buf b = buf_over(storage, cap);

    BUF_LIT(&b, "Allow: ");
    buf_span_put(&b, method_allow());
    BUF_LIT(&b, "\r\n");
    return buf_span(&b);
}

void answer_status(const struct reply *to, int status, enum reason reason)
{
    char storage[64];
    bool allow = status == 405 || status == 501;

    put_error(
        to,
        (struct refusal){ .status = status,
                          .reason = reason,
                          .fixed = allow ? allow_line(storage, sizeof storage)
                                         : SPAN("") },
        wording(WORD_NOTHING));
}

void answer_challenge(const struct reply *to, const char *realm,
                      enum reason reason)
{
    char storage[512];
    struct buf fixed = buf_over(storage, sizeof storage);

    basic_challenge(&fixed, span_str(realm));
    put_error(to,
              (struct refusal){
                  .status = 401, .reason = reason, .fixed = buf_span(&fixed) },
              wording(reason == REASON_WRONG_CREDENTIALS ? WORD_WRONG_PASSWORD
                                                         : WORD_ASKS_PASSWORD));
}

void answer_later(const struct reply *to, int status, enum reason reason,
                  uint64_t seconds)
{
    char storage[64];
    struct buf fixed = buf_over(storage, sizeof storage);

    buf_fmt(&fixed, "Retry-After: %llu\r\n", (unsigned long long)seconds);
    put_error(
        to,
        (struct refusal){
            .status = status, .reason = reason, .fixed = buf_span(&fixed) },
        wording(reason == REASON_ATTEMPTS ? WORD_ATTEMPTS : WORD_NOTHING));
}

/* A preflight of another origin is told what the rules say (Fetch 3.2.2); every
 * other OPTIONS the methods. */
void answer_options(const struct reply *to)
{
    struct txn *t = to->t;
    char storage[64];
    bool preflight =
        head_has(&to->q->head, FIELD_ORIGIN) &&
        head_has(&to->q->head, FIELD_ACCESS_CONTROL_REQUEST_METHOD) &&
        blocks_shared(to->a->files, to->q->site, to->q->path);
    const struct blocks_head h = {
        .status = 204,
        .fixed = allow_line(storage, sizeof storage),
    };
    struct record *r =
        answer_record(to, 204, preflight ? REASON_PREFLIGHT : REASON_OPTIONS);
    size_t from = t->out.n;

    answer_head(to, &h, r, ANSWER_NO_LENGTH);
    txn_piece_out(t, from);
    answer_close(to, r, 0);
}

void answer_continue(struct txn *t)
{
    size_t from = t->out.n;

    buf_span_put(&t->out, status_line(100));
    BUF_LIT(&t->out, "\r\n");
    txn_piece_out(t, from);
}
