/* SPDX-License-Identifier: MIT
 *
 * request: head, content framing, routing, in this order; the first thing that
 * is wrong answers.
 * Layer: serve.  Faults that leave the framing in doubt end the connection.
 */
#include "serve/request.h"

#include <string.h>

#include "answer/answer.h"
#include "answer/gate.h"
#include "answer/health.h"
#include "answer/https.h"
#include "answer/paced.h"
#include "answer/txn.h"
#include "answer/upload.h"
#include "base/apart.h"
#include "base/check.h"
#include "conf/sites.h"
#include "files/entry.h"
#include "files/replies.h"
#include "files/find.h"
#include "files/resolve.h"
#include "http/body.h"
#include "http/target.h"
#include "serve/conn.h"
#include "serve/fronted.h"
#include "serve/worker.h"
#include "share/standing.h"

/* Requests whose answers depend on the tag. */
#define ABOUT_TAGS                                          \
    (1ull << FIELD_IF_NONE_MATCH | 1ull << FIELD_IF_MATCH | \
     1ull << FIELD_IF_RANGE | 1ull << FIELD_RANGE)

/* The client speaks TLS, as the proxy in front says of the request, or of its
 * connection. */
static bool over_tls(const struct conn *c, const struct request *q)
{
    if (q->front.on && q->front.scheme != FORWARDED_UNTOLD)
        return q->front.scheme == FORWARDED_HTTPS;
    return c->tls;
}

static void end_after(struct conn *c, enum end why, bool pause)
{
    if (!c->closing)
        c->end = why;
    c->closing = true;
    c->linger = c->linger || pause;
}

static enum request_result fault(struct worker *w, struct conn *c,
                                 struct request *q, enum fault f, bool persist)
{
    if (!fault_row(f)->lives)
        persist = false;
    if (!persist)
        end_after(c, END_FAULTY, true);
    answer_fault(&(struct reply){ &w->answers, q, c, c->txn, persist }, f);
    return REQUEST_ANSWERED;
}

/* A request that fails before its end is known: nothing after it can be read.
 */
static enum request_result fatal(struct worker *w, struct conn *c,
                                 struct request *q, struct span *in,
                                 enum fault f)
{
    c->requests++;
    c->txn->body_done = false;
    *in = span_from(*in, in->n);
    return fault(w, c, q, f, false);
}

enum content { CONTENT_TAKEN, CONTENT_WAITS, CONTENT_FAULT };

/* Expect: 100-continue: only if the content is wanted (it is read and thrown
 * away for the methods that are served) and has not begun to arrive. */
static void maybe_continue(struct conn *c, const struct request *q,
                           size_t there)
{
    bool wanted = false;

    if (head_expect(&q->head, &wanted) == FAULT_NONE && wanted && there == 0 &&
        !c->continued) {
        answer_continue(c->txn);
        c->continued = true;
    }
}

/* Reads the content of the request whose head was just parsed, as far as it is
 * there.  *used: bytes of it after the head. */
static enum content take_content(struct worker *w, struct conn *c,
                                 struct request *q, struct span in,
                                 uint64_t most, size_t *used, enum fault *f)
{
    struct txn *t = c->txn;
    struct body body;
    struct span rest = span_from(in, q->head.bytes);

    *used = 0;
    *f = body_framing(&q->head, most, &body);
    if (*f != FAULT_NONE)
        return CONTENT_FAULT;
    t->body = body;
    if (body.kind == BODY_NONE)
        return CONTENT_TAKEN;
    *f = body_take(&t->body, rest.p, rest.n, used);
    if (*f == FAULT_NONE)
        return CONTENT_TAKEN;
    if (*f != FAULT_MORE)
        return CONTENT_FAULT;
    if (w->conf->protocol != PROTOCOL_1_0)
        maybe_continue(c, q, rest.n);
    txn_input_keep(t, span_to(in, q->head.bytes), SPAN(""));
    t->body_active = true;
    return CONTENT_WAITS;
}

static bool may_persist(const struct worker *w, struct conn *c,
                        const struct request *q)
{
    uint64_t limit = w->conf->limits.requests_per_connection;

    if (!head_persists(&q->head)) {
        /* RFC 9112 9.6: a client that sent "close" sends nothing more, so there
         * is nothing that a reset could answer; a client of HTTP/1.0 said
         * nothing */
        end_after(c, END_CLOSE_ASKED, q->head.minor == 0);
    } else if ((w->ending.drains &&
                !moves_later(&w->ending.moves, c, w->files.behind)) ||
               standing_leaves(w->start->standing)) {
        end_after(c, END_DRAINING, true);
    } else if (limit && c->requests >= limit) {
        end_after(c, END_LIMIT_REQUESTS, true);
    } else if (w->conf->protocol == PROTOCOL_1_0) {
        end_after(c, END_PROTOCOL, true);
    }
    return !c->closing;
}

