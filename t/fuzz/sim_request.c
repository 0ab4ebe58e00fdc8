/* SPDX-License-Identifier: MIT
 *
 * sim_request: where the requests in a client's bytes begin and end.  Judges
 * nothing: it need only be right about what the worker takes for correct; where
 * it does not know, it says so, and the worker has to end the connection.
 */
#include "sim.h"

#include <string.h>
#include <strings.h>

struct text {
    const char *p;
    size_t n;
};

static bool is(struct text t, const char *word)
{
    return t.n == strlen(word) && strncasecmp(t.p, word, t.n) == 0;
}

static struct text trimmed(struct text t)
{
    while (t.n && (t.p[0] == ' ' || t.p[0] == '\t')) {
        t.p++;
        t.n--;
    }
    while (t.n && (t.p[t.n - 1] == ' ' || t.p[t.n - 1] == '\t'))
        t.n--;
    return t;
}

static struct text word(struct text *rest)
{
    const char *space = memchr(rest->p, ' ', rest->n);
    struct text w = { rest->p, space ? (size_t)(space - rest->p) : rest->n };
    size_t skip = w.n + (space ? 1 : 0);

    rest->p += skip;
    rest->n -= skip;
    return w;
}

static bool number(struct text t, size_t *out)
{
    *out = 0;
    for (size_t i = 0; i < t.n; i++) {
        if (t.p[i] < '0' || t.p[i] > '9' || i > 8)
            return false;
        *out = *out * 10 + (size_t)(t.p[i] - '0');
    }
    return t.n > 0;
}

struct framing {
    bool length, chunked, lost;
    unsigned hosts;
    size_t bytes;
};

static void field(struct text line, struct sim_request *r, struct framing *f)
{
    const char *colon = memchr(line.p, ':', line.n);

    if (!colon) {
        f->lost = true;
        return;
    }
    struct text name = { line.p, (size_t)(colon - line.p) };
    struct text value =
        trimmed((struct text){ colon + 1, line.n - name.n - 1 });
    if (!is(name, "host") || !is(value, "localhost") || f->hosts++)
        r->plain = false;
    static const char *const ids[] = { "x-request-id", "traceparent" };
    for (int i = 0; i < 2; i++) {
        if (is(name, ids[i]) && r->id[i].count++ == 0) {
            r->id[i].p = value.p;
            r->id[i].n = value.n;
        }
    }
    if (is(name, "connection"))
        r->close = true; /* perhaps */
    if (is(name, "expect"))
        sim.expects = true;
    if (is(name, "content-length")) {
        f->lost |= f->length || !number(value, &f->bytes);
        f->length = true;
    }
    if (is(name, "transfer-encoding")) {
        f->lost |= f->chunked || !is(value, "chunked");
        f->chunked = true;
    }
}

static void request_line(struct text line, struct sim_request *r)
{
    struct text method = word(&line), target = word(&line);

    r->head = method.n == 4 && memcmp(method.p, "HEAD", 4) == 0;
    r->plain = r->head || (method.n == 3 && memcmp(method.p, "GET", 3) == 0);
    r->path = target.p;
    r->path_n = target.n;
    if (line.n != 8 || memcmp(line.p, "HTTP/1.1", 8) != 0) {
        r->plain = false;
        r->close = true;
    }
}

/* Bytes of chunked content, 0: not all there, SIZE_MAX: malformed. */
static size_t chunked(const char *p, size_t n)
{
    size_t at = 0;

    for (;;) {
        const char *end = memmem(p + at, n - at, "\r\n", 2);
        size_t size = 0, digits = 0;
        if (!end)
            return 0;
        for (const char *q = p + at; q < end; q++, digits++) {
            const char *hex = "0123456789abcdef";
            const char *d = memchr(hex, *q | (*q >= 'A' ? 0x20 : 0), 16);
            if (!d)
                break;
            if (digits > 6)
                return SIZE_MAX;
            size = size * 16 + (size_t)(d - hex);
        }
        if (digits == 0)
            return SIZE_MAX;
        at = (size_t)(end - p) + 2;
        if (size == 0)
            break;
        if (n - at < size + 2)
            return 0;
        at += size + 2;
    }
    for (;;) { /* trailers */
        const char *end = memmem(p + at, n - at, "\r\n", 2);
        if (!end)
            return 0;
        bool last = end == p + at;
        at = (size_t)(end - p) + 2;
        if (last)
            return at;
    }
}

static void content(struct sim_request *r, const struct framing *f,
                    const char *rest, size_t n)
{
    size_t bytes = f->length ? f->bytes : 0;

    r->kind = REQ_WHOLE;
    if (f->lost || (f->length && f->chunked)) {
        r->kind = REQ_LOST;
        return;
    }
    if (f->chunked) {
        bytes = chunked(rest, n);
        if (bytes == SIZE_MAX)
            r->kind = REQ_LOST;
        if (bytes == 0)
            r->kind = REQ_MORE;
    } else if (bytes > n) {
        r->kind = REQ_MORE;
    }
    r->plain = r->plain && !f->length && !f->chunked;
    r->ends += bytes;
}

void sim_request_next(const struct sim_conn *c, size_t at, size_t n,
                      struct sim_request *r)
{
    const char *p = (const char *)c->bytes;
    struct framing f = { .bytes = 0 };

    *r = (struct sim_request){ .kind = REQ_MORE };
    if (n - at >= 2 && memcmp(p + at, "\r\n", 2) == 0)
        at += 2;
    r->head = n - at >= 5 && memcmp(p + at, "HEAD ", 5) == 0;
    const char *end = memmem(p + at, n - at, "\r\n\r\n", 4);
    if (!end)
        return;
    struct text rest = { p + at, (size_t)(end - p) - at + 2 };
    for (bool first = true; rest.n > 0; first = false) {
        const char *lf = memmem(rest.p, rest.n, "\r\n", 2);
        struct text line = { rest.p, (size_t)(lf - rest.p) };
        if (first)
            request_line(line, r);
        else
            field(line, r, &f);
        rest.p += line.n + 2;
        rest.n -= line.n + 2;
    }
    r->ends = (size_t)(end - p) + 4;
    if (f.hosts != 1 || r->path_n == 0 || r->ends - at > 200)
        r->plain = false;
    content(r, &f, p + r->ends, n - r->ends);
}
