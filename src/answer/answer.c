/* SPDX-License-Identifier: MIT
 *
 * answer: composes heads from prepared blocks, and bodies from memory or files.
 * Layer: answer.  Allocates nothing.
 */
#include "answer/answer.h"

#include <sys/random.h>

#include "answer/answer_parts.h"
#include "answer/explain_field.h"
#include "answer/listings.h"
#include "answer/pages.h"
#include "answer/events.h"
#include "answer/txn.h"
#include "base/apart.h"
#include "base/check.h"
#include "base/uninit.h"
#include "files/audit.h"
#include "files/blocks.h"
#include "files/entry.h"
#include "files/files.h"
#include "files/fill.h"
#include "files/forms.h"
#include "files/passing.h"
#include "files/tags.h"
#include "files/wish.h"
#include "http/accept.h"
#include "http/status.h"
#include "serve/conn.h"

/* What one response adds to a prepared block. */
struct variant {
    int status;        /* 0: the block's own status and length */
    struct span type;  /* replaces Content-Type; p NULL: the block's */
    struct span extra; /* further field lines */
    bool with_length;
    uint64_t length;
};

static APART void put_changed(const struct reply *to, const struct block *k,
                              const struct variant *v)
{
    struct buf *b = &to->t->out;

    if (v->status)
        buf_span_put(b, status_line(v->status));
    else
        buf_put(b, k->text, k->shape.common_at);
    size_t from = v->type.p ? k->shape.fields_at : k->shape.type_at;
    buf_put(b, k->text + k->shape.common_at,
            (size_t)(k->shape.type_at - k->shape.common_at));
    buf_span_put(b, v->type.p ? v->type : SPAN(""));
    buf_put(b, k->text + from, k->shape.length_at - from);
    if (v->extra.p)
        buf_span_put(b, v->extra);
    if (v->status == 0)
        buf_put(b, k->text + k->shape.length_at,
                (size_t)(k->shape.connection_at - k->shape.length_at));
    else if (v->with_length)
        answer_length(b, v->length);
    answer_connection(to, b);
}

/* k: one of the form's. */
static inline void put_head(const struct reply *to, struct entry *e,
                            const struct entry_form *f, struct block *k,
                            const struct variant *v)
{
    fill(to->a->files, e, f, k);
    if (v->status == 0 && to->persist && !v->extra.p)
        buf_put(&to->t->out, k->text, k->shape.bytes);
    else
        put_changed(to, k, v);
}

static void hold(struct record *r, struct entry *e)
{
    CHECK(!r->entry);
    entry_hold(e);
    r->entry = e;
}

static uint64_t random_bits(void)
{
    uint64_t v = 0;

    (void)!getrandom(&v, sizeof v, GRND_NONBLOCK);
    return v;
}

static struct block *partial_of(struct entry_form *f)
{
    return f->partial ? f->partial : f->ok;
}

struct multipart {
    char boundary[32];
    size_t boundary_n;
    struct span type; /* the line that a 200 would have had, or nothing */
};

static void put_part_head(struct buf *b, const struct multipart *m,
                          const struct range_piece *p, uint64_t size)
{
    BUF_LIT(b, "\r\n--");
    buf_put(b, m->boundary, m->boundary_n);
    BUF_LIT(b, "\r\n");
    buf_span_put(b, m->type);
    BUF_LIT(b, "Content-Range: bytes ");
    buf_u64(b, p->first);
    buf_char(b, '-');
    buf_u64(b, p->first + p->bytes - 1);
    buf_char(b, '/');
    buf_u64(b, size);
    BUF_LIT(b, "\r\n\r\n");
}

static void put_part_end(struct buf *b, const struct multipart *m)
{
    BUF_LIT(b, "\r\n--");
    buf_put(b, m->boundary, m->boundary_n);
    BUF_LIT(b, "--\r\n");
}

/* Length of everything between the head and the end of the last boundary. */
static uint64_t multipart_length(const struct multipart *m,
                                 const struct range_plan *plan, uint64_t size)
{
    char storage[512];
    uint64_t n = 0;

    for (unsigned i = 0; i < plan->n; i++) {
        struct buf b = buf_over(storage, sizeof storage);
        put_part_head(&b, m, &plan->piece[i], size);
        CHECK(!b.overflow);
        n += b.n + plan->piece[i].bytes;
    }
    struct buf b = buf_over(storage, sizeof storage);
    put_part_end(&b, m);
    return n + b.n;
}