void request_forget(const struct conf *conf, struct request *q)
{
    q->site = &conf->sites[0];
    q->path = SPAN("/");
    q->why = REASON_WHOLE;
    q->front.on = false;
}

/* Whose pages answer when something else is wrong with the request. */
static void know_site(const struct conf *conf, struct request *q)
{
    struct span host;

    if (head_host(&q->head, &host) != FAULT_NONE)
        return;
    const struct conf_site *site = sites_find(conf, host);
    if (site)
        q->site = site;
}

static bool host_known(const struct known_host *known,
                       const struct target *target, const struct head *h)
{
    return known->n > 0 && target->form == TARGET_ORIGIN &&
           head_has(h, FIELD_HOST) && !(h->repeated >> FIELD_HOST & 1) &&
           span_same(head_value(h, FIELD_HOST), span_of(known->text, known->n));
}

static void remember_host(struct known_host *known, const struct request *q,
                          const struct target *target,
                          const struct conf_site *site)
{
    struct span value = head_value(&q->head, FIELD_HOST);

    if (target->form != TARGET_ORIGIN || !value.p ||
        value.n > sizeof known->text)
        return;
    memcpy(known->text, value.p, value.n);
    known->n = value.n;
    known->site = site;
}

static enum fault route(struct worker *w, const struct request *q,
                        struct target *target, const struct conf_site **site)
{
    struct span host;
    bool wanted;
    enum fault f = head_expect(&q->head, &wanted);

    if (f == FAULT_NONE)
        f = target_decode(target, &q->head, w->path.p, w->path.cap);
    if (f != FAULT_NONE)
        return f;
    if (host_known(&w->host, target, &q->head)) {
        *site = w->host.site;
        return FAULT_NONE;
    }
    f = target_host(target, &q->head, &host);
    if (f == FAULT_NONE) {
        *site = sites_find(w->conf, host);
        remember_host(&w->host, q, target, *site);
    }
    return f;
}

/* Who sends content to a place that has moved is told so, whatever a server of
 * files does with the method (RFC 9110 15.4); OPTIONS asks about the server,
 * and a preflight may not be redirected (Fetch 4.8). */
static bool moved(const struct head *h, const struct conf_site *site,
                  const struct target *target)
{
    bool sends = h->method == METHOD_POST || h->method == METHOD_PUT ||
                 h->method == METHOD_DELETE || h->method == METHOD_PATCH;

    return sends && site->n_redirects > 0 && find_moved(site, target->path);
}

/* Is the content what [server] accept-upload waits for? */
static bool uploads(struct worker *w, const struct request *q)
{
    const struct conf_site *site = NULL;
    struct target target;

    return w->conf->accept_upload && q->head.method != METHOD_GET &&
           route(w, q, &target, &site) == FAULT_NONE && site &&
           upload_wanted(w->conf, q->head.method, target.path);
}

/* Does the head alone settle that it is refused?  Then nobody waits for its
 * content, and the connection ends, because whether that comes is unknown (RFC
 * 9110 10.1.1, RFC 9112 9.6).  The same when content came along with the head:
 * an answer must not depend on how bytes were cut.  A method that is not
 * allowed is read to its end, so that the connection lives on, unless the
 * client waits to be told whether to send. */
static bool refused_at_once(struct worker *w, const struct request *q)
{
    const struct head *h = &q->head;
    enum method_support support = method_support(h->method);
    const struct conf_site *site = NULL;
    struct target target;
    struct body body;
    bool waits = false;

    if (body_framing(h, UINT64_MAX, &body) != FAULT_NONE ||
        body.kind == BODY_NONE)
        return false;
    if (route(w, q, &target, &site) != FAULT_NONE || !site)
        return true;
    (void)head_expect(h, &waits);
    return support == METHOD_UNKNOWN ||
           (support != METHOD_SERVED && waits && !uploads(w, q));
}

