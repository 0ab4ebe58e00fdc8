/* SPDX-License-Identifier: MIT
 *
 * route: a table of paths.
 * Layer: observe.
 */
#include "observe/route.h"

#include "base/check.h"
#include "base/num.h"
#include "http/accept.h"
#include "http/page.h"
#include "http/status.h"
#include "http/target.h"
#include "observe/asset.h"
#include "observe/own_host.h"
#include "observe/metrics.h"
#include "observe/numbers.h"
#include "observe/seats.h"
#include "observe/shown.h"
#include "observe/observer_state.h"

/* Nothing but the observer's own files may run in its page, and no other page
 * may hold or read it. */
static const char fields[] =
    "Cache-Control: no-store\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Content-Security-Policy: default-src 'none'; script-src 'self'; "
    "style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n";

static struct buf begin(struct visitor *v, int status, const char *type)
{
    struct buf b = buf_over(v->out, sizeof v->out);

    buf_span_put(&b, status_line(status));
    buf_fmt(&b, "Content-Type: %s\r\n", type);
    buf_str(&b, fields);
    return b;
}

static void put_connection(struct visitor *v, struct buf *b)
{
    buf_str(b, v->closing ? "Connection: close\r\n\r\n"
                          : "Connection: keep-alive\r\n\r\n");
}

/* An answer whose content is there. */
static void answer_short(struct visitor *v, const struct head *h, int status,
                         const char *type, const char *extra,
                         const struct buf *content)
{
    struct buf b = begin(v, status, type);

    buf_str(&b, extra);
    buf_fmt(&b, "Content-Length: %zu\r\n", content->n);
    put_connection(v, &b);
    if (h->method != METHOD_HEAD)
        buf_span_put(&b, buf_span(content));
    v->out_n = b.overflow ? 0 : b.n;
    v->closing = v->closing || b.overflow;
}

static void answer_error(struct visitor *v, const struct head *h, int status,
                         struct wording sentence)
{
    char storage[PAGE_BYTES_MAX], lines[128];
    struct buf page = buf_over(storage, sizeof storage);
    struct buf extra = buf_over(lines, sizeof lines);
    enum language in = accept_language(h);

    page_error(&page, in, status, sentence);
    buf_fmt(&extra, "Content-Language: %s\r\nVary: Accept-Language\r\n%s",
            language_tag(in),
            status == 405   ? "Allow: GET, HEAD\r\n"
            : status == 503 ? "Retry-After: 10\r\n"
                            : "");
    CHECK(buf_cstr(&extra));
    answer_short(v, h, status, "text/html; charset=utf-8", lines, &page);
}

/* An answer whose length is not known yet. */
static void answer_long(struct visitor *v, const struct head *h,
                        const char *type, enum producing producing)
{
    struct buf b = begin(v, 200, type);

    v->chunked = h->minor >= 1;
    if (v->chunked)
        BUF_LIT(&b, "Transfer-Encoding: chunked\r\n");
    else
        v->closing = true;
    put_connection(v, &b);
    v->out_n = b.n;
    v->producing = h->method == METHOD_HEAD ? PRODUCE_NOTHING : producing;
}

static void get_metrics(struct observer *o, struct visitor *v,
                        const struct head *h, const struct target *t)
{
    static char storage[VISITOR_OUT_BYTES - 2048];
    struct buf b = buf_over(storage, sizeof storage);

    const struct exposition x = { &b, exposition_wanted(h) };

    (void)t;
    metrics_put(&x, o->start->tallies, o->start->place);
    numbers_metrics(&x, o);
    exposition_end(&x);
    if (b.overflow) {
        answer_error(v, h, 503, wording(WORD_METRICS_MANY));
        return;
    }
    answer_short(v, h, 200, exposition_type(&x), "", &b);
}

static void get_status(struct observer *o, struct visitor *v,
                       const struct head *h, const struct target *t)
{
    static char storage[VISITOR_OUT_BYTES - 2048];
    struct buf b = buf_over(storage, sizeof storage);

    (void)t;
    numbers_status(&b, o);
    answer_short(v, h, 200, "application/json", "", &b);
}

static void get_ledger(struct observer *o, struct visitor *v,
                       const struct head *h, const struct target *t)
{
    uint64_t n = o->history->n_ended;

    (void)t;
    v->at = n > HISTORY_ENDED ? n - HISTORY_ENDED : 0;
    v->joined = n; /* not what ends while it is written */
    answer_long(v, h, "application/jsonl", PRODUCE_LEDGER);
}

/* "17-230": the event 230 of the observer that began as 17. */
static bool last_event(const struct head *h, uint64_t boot, uint64_t *id)
{
    for (size_t i = 0; i < h->n_fields; i++) {
        const struct head_field *f = &h->fields[i];
        uint64_t of;
        if (!span_eq_nocase(f->name, SPAN("Last-Event-ID")))
            continue;
        size_t dash = span_find(f->value, '-');
        return num_u64(span_to(f->value, dash), &of) && of == boot &&
               num_u64(span_from(f->value, dash + 1), id);
    }
    return false;
}

/* Is it one of a query's words: "new&columns"? */
static bool asked_for(struct span query, struct span word)
{
    while (query.n) {
        size_t n = span_find(query, '&');
        if (span_eq(span_to(query, n), word))
            return true;
        query = span_from(query, n + 1);
    }
    return false;
}