/* 206 with several parts (RFC 9110 14.6); the boundary can't be foreseen, so no
 * file can hold it on purpose. */
static uint64_t put_multipart(const struct reply *to, struct entry *e,
                              struct entry_form *f, const struct plan *plan,
                              struct variant *v)
{
    struct txn *t = to->t;
    uint64_t size = f->plan.size;
    struct block *k = partial_of(f);
    struct multipart m;
    char type[128];
    struct buf mb = buf_over(m.boundary, sizeof m.boundary);
    struct buf tb = buf_over(type, sizeof type);

    buf_hex(&mb, random_bits() | 1);
    m.boundary_n = mb.n;
    BUF_LIT(&tb, "Content-Type: multipart/byteranges; boundary=");
    buf_put(&tb, m.boundary, m.boundary_n);
    BUF_LIT(&tb, "\r\n");
    v->type = buf_span(&tb);
    v->with_length = true;
    m.type = span_of(k->text + k->shape.type_at,
                     (size_t)(k->shape.fields_at - k->shape.type_at));
    v->length = multipart_length(&m, &plan->range, size);

    size_t from = t->out.n;
    put_head(to, e, f, k, v);
    for (unsigned i = 0; i < plan->range.n; i++) {
        const struct range_piece *p = &plan->range.piece[i];
        put_part_head(&t->out, &m, p, size);
        txn_piece_out(t, from);
        /* not copied: txn.out has room for one content, not for all parts' */
        answer_stored(to, e, f, p->first, p->bytes);
        from = t->out.n;
    }
    put_part_end(&t->out, &m);
    txn_piece_out(t, from);
    v->type = SPAN_NONE; /* it lies in this frame */
    return v->length;
}

static uint64_t put_range(const struct reply *to, struct entry *e,
                          struct entry_form *f, const struct plan *plan,
                          struct variant *v)
{
    struct txn *t = to->t;
    const struct range_piece *p = &plan->range.piece[0];

    if (plan->range.n > 1)
        return put_multipart(to, e, f, plan, v);
    v->with_length = true;
    v->length = p->bytes;
    size_t from = t->out.n;
    put_head(to, e, f, partial_of(f), v);
    txn_piece_out(t, from);
    answer_content(to, e, f, p->first, p->bytes);
    return p->bytes;
}

/* Field lines that no prepared head can have. */
static void put_own_lines(const struct reply *to, struct buf *b,
                          const struct entry *e, const struct plan *plan)
{
    if (e->etag_scheme == ETAG_SCHEME_CHANGING) {
        char tag[ETAG_BYTES_MAX];
        BUF_LIT(b, "ETag: ");
        buf_put(
            b, tag,
            tags_changing(tag, to->c->number, to->c->requests, to->a->now->us));
        BUF_LIT(b, "\r\n");
    }
    if (to->a->conf->explain_header)
        explain_field_put(b, to->a->conf, plan->status, plan->reason,
                          FAULT_NONE, e->rule_line);
    if (plan->status == 206 && plan->range.n == 1) {
        BUF_LIT(b, "Content-Range: bytes ");
        buf_u64(b, plan->range.piece[0].first);
        buf_char(b, '-');
        buf_u64(b, plan->range.piece[0].first + plan->range.piece[0].bytes - 1);
        buf_char(b, '/');
        buf_u64(b, e->source.form[plan->coding]->size);
        BUF_LIT(b, "\r\n");
    }
}

/* Tag and content are copied soon; the first lines of each are fetched now, the
 * processor sees by itself that the next ones are wanted, too. */
static void fetch(const struct entry_form *f)
{
    __builtin_prefetch(f->tag_text);
    if (f->bytes) {
        __builtin_prefetch(f->bytes);
        __builtin_prefetch(f->bytes + 64);
    }
}

_Static_assert(PASSING_BYTES_MAX <= TXN_COPY_MAX, "they are copied");

