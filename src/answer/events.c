/* SPDX-License-Identifier: MIT
 *
 * events: fills event records.
 * Layer: answer.
 */
#include "answer/events.h"

#include "answer/answer.h"
#include "answer/txn.h"
#include "base/check.h"
#include "files/entry.h"
#include "files/files.h"
#include "http/proxy.h"
#include "http/utf8.h"
#include "os/clock.h"
#include "os/tcpinfo.h"
#include "serve/conn.h"
#include "share/board.h"

#define PAGE_PARTS_MAX 8
#define PAGE_AGAIN_S 10 /* at the earliest: under load telling costs time */

static struct board_event *begin(struct answers *a, enum board_kind kind,
                                 const struct conn *c, uint64_t time_us)
{
    struct board_event *e = board_begin(a->ring);

    e->kind = (uint16_t)kind;
    e->time_us = time_us;
    e->connection = c ? c->number : 0;
    return e;
}

void event_start(struct answers *a)
{
    begin(a, BOARD_START, NULL, a->now->us);
    board_publish(a->ring);
}

static struct board_event *begin_conn(struct answers *a, enum board_kind kind,
                                      const struct conn *c)
{
    struct board_event *e = begin(a, kind, c, clock_mono_us());

    e->conn.peer = c->peer;
    e->conn.listener = c->listener;
    e->conn.end = (uint8_t)c->end;
    e->conn.by_client = false;
    e->conn.requests = (uint32_t)c->requests;
    return e;
}

void event_accept(struct answers *a, const struct conn *c)
{
    struct board_event *e = begin_conn(a, BOARD_ACCEPT, c);

    (void)tcpinfo_read(c->fd, &e->conn.tcp);
    if (e->conn.tcp.known)
        e->text_n[0] = (uint16_t)tcpinfo_syn(c->fd, e->text);
    board_publish(a->ring);
}

void event_end(struct answers *a, const struct conn *c)
{
    struct board_event *e = begin_conn(a, BOARD_END, c);

    (void)tcpinfo_read(c->fd, &e->conn.tcp);
    board_publish(a->ring);
}

void event_taken(struct answers *a, const struct conn *c)
{
    begin_conn(a, BOARD_TAKEN, c);
    board_publish(a->ring);
}

void event_fin(struct answers *a, const struct conn *c, bool by_client)
{
    struct board_event *e = begin_conn(a, BOARD_FIN, c);

    e->conn.by_client = by_client;
    board_publish(a->ring);
}

void event_proxy(struct answers *a, const struct conn *c,
                 const struct net_peer *via, const struct proxy *p)
{
    struct board_event *e = begin_conn(a, BOARD_PROXY, c);
    const struct span told[] = { p->tls_version, p->tls_cipher, p->name };
    char address[NET_PEER_TEXT], storage[400];
    struct buf b = buf_over(storage, sizeof storage);

    net_peer_text(via, address);
    board_text(e, 0, span_str(address));
    for (size_t i = 0; p->tls && i < sizeof told / sizeof told[0]; i++) {
        for (size_t j = 0; j < told[i].n && j < 128; j++)
            buf_char(&b, told[i].p[j] > ' ' && told[i].p[j] <= '~'
                             ? told[i].p[j]
                             : '?');
        buf_char(&b, '\n');
    }
    board_text(e, 1, buf_span(&b));
    board_publish(a->ring);
}

static struct board_event *begin_request(struct answers *a,
                                         enum board_kind kind,
                                         const struct conn *c, uint64_t number)
{
    struct board_event *e = begin(a, kind, c, clock_mono_us());

    e->request = (struct board_request){ .number = (uint32_t)number,
                                         .first_us = c->first_us,
                                         .queued_us = e->time_us,
                                         .site = UINT8_MAX };
    return e;
}

static void name_client(struct board_event *e, const struct net_peer *client)
{
    e->request.named = true;
    e->request.client = *client;
}