/* From the oldest event that is known; false: there is no room. */
static bool join(struct observer *o, struct visitor *v, const struct head *h)
{
    if (h->method != METHOD_HEAD && !seats_stream(o)) {
        answer_error(v, h, 503, wording(WORD_WATCHERS));
        return false;
    }
    v->joined = o->history->next;
    v->told_lost = 0;
    v->at = history_oldest(o->history);
    return true;
}

/* All that is still known, then what happens; ?new: only what happens; after a
 * break what has happened since. */
static void get_events(struct observer *o, struct visitor *v,
                       const struct head *h, const struct target *t)
{
    uint64_t id;

    if (!join(o, v, h))
        return;
    if (last_event(h, o->boot, &id))
        v->at = id + 1;
    else if (asked_for(t->query, SPAN("new")))
        v->at = v->joined;
    v->telling = TELL_EVENTS;
    answer_long(v, h, "text/event-stream", PRODUCE_EVENTS);
}

/* The same as lines to be read: `etagd watch`. */
static void get_watch(struct observer *o, struct visitor *v,
                      const struct head *h, const struct target *t)
{
    if (!join(o, v, h))
        return;
    if (asked_for(t->query, SPAN("new")))
        v->at = v->joined;
    v->telling =
        asked_for(t->query, SPAN("columns")) ? TELL_COLUMNS : TELL_LINES;
    answer_long(v, h, "text/plain; charset=utf-8", PRODUCE_EVENTS);
}

static void get_connection(struct observer *o, struct visitor *v,
                           const struct head *h, const struct target *t)
{
    static char storage[VISITOR_OUT_BYTES - 2048];
    struct buf b = buf_over(storage, sizeof storage);
    const struct life *l = NULL;
    uint64_t number;

    if (num_u64(span_from(t->path, sizeof "/connection/" - 1), &number))
        l = history_find(o->history, number);
    if (!l) {
        answer_error(v, h, 404, wording(WORD_CONNECTION_UNKNOWN));
        return;
    }
    shown_life(&b, span_str(o->start->conf->observe.mask), o->history, l);
    buf_char(&b, '\n');
    answer_short(v, h, 200, "application/json", "", &b);
}

/* Content that lies in memory. */
static void answer_memory(struct visitor *v, const struct head *h,
                          const char *type, struct span content)
{
    struct buf b = begin(v, 200, type);

    buf_fmt(&b, "Content-Length: %zu\r\n", content.n);
    put_connection(v, &b);
    v->out_n = b.n;
    v->asset = content;
    v->producing = h->method == METHOD_HEAD ? PRODUCE_NOTHING : PRODUCE_ASSET;
}

static bool get_asset(struct visitor *v, const struct head *h,
                      const struct target *t)
{
    for (const struct asset *a = assets; a->path; a++) {
        if (!span_eq(t->path, span_str(a->path)))
            continue;
        answer_memory(v, h, a->type, span_of((const char *)a->bytes, a->n));
        return true;
    }
    return false;
}

static void get_foresight(struct observer *o, struct visitor *v,
                          const struct head *h, const struct target *t)
{
    (void)t;
    if (o->foresight_n == 0) {
        answer_error(v, h, 404, wording(WORD_UNFORESEEN));
        return;
    }
    answer_memory(v, h, "application/json",
                  span_of(o->foresight, o->foresight_n));
}

static const struct {
    struct span path;
    bool prefix;
    void (*get)(struct observer *, struct visitor *, const struct head *,
                const struct target *);
} routes[] = {
    { SPAN("/events"), false, get_events },
    { SPAN("/watch"), false, get_watch },
    { SPAN("/status"), false, get_status },
    { SPAN("/metrics"), false, get_metrics },
    { SPAN("/connections.jsonl"), false, get_ledger },
    { SPAN("/connection/"), true, get_connection },
    { SPAN("/foresight"), false, get_foresight },
};

static void dispatch(struct observer *o, struct visitor *v,
                     const struct head *h, const struct target *t)
{
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        if (routes[i].prefix ? span_starts(t->path, routes[i].path)
                             : span_eq(t->path, routes[i].path)) {
            routes[i].get(o, v, h, t);
            return;
        }
    }
    if (!get_asset(v, h, t))
        answer_error(v, h, 404, wording(WORD_NO_SUCH_PAGE));
}

void route_answer(struct observer *o, struct visitor *v, const struct head *h,
                  enum fault fault)
{
    static char path[VISITOR_IN_BYTES + 2];
    struct target target;

    CHECK(seats_idle(v)); /* one answer after the other */
    v->closing = v->closing || fault != FAULT_NONE || !head_persists(h) ||
                 head_has(h, FIELD_CONTENT_LENGTH) ||
                 head_has(h, FIELD_TRANSFER_ENCODING);
    v->chunked = false;
    v->producing = PRODUCE_NOTHING;
    if (fault == FAULT_NONE)
        fault = target_decode(&target, h, path, sizeof path);
    if (fault != FAULT_NONE) {
        answer_error(v, h, fault_row(fault)->status, wording_fault(fault));
    } else if (!guard_host(target.form == TARGET_ABSOLUTE
                               ? SPAN_NONE
                               : head_value(h, FIELD_HOST),
                           o->port, span_str(o->address),
                           o->start->conf->observe.names)) {
        v->closing = true;
        answer_error(v, h, 421, wording(WORD_OBSERVER_HOST));
    } else if (h->method != METHOD_GET && h->method != METHOD_HEAD) {
        answer_error(v, h, 405, wording(WORD_ONLY_GET));
    } else {
        dispatch(o, v, h, &target);
    }
}