/* There is no memory for the head that would say less. */
static void send_all_the_same(struct plan *plan)
{
    plan->status = 200;
    plan->reason = REASON_WHOLE;
    plan->coding = CODING_IDENTITY;
    plan->identity_refused = false;
}

static void answer_file(const struct reply *to, struct entry *e)
{
    struct txn *t = to->t;
    fetch(&e->own_form);
    const struct head *h = &to->q->head;
    UNINIT struct plan plan;
    if (e->untold && head_has(h, FIELD_IF_NONE_MATCH))
        forms_tell(to->a->files, e);
    plan_make(&plan, h, &e->source, to->a->now->second + e->clock_s);
    if (plan.wish != CODING_IDENTITY)
        wish_ask(to->a->files, e, 1u << plan.wish);
    if (plan.status == 304 &&
        !blocks_not_modified(to->a->files, e, plan.coding))
        send_all_the_same(&plan);
    struct entry_form *f = entry_form(e, plan.coding);
    struct variant v = { .status = 0 };
    UNINIT char storage[ETAG_BYTES_MAX + 128 + EXPLAIN_FIELD_MAX];
    struct buf extra = buf_over(storage, sizeof storage);
    uint64_t content = 0;

    if (plan.status == 412 || plan.status == 416) {
        entry_hold(e); /* an error page may need its descriptor */
        answer_refusal(to, e, &plan);
        entry_release(to->a->files, e);
        return;
    }
    if (plan.reason == REASON_WHOLE)
        plan.reason = to->q->why;
    else if (f->others && plan.other_n == 0)
        plan.reason = audit_judge(to->a->files, h, e, &plan);
    struct record *r = answer_record(to, plan.status, plan.reason);
    r->line.coding =
        plan.coding == CODING_IDENTITY ? (enum coding)e->own : plan.coding;
    if (to->a->ring)
        event_file(to->a, r, e);
    put_own_lines(to, &extra, e, &plan);
    if (extra.n)
        v.extra = buf_span(&extra);
    if (plan.status == 206) {
        v.status = 206;
        content = put_range(to, e, f, &plan, &v);
    } else {
        size_t from = t->out.n;
        bool whole = plan.status == 200 && h->method != METHOD_HEAD;
        put_head(to, e, f, plan.status == 304 ? f->not_modified : f->ok, &v);
        if (plan.other_n)
            answer_tag(&t->out, from, span_of(plan.other, plan.other_n));
        content = whole ? f->plan.size : 0;
        if (whole && f->bytes && content <= TXN_COPY_MAX)
            buf_put(&t->out, f->bytes, (size_t)content);
        txn_piece_out(t, from);
        if (whole && !(f->bytes && content <= TXN_COPY_MAX))
            answer_content(to, e, f, 0, content);
    }
    if (content)
        hold(r, e);
    answer_close(to, r, content);
}

/* An error page prepared with its entry: 404 and the like, in English. */
static void answer_refused(const struct reply *to, struct entry *e)
{
    struct txn *t = to->t;
    struct entry_form *f = &e->own_form;
    struct variant v = { .status = 0 };
    uint64_t size = f->plan.size;

    if (to->a->conf->explain_header ||
        accept_language(&to->q->head) != LANGUAGE_EN ||
        pages_find(to->a, to->q->site, e->status)) {
        answer_error(to, e);
        return;
    }
    struct record *r = answer_record(to, e->status, e->reason);
    size_t from = t->out.n;
    put_head(to, e, f, f->ok, &v);
    if (to->q->head.method != METHOD_HEAD)
        buf_put(&t->out, f->bytes, (size_t)size);
    else
        size = 0;
    txn_piece_out(t, from);
    answer_close(to, r, size);
}

void answer_entry(const struct reply *to, struct entry *e,
                  const struct target *target)
{
    CHECK(!e->pending);
    if (e->kind == ENTRY_FILE)
        answer_file(to, e);
    else if (e->kind == ENTRY_MOVED)
        answer_moved(to, e, target);
    else if (e->kind == ENTRY_LISTING)
        answer_listing(to, e, target->query);
    else
        answer_refused(to, e);
}
