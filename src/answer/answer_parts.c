/* SPDX-License-Identifier: MIT
 *
 * answer_parts: records, heads and content, piece by piece.
 * Layer: answer.  Allocates nothing.
 */
#include "answer/answer_parts.h"

#include "answer/answer.h"
#include "answer/explain_field.h"
#include "answer/events.h"
#include "answer/txn.h"
#include "base/chars.h"
#include "http/date.h"
#include "http/plan.h"
#include "http/status.h"
#include "http/utf8.h"
#include "base/check.h"
#include "files/files.h"
#include "files/forms.h"
#include "serve/conn.h"

static const char close_fields[] = "Connection: close\r\n\r\n";

/* One that came twice is nobody's: a client's own beside a proxy's, say. */
static void put_ids(struct logline *l, const struct head *h, uint64_t wanted)
{
    uint64_t once = h->present & ~h->repeated & wanted;

    if (once >> FIELD_X_REQUEST_ID & 1)
        l->request_id =
            utf8_cut(head_value(h, FIELD_X_REQUEST_ID), LOGLINE_ID_MAX);
    if (once >> FIELD_TRACEPARENT & 1)
        l->traceparent =
            utf8_cut(head_value(h, FIELD_TRACEPARENT), LOGLINE_ID_MAX);
}

/* A copy: the next request on the connection may be another's. */
static struct span user_copy(struct txn *t)
{
    size_t from = t->text.n;

    if (!t->user_n)
        return SPAN_NONE;
    buf_span_put(&t->text, txn_user(t));
    CHECK(!t->text.overflow);
    return span_from(buf_span(&t->text), from);
}

struct record *answer_record(const struct reply *to, int status,
                             enum reason reason)
{
    struct txn *t = to->t;
    const struct head *h = &to->q->head;
    CHECK(t->record_n < TXN_RECORDS_MAX);
    struct record *r = &t->record[t->record_n++];
    r->entry = NULL;
    r->begun = r->quiet = false;
    r->fronted = to->q->front.on && to->q->front.named;
    if (r->fronted)
        r->client = to->q->front.client;
    r->started_us = to->c->first_us;
    r->line.request = to->c->requests;
    r->line.status = status;
    r->line.reason = reason;
    r->line.fault = FAULT_NONE;
    r->line.coding = CODING_IDENTITY;
    r->line.bytes = 0;
    r->line.end = END_SENT;
    r->line.method = h->method_text;
    r->line.target = h->target;
    r->line.minor = h->minor;
    r->line.user = user_copy(t);
    r->line.request_id = r->line.traceparent = SPAN_NONE;
    if (to->a->logs && h->n_fields) {
        r->line.host = head_value(h, FIELD_HOST);
        r->line.referer = head_value(h, FIELD_REFERER);
        r->line.user_agent = head_value(h, FIELD_USER_AGENT);
        if (h->present & to->a->ids)
            put_ids(&r->line, h, to->a->ids);
    } else {
        r->line.host = r->line.referer = r->line.user_agent = SPAN_NONE;
    }
    r->due_ms = r->rate = r->from_ms = 0;
    r->head = SPAN_NONE;
    r->answer_at = (uint32_t)t->out.n;
    if (to->a->ring)
        event_opened(to, r);
    txn_record_texts(t, h->bytes);
    return r;
}

void answer_close(const struct reply *to, struct record *r, uint64_t bytes)
{
    if (to->a->conf->protocol == PROTOCOL_1_0)
        to->t->out.p[r->answer_at + sizeof "HTTP/1." - 1] = '0';
    r->line.bytes = bytes;
    r->ends = to->t->queued;
    CHECK(r->ends >= to->t->sent + bytes);
}

void answer_connection(const struct reply *to, struct buf *b)
{
    if (to->persist) {
        buf_put(b, to->a->keep_alive.p, to->a->keep_alive.n);
        BUF_LIT(b, "\r\n");
    } else {
        buf_put(b, close_fields, sizeof close_fields - 1);
    }
}