/* What no file and no rule has a say in. */
static bool answered_early(struct worker *w, struct conn *c, struct request *q,
                           const struct conf_site *site,
                           const struct target *target)
{
    if (!w->wants.early)
        return false;
    if (q->front.on && q->front.many) {
        /* the connection is the proxy's, and lives on for its other clients */
        c->requests++;
        const struct reply no = { &w->answers, q, c, c->txn,
                                  may_persist(w, c, q) };
        answer_status(&no, 503, REASON_OVERLOAD);
        return true;
    }
    bool health = health_names(w->conf, target->path);
    bool upload = site && upload_wanted(w->conf, q->head.method, target->path);

    if (method_support(q->head.method) == METHOD_UNKNOWN ||
        !(health || upload || https_wants(w->conf, over_tls(c, q), target)))
        return false;
    c->requests++;
    if (upload) {
        q->site = site;
        q->path = target->path;
    }
    const struct reply to = { &w->answers, q, c, c->txn, may_persist(w, c, q) };
    if (health)
        health_answer(&to, target->path);
    else if (https_wants(w->conf, over_tls(c, q), target))
        https_answer(&to, target);
    else
        upload_answer(&to, body_announced(&q->head) ? c->txn->body.taken : 0);
    return true;
}

static void refuse(struct worker *w, struct conn *c, struct request *q,
                   const struct gate_answer *g)
{
    c->requests++;
    const struct reply to = { &w->answers, q, c, c->txn, may_persist(w, c, q) };
    gate_refuse(&to, g);
    txn_credentials_done(c->txn);
    paced_begin(&to);
}

/* Not in line: few requests are for one. */
static APART bool waits_listing(struct answers *a, struct conn *c,
                                const struct request *q, struct entry *e,
                                struct span query)
{
    return listings_queue(&(struct reply){ a, q, c, c->txn, true }, e, query);
}

/* For a helper, the preparer, a digest, or a listing? */
static bool waits(struct worker *w, struct conn *c, const struct request *q,
                  struct entry *e, const struct target *target)
{
    struct list *where = NULL;
    struct txn *t = c->txn;

    if (!e) {
        where = t->lost ? NULL : w->files.waits;
    } else if (e->pending || replies_await_digest(
                                 &w->files, e, q->head.present & ABOUT_TAGS)) {
        where = &e->waiters;
    } else if (e->kind == ENTRY_LISTING) {
        return waits_listing(&w->answers, c, q, e, target->query);
    }
    if (where)
        list_append(where, &t->waiter);
    return where != NULL;
}

/* Another file's bytes go out under this path: may they? */
static bool stands_behind(struct worker *w, struct conn *c, struct request *q,
                          enum request_result *r)
{
    if (q->why != REASON_FALLBACK)
        return false;
    const struct gate_answer g =
        gate_ask(&(struct reply){ &w->answers, q, c, c->txn, true },
                 span_str(q->site->fallback));
    *r = g.word == GATE_WAITS ? REQUEST_WAITS : REQUEST_ANSWERED;
    if (g.word != GATE_OPEN && g.word != GATE_WAITS)
        refuse(w, c, q, &g);
    return g.word != GATE_OPEN;
}

/* The request is whole: answers it, or waits for the preparer. */
static enum request_result answer(struct worker *w, struct conn *c,
                                  struct request *q)
{
    const struct head *h = &q->head;
    struct txn *t = c->txn;
    const struct conf_site *site = NULL;
    struct target target;
    enum method_support support = method_support(h->method);
    enum fault f = route(w, q, &target, &site);
    struct entry *e = NULL;