void event_first(struct answers *a, const struct conn *c)
{
    begin_request(a, BOARD_FIRST, c, c->requests + 1);
    board_publish(a->ring);
}

/* A head as the parser left it; what it could not read is left out. */
static struct span raw_head(const struct head *h)
{
    struct span last = h->target.n ? h->target : h->method_text;

    if (!h->method_text.n)
        return SPAN("");
    if (h->n_fields)
        last = h->fields[h->n_fields - 1].value;
    return span_of(h->method_text.p,
                   (size_t)(last.p + last.n - h->method_text.p));
}

/* A head that is too long, as the observer needs it: the fields that etagd acts
 * upon, in their order, without the ones that make heads long. */
static struct span short_head(const struct head *h, struct buf *text)
{
    size_t from = text->n;
    struct buf b = buf_over(text->p + from, TXN_HEAD_MAX);

    CHECK(text->cap - from >= TXN_HEAD_MAX);
    buf_span_put(&b, h->method_text);
    buf_char(&b, ' ');
    buf_span_put(&b, utf8_cut(h->target, 512));
    if (h->minor >= 0)
        buf_str(&b, h->minor ? " HTTP/1.1" : " HTTP/1.0");
    for (size_t i = 0; i < h->n_fields; i++) {
        const struct head_field *f = &h->fields[i];
        if (f->id == FIELD_OTHER || f->id == FIELD_COOKIE ||
            f->id == FIELD_USER_AGENT ||
            f->name.n + f->value.n + 4 > b.cap - b.n)
            continue;
        BUF_LIT(&b, "\r\n");
        buf_span_put(&b, f->name);
        BUF_LIT(&b, ": ");
        buf_span_put(&b, f->value);
    }
    text->n += b.n;
    return buf_span(&b);
}

void event_opened(const struct reply *to, struct record *r)
{
    struct txn *t = to->t;
    r->head = raw_head(&to->q->head);
    r->head_n = (uint32_t)r->head.n;
    if (r->head.n > TXN_HEAD_MAX)
        r->head = short_head(&to->q->head, &t->text);
    r->queued_us = to->a->now->us;
    r->site = UINT8_MAX;
    r->file = 0;
}

void event_waiting(struct answers *a, const struct conn *c)
{
    const struct txn *t = c->txn;

    if (t->record_at == t->record_n)
        return;
    const struct record *r = &t->record[t->record_at];
    struct board_event *e = begin_request(a, BOARD_WAITING, c, r->line.request);
    e->request.status = (uint16_t)r->line.status;
    e->request.first_us = r->started_us;
    e->request.queued_us = r->queued_us;
    if (r->fronted)
        name_client(e, &r->client);
    board_text(e, 0, r->head);
    e->request.cut = e->text_n[0] != r->head_n;
    board_publish(a->ring);
}

static bool ends_head(struct span s, size_t n)
{
    return n >= 4 && n <= s.n && memcmp(s.p + n - 4, "\r\n\r\n", 4) == 0;
}

/* Without its empty line, as far as it is kept.  What the answer has put into
 * t->out ends where the next one's begins, and its content is there or does
 * not: nearly always one of these is where the head ends.  Looking for the end
 * costs a quarter of a request. */
static struct span answer_head_of(const struct txn *t, const struct record *r)
{
    const struct record *next = r + 1;
    size_t end = next < t->record + t->record_n ? next->answer_at : t->out.n;
    struct span s = span_of(t->out.p + r->answer_at, end - r->answer_at);
    size_t head = s.n - (r->line.bytes < s.n ? (size_t)r->line.bytes : 0);

    if (!ends_head(s, head))
        head = s.n;
    if (ends_head(s, head))
        return span_to(span_to(s, head - 4), BOARD_RESPONSE_MAX);
    s = span_to(s, BOARD_RESPONSE_MAX);
    const char *at = memmem(s.p, s.n, "\r\n\r\n", 4);
    return at ? span_to(s, (size_t)(at - s.p)) : s;
}

