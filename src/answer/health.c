/* SPDX-License-Identifier: MIT
 *
 * health: one row per answer.
 * Layer: answer.  No rule of the configuration has a say in these heads: a
 * check that a cache answers would say what was.
 */
#include "answer/health.h"

#include "answer/answer.h"
#include "answer/answer_parts.h"
#include "answer/explain_field.h"
#include "answer/txn.h"
#include "base/buf.h"
#include "conf/conf.h"
#include "share/standing.h"

static const struct health {
    int status;
    enum reason reason;
    struct span text;
} ready = { 200, REASON_READY, SPAN("ready\n") },
  warming = { 503, REASON_WARMING, SPAN("warming\n") },
  leaving = { 503, REASON_LEAVING, SPAN("leaving\n") },
  alive = { 200, REASON_ALIVE, SPAN("alive\n") },
  refused = { 405, REASON_METHOD_NOT_ALLOWED, SPAN("GET or HEAD\n") };

static bool is(const char *configured, struct span path)
{
    return configured && span_eq(path, span_str(configured));
}

bool health_names(const struct conf *conf, struct span path)
{
    return is(conf->health.path, path) || is(conf->health.live, path);
}

static const struct health *find(const struct reply *to, struct span path)
{
    enum method m = to->q->head.method;

    if (m != METHOD_GET && m != METHOD_HEAD)
        return &refused;
    if (is(to->a->conf->health.live, path))
        return &alive;
    if (standing_leaves(to->a->standing))
        return &leaving;
    return standing_warms(to->a->standing) ? &warming : &ready;
}

static void put_head(const struct reply *to, const struct health *h)
{
    const struct conf *conf = to->a->conf;
    struct buf *b = &to->t->out;

    answer_begin(to, h->status);
    BUF_LIT(b, "Content-Type: text/plain; charset=utf-8\r\n"
               "Cache-Control: no-store\r\n"
               "X-Content-Type-Options: nosniff\r\n");
    if (h == &refused)
        BUF_LIT(b, "Allow: GET, HEAD\r\n");
    if (conf->explain_header)
        explain_field_put(b, conf, h->status, h->reason, FAULT_NONE, 0);
    answer_length(b, h->text.n);
    answer_connection(to, b);
}

void health_answer(const struct reply *to, struct span path)
{
    const struct health *h = find(to, path);
    struct record *r = answer_record(to, h->status, h->reason);
    struct buf *b = &to->t->out;
    size_t from = b->n;
    size_t n = to->q->head.method == METHOD_HEAD ? 0 : h->text.n;

    r->quiet = !to->a->conf->health.log;
    put_head(to, h);
    buf_put(b, h->text.p, n);
    txn_piece_out(to->t, from);
    answer_close(to, r, n);
}