    if (f == FAULT_NONE && answered_early(w, c, q, site, &target))
        return REQUEST_ANSWERED;
    if (f != FAULT_NONE)
        know_site(w->conf, q);
    if (f == FAULT_NONE && site)
        q->site = site;
    if (f == FAULT_NONE && target.path.n)
        q->path = target.path;
    if (f == FAULT_NONE && site &&
        (h->method == METHOD_GET || h->method == METHOD_HEAD ||
         moved(h, site, &target))) {
        if (!t->lost)
            e = resolve(&w->files, (unsigned)(site - w->conf->sites), &target,
                        c->first_us, h, &q->why);
        if (waits(w, c, q, e, &target))
            return REQUEST_WAITS;
        enum request_result r = REQUEST_ANSWERED;
        if (e && w->answers.gate && stands_behind(w, c, q, &r))
            return r;
    }
    c->requests++;
    const struct reply to = { &w->answers, q, c, t, may_persist(w, c, q) };
    unsigned before = t->record_n;
    if (f != FAULT_NONE)
        fault(w, c, q, f, to.persist);
    else if (support == METHOD_UNKNOWN)
        answer_status(&to, 501, REASON_METHOD_UNKNOWN);
    else if (support == METHOD_NOT_ALLOWED && !e)
        answer_status(&to, 405, REASON_METHOD_NOT_ALLOWED);
    else if (!site)
        answer_status(&to, 421, REASON_HOST_UNKNOWN);
    else if (h->method == METHOD_OPTIONS)
        answer_options(&to);
    else if (!e && t->lost)
        answer_status(&to, 504, REASON_UNANSWERED);
    else if (!e)
        answer_status(&to, 503,
                      w->files.no_helper ? REASON_UNANSWERED : REASON_OVERLOAD);
    else
        answer_entry(&to, e, &target);
    t->lost = false;
    if (t->record_n > before)
        paced_begin(&to);
    return e && e->kind == ENTRY_LISTING ? REQUEST_HEAVY : REQUEST_ANSWERED;
}

/* Is a password to be had first?  It comes before the content, so that nobody
 * sends what is not wanted, and before everything that tells what is there; of
 * one that another worker has let in, once more.
 * Not for what is beside the site: health, and the way to https; nor for
 * OPTIONS, which no browser's preflight has credentials for (Fetch 4.8). */
static bool held(struct worker *w, struct conn *c, struct request *q,
                 struct span *in, enum request_result *r)
{
    struct txn *t = c->txn;
    const struct conf_site *site = NULL;
    struct target target;

    if ((t->body_done && !t->unguarded) || q->head.method == METHOD_OPTIONS ||
        method_support(q->head.method) == METHOD_UNKNOWN ||
        route(w, q, &target, &site) != FAULT_NONE || !site ||
        target.path.n == 0 || health_names(w->conf, target.path) ||
        https_wants(w->conf, over_tls(c, q), &target))
        return false;
    q->site = site;
    q->path = target.path;
    const struct gate_answer g =
        gate_ask(&(struct reply){ &w->answers, q, c, t, true }, q->path);
    if (g.word == GATE_OPEN)
        return false;
    *r = REQUEST_WAITS;
    if (g.word == GATE_WAITS) {
        txn_input_keep(t, *in, SPAN(""));
        return true;
    }
    if (body_announced(&q->head)) {
        end_after(c, END_FAULTY, true);
        *in = span_from(*in, in->n);
    } else {
        *in = span_from(*in, q->head.bytes);
    }
    refuse(w, c, q, &g);
    *r = REQUEST_ANSWERED;
    return true;
}

enum request_result request_take(struct worker *w, struct conn *c,
                                 struct span *in, struct request *q)
{
    struct txn *t = c->txn;
    size_t used = 0;
    enum fault f = head_parse(&q->head, in->p, in->n, &w->head_limits);

    if (f == FAULT_MORE)
        return REQUEST_MORE;
    request_forget(w->conf, q);
    if (f != FAULT_NONE)
        return fatal(w, c, q, in, f);
    if (w->wants.fields)
        fronted_take(w, c, q);
    enum request_result early;
    if (w->answers.gate && held(w, c, q, in, &early))
        return early;
    if (t->body_done) {
        if (t->body_fault != FAULT_NONE) {
            know_site(w->conf, q);
            return fatal(w, c, q, in, t->body_fault);
        }
    } else if (body_announced(&q->head)) {
        if (refused_at_once(w, q))
            end_after(c, END_FAULTY, true);
        if (!c->closing) {
            uint64_t most = uploads(w, q) ? w->conf->limits.upload_bytes
                                          : w->conf->limits.body_bytes;
            enum content content = take_content(w, c, q, *in, most, &used, &f);
            if (content == CONTENT_FAULT) {
                know_site(w->conf, q);
                return fatal(w, c, q, in, f);
            }
            if (content == CONTENT_WAITS)
                return REQUEST_CONTENT;
        }
    }
    struct span rest = span_from(*in, q->head.bytes + used);
    enum request_result r = answer(w, c, q);
    if (r == REQUEST_WAITS) {
        t->body_done = used > 0 || t->body_done;
        t->body_fault = FAULT_NONE;
        txn_input_keep(t, span_to(*in, q->head.bytes), rest);
        return REQUEST_WAITS;
    }
    t->body_done = false;
    txn_credentials_done(t);
    c->continued = false;
    *in = rest;
    return r;
}