void event_request(struct answers *a, const struct conn *c,
                   const struct record *r)
{
    struct board_event *e = begin_request(a, BOARD_REQUEST, c, r->line.request);
    struct board_request *q = &e->request;

    q->first_us = r->started_us;
    q->queued_us = r->queued_us;
    q->bytes = r->line.bytes;
    q->status = (uint16_t)r->line.status;
    q->reason = (uint8_t)r->line.reason;
    q->fault = (uint8_t)r->line.fault;
    q->coding = (uint8_t)r->line.coding;
    q->end = (uint8_t)r->line.end;
    q->site = r->site;
    q->file = r->file;
    if (r->fronted)
        name_client(e, &r->client);
    board_text(e, 0, r->head);
    q->cut = e->text_n[0] != r->head_n;
    board_text(e, 1, answer_head_of(c->txn, r));
    if (r->line.user.p)
        board_text(e, 2, utf8_cut(r->line.user, BOARD_USER_MAX));
    board_publish(a->ring);
}

void event_cut(struct answers *a, const struct conn *c, const struct request *q,
               enum end why)
{
    struct board_event *e = begin_request(a, BOARD_CUT, c, c->requests + 1);

    e->request.end = (uint8_t)why;
    if (q->front.on && q->front.named)
        name_client(e, &q->front.client);
    board_text(e, 0, utf8_cut(raw_head(&q->head), TXN_HEAD_MAX));
    e->request.cut = true;
    board_publish(a->ring);
}

/* As many whole lines of `list` as fit, which are taken off it; a line that
 * does not fit alone is passed over. */
static struct span lines_that_fit(struct span *list, size_t room)
{
    size_t n = 0;

    while (n < list->n) {
        size_t next = n + span_find(span_from(*list, n), '\n') + 1;
        if (next > room) {
            if (n == 0)
                *list = span_from(*list, next);
            break;
        }
        n = next;
    }
    struct span fit = span_to(*list, n);
    *list = span_from(*list, n);
    return fit;
}

/* The list of references, in parts. */
static void event_page(struct answers *a, const struct entry *e)
{
    struct span list = span_of(e->refers, e->refers_n);
    uint64_t next = a->ring->number;
    uint32_t file = (uint32_t)(next + 1); /* what told_at will be */
    uint64_t version = (uint64_t)e->version.mtime_ns ^ next;

    /* none: that is told, too, for the file may have had some before */
    for (unsigned part = 0; (list.n || part == 0) && part < PAGE_PARTS_MAX;
         part++) {
        struct board_event *b = begin(a, BOARD_PAGE, NULL, a->now->us);
        b->page = (struct board_page){ .version = version,
                                       .file = file,
                                       .part = (uint16_t)part,
                                       .site = (uint8_t)e->site };
        board_text(b, 0, span_of(e->path, e->path_n));
        board_text(b, 1,
                   lines_that_fit(&list, BOARD_TEXT_BYTES - b->text_n[0]));
        b->page.parts = list.n ? 0 : (uint16_t)(part + 1);
        board_publish(a->ring);
    }
}

void event_file(struct answers *a, struct record *r, struct entry *e)
{
    uint64_t next = a->ring->number;
    uint32_t second = (uint32_t)(a->now->us / 1000000);

    r->site = (uint8_t)e->site;
    r->file = (uint32_t)e->told_at;
    /* once more before it is overwritten, so that an observer that was started
     * again learns it too */
    if (!e->refers || (e->told_at && e->told_ns == e->version.ctime_ns &&
                       (next - e->told_at <= a->ring->mask / 2 ||
                        second - e->told_s < PAGE_AGAIN_S)))
        return;
    event_page(a, e);
    e->told_at = next + 1;
    r->file = (uint32_t)e->told_at;
    e->told_s = second;
    e->told_ns = e->version.ctime_ns;
}
