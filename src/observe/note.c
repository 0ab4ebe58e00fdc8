/* SPDX-License-Identifier: MIT
 *
 * note: finds the members of an object of the observer's, and writes lines.
 * Layer: observe.
 */
#include "observe/note.h"

#include "base/num.h"

/* s begins a JSON value: its length (strings with their quotes). */
static size_t value_bytes(struct span s)
{
    bool quoted = false;
    int depth = 0;
    size_t i;

    for (i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (quoted) {
            i += c == '\\';
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '[' || c == '{') {
            depth++;
        } else if (depth == 0 && (c == ',' || c == '}')) {
            break;
        } else if (c == ']' || c == '}') {
            depth--;
        }
    }
    return i < s.n ? i : s.n;
}

static struct span unquote(struct span s)
{
    return s.n >= 2 && s.p[0] == '"' ? span_of(s.p + 1, s.n - 2) : s;
}

static void keep(struct note *n, struct span name, struct span value)
{
    const struct {
        struct span name;
        struct span *text;
        uint64_t *number;
    } rows[] = {
        { SPAN("event"), &n->event, NULL },
        { SPAN("peer"), &n->peer, NULL },
        { SPAN("method"), &n->method, NULL },
        { SPAN("target"), &n->target, NULL },
        { SPAN("reason"), &n->reason, NULL },
        { SPAN("end"), &n->end, NULL },
        { SPAN("closed_first"), &n->closed_first, NULL },
        { SPAN("by"), &n->by, NULL },
        { SPAN("at_us"), NULL, &n->at_us },
        { SPAN("connection"), NULL, &n->connection },
        { SPAN("worker"), NULL, &n->worker },
        { SPAN("request"), NULL, &n->request },
        { SPAN("port"), NULL, &n->port },
        { SPAN("status"), NULL, &n->status },
        { SPAN("bytes"), NULL, &n->bytes },
        { SPAN("first_us"), NULL, &n->first_us },
        { SPAN("requests"), NULL, &n->requests },
        { SPAN("lost"), NULL, &n->lost },
        { SPAN("used_us"), NULL, &n->used_us },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!span_eq(name, rows[i].name))
            continue;
        if (rows[i].text)
            *rows[i].text = unquote(value);
        else
            (void)num_u64(value, rows[i].number);
    }
}

void note_read(struct note *n, struct span json)
{
    *n = (struct note){ .at_us = 0 };
    json = span_from(json, 1);
    while (json.n && json.p[0] == '"') {
        struct span rest = span_from(json, 1);
        size_t end = span_find(rest, '"');
        struct span name = span_to(rest, end);
        rest = span_from(rest, end + 2);
        size_t length = value_bytes(rest);
        keep(n, name, span_to(rest, length));
        json = span_from(rest, length + 1);
    }
}

void note_time(struct buf *b, uint64_t at_us)
{
    unsigned second = (unsigned)(at_us / 1000000 % 86400);

    buf_fmt(b, "%02u:%02u:%02u.%03u", second / 3600, second / 60 % 60,
            second % 60, (unsigned)(at_us / 1000 % 1000));
}

static void put_span(struct buf *b, struct span s)
{
    buf_char(b, ' ');
    buf_span_put(b, s);
}

void note_line(struct buf *b, const struct note *n)
{
    struct span e = n->event;

    note_time(b, n->at_us);
    if (n->connection)
        buf_fmt(b, " c%llu", (unsigned long long)n->connection);
    if (n->request)
        buf_fmt(b, ".%llu", (unsigned long long)n->request);
    if (n->worker)
        buf_fmt(b, " w%llu", (unsigned long long)n->worker);
    if (span_eq(e, SPAN("request"))) {
        put_span(b, n->method);
        put_span(b, n->target);
        buf_fmt(b, " %llu %llu", (unsigned long long)n->status,
                (unsigned long long)n->bytes);
        put_span(b, n->reason);
        buf_fmt(b, " %llu us", (unsigned long long)(n->at_us - n->first_us));
        if (!span_eq(n->end, SPAN("sent")))
            put_span(b, n->end);
        return;
    }
    put_span(b, e);
    if (span_eq(e, SPAN("accept"))) {
        put_span(b, n->peer);
        buf_fmt(b, ":%llu", (unsigned long long)n->port);
    } else if (span_eq(e, SPAN("end"))) {
        put_span(b, n->end);
        buf_fmt(b, ", %llu request%s, ", (unsigned long long)n->requests,
                n->requests == 1 ? "" : "s");
        buf_span_put(b, n->closed_first);
        BUF_LIT(b, " closed first");
    } else if (span_eq(e, SPAN("idle"))) {
        buf_fmt(b, " after %llu request%s, used for %llu us",
                (unsigned long long)n->requests, n->requests == 1 ? "" : "s",
                (unsigned long long)n->used_us);
    } else if (span_eq(e, SPAN("fin"))) {
        BUF_LIT(b, " by the");
        put_span(b, n->by);
    } else if (span_eq(e, SPAN("lost"))) {
        buf_fmt(b, " %llu events", (unsigned long long)n->lost);
    } else if (n->method.n) {
        put_span(b, n->method);
        put_span(b, n->target);
    }
}