void answer_begin(const struct reply *to, int status)
{
    const struct conf *conf = to->a->conf;
    struct buf *b = &to->t->out;

    buf_span_put(b, status_line(status));
    if (conf->server_field)
        buf_fmt(b, "Server: %s\r\n", conf->server_field);
    BUF_LIT(b, "Date: ");
    buf_put(b, to->a->now->date, DATE_BYTES);
    BUF_LIT(b, "\r\n");
}

void answer_query(struct buf *b, struct span query)
{
    for (size_t i = 0; i < query.n; i++) {
        if (chars_is(query.p[i], CHAR_TARGET))
            buf_char(b, query.p[i]);
        else
            buf_fmt(b, "%%%02X", (unsigned)(unsigned char)query.p[i]);
    }
}

void answer_length(struct buf *b, uint64_t n)
{
    BUF_LIT(b, "Content-Length: ");
    buf_u64(b, n);
    BUF_LIT(b, "\r\n");
}

void answer_head(const struct reply *to, const struct blocks_head *h,
                 const struct record *r, uint64_t length)
{
    struct buf *b = &to->t->out;
    int rule_line =
        blocks_head_put(to->a->files, b, to->q->site, to->q->path, h);

    if (to->a->conf->explain_header)
        explain_field_put(b, to->a->conf, h->status, r->line.reason,
                          r->line.fault, rule_line);
    if (length != ANSWER_NO_LENGTH)
        answer_length(b, length);
    answer_connection(to, b);
}

/* Bytes that lie in a slab, which nobody can write to. */
static void put_stored(const struct reply *to, const struct entry_form *f,
                       const char *p, uint64_t bytes)
{
    uint64_t at;
    int fd = forms_sealed(to->a->files, f, p, bytes, &at);

    if (fd >= 0)
        txn_piece_sealed(to->t, p, fd, at, bytes);
    else
        txn_piece_memory(to->t, p, bytes);
}

void answer_stored(const struct reply *to, const struct entry *e,
                   const struct entry_form *f, uint64_t offset, uint64_t bytes)
{
    CHECK(f->bytes || f->fd >= 0 || e->fd >= 0);
    if (f->bytes)
        put_stored(to, f, f->bytes + offset, bytes);
    else
        txn_piece_file(to->t, f->fd >= 0 ? f->fd : e->fd, offset, bytes);
}

void answer_content(const struct reply *to, const struct entry *e,
                    const struct entry_form *f, uint64_t offset, uint64_t bytes)
{
    struct txn *t = to->t;

    if (f->bytes && bytes <= TXN_COPY_MAX) {
        size_t from = t->out.n;
        buf_put(&t->out, f->bytes + offset, (size_t)bytes);
        txn_piece_out(t, from);
    } else {
        answer_stored(to, e, f, offset, bytes);
    }
}

void answer_whole(const struct reply *to, const struct blocks_head *h,
                  struct record *r, struct entry *page)
{
    struct txn *t = to->t;
    uint64_t n = page->own_form.plan.size;
    size_t from = t->out.n;

    CHECK(!r->entry);
    answer_head(to, h, r, n);
    txn_piece_out(t, from);
    if (to->q->head.method == METHOD_HEAD)
        n = 0;
    if (n) {
        answer_content(to, page, &page->own_form, 0, n);
        entry_hold(page);
        r->entry = page;
    }
    answer_close(to, r, n);
}

void answer_tag(struct buf *b, size_t from, struct span opaque)
{
    static const char field[] = "\r\nETag: ";
    char *at = memmem(b->p + from, b->n - from, field, sizeof field - 1);
    char *end =
        at ? memchr(at + 2, '\r', b->n - (size_t)(at + 2 - b->p)) : NULL;

    if (!end || end[-1] != '"')
        return;
    char *text = (char *)memchr(at, '"', (size_t)(end - at)) + 1;
    size_t rest = b->n - (size_t)(end - 1 - b->p);
    if ((size_t)(text - b->p) + opaque.n + rest > b->cap) {
        b->overflow = true;
        return;
    }
    memmove(text + opaque.n, end - 1, rest);
    memcpy(text, opaque.p, opaque.n);
    b->n = (size_t)(text - b->p) + opaque.n + rest;
}
