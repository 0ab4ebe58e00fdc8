/* SPDX-License-Identifier: MIT
 *
 * sim_reader: the client: reads responses as RFC 9112 has them, strictly, and
 * holds each against the request that it must belong to.
 */
#include "sim_world.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define DRAIN_US 2900000 /* less than [timeouts] drain */

static void hash(struct sim_reader *r, const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        r->hash = (r->hash ^ (uint8_t)p[i]) * 0x100000001b3ull;
}

/* The value of a field line of that name in the head, and how often it is
 * there. */
static unsigned value(const struct sim_reader *r, const char *name,
                      const char **v, size_t *n)
{
    const char *at = strstr(r->head, "\r\n") + 2;
    unsigned count = 0;
    size_t name_n = strlen(name);

    while (*at != '\r') {
        const char *end = strstr(at, "\r\n");
        if (strncasecmp(at, name, name_n) == 0 && at[name_n] == ':') {
            *v = at + name_n + 2;
            *n = (size_t)(end - *v);
            count++;
        }
        at = end + 2;
    }
    return count;
}

static bool said(const struct sim_reader *r, const char *name, const char *what)
{
    const char *v;
    size_t n;

    return value(r, name, &v, &n) && strlen(what) <= n &&
           strncmp(v, what, strlen(what)) == 0;
}

static bool date_line(const char *line)
{
    return strncmp(line, "Date: ", 6) == 0;
}

/* Name, colon, blank, value without controls or blanks around it. */
static void check_field(const char *line, const char *end)
{
    const char *colon = memchr(line, ':', (size_t)(end - line));

    PROPERTY(colon && colon > line && colon[1] == ' ' && colon + 2 < end);
    for (const char *p = line; p < colon; p++)
        PROPERTY(isalnum((unsigned char)*p) || *p == '-');
    for (const char *p = colon + 2; p < end; p++)
        PROPERTY((unsigned char)*p >= ' ' && *p != 127);
    PROPERTY(colon[2] != ' ' && end[-1] != ' ');
}

static void check_fields(struct sim_reader *r)
{
    static const char *const once[] = { "Date",          "Content-Length",
                                        "ETag",          "Content-Type",
                                        "Last-Modified", "Connection",
                                        "Location",      "Content-Range" };
    const char *at = strstr(r->head, "\r\n") + 2, *v;
    size_t n;

    hash(r, r->head, (size_t)(at - r->head));
    while (*at != '\r') {
        const char *end = strstr(at, "\r\n");
        check_field(at, end);
        if (!date_line(at))
            hash(r, at, (size_t)(end - at));
        at = end + 2;
    }
    for (size_t i = 0; i < sizeof once / sizeof once[0]; i++)
        PROPERTY(value(r, once[i], &v, &n) <= 1);
    if (r->status >= 200) {
        PROPERTY(value(r, "Date", &v, &n) == 1 && n == 29);
        PROPERTY(memcmp(v + n - 4, " GMT", 4) == 0);
    }
    PROPERTY(value(r, "Transfer-Encoding", &v, &n) == 0);
}

/* How long the connection may be idle (RFC 2068 19.7.1.1), in the form that is
 * sent here. */
static void take_announced(struct sim_reader *r)
{
    const char *v;
    size_t n, skip = strlen("timeout=");

    if (value(r, "Keep-Alive", &v, &n) == 0)
        return;
    PROPERTY(!r->closes && n > skip && memcmp(v, "timeout=", skip) == 0);
    uint64_t seconds = 0;
    for (size_t i = skip; i < n; i++) {
        PROPERTY(isdigit((unsigned char)v[i]));
        seconds = seconds * 10 + (uint64_t)(v[i] - '0');
    }
    r->quiet_us = seconds * 1000000;
}

/* The status line: HTTP/1.1 SP 3 digits SP phrase. */
static int status_of(const char *head)
{
    PROPERTY(strncmp(head, "HTTP/1.1 ", 9) == 0);
    for (int i = 9; i < 12; i++)
        PROPERTY(isdigit((unsigned char)head[i]));
    PROPERTY(head[12] == ' ' && isupper((unsigned char)head[13]));
    return (head[9] - '0') * 100 + (head[10] - '0') * 10 + head[11] - '0';
}

/* 100: only for a request that is waiting to be told, once. */
static void interim(struct sim_conn *c)
{
    struct sim_reader *r = &c->reader;

    PROPERTY(r->status == 100 && r->continued++ == 0);
    sim_request_next(c, r->request_at, c->taken, &r->request);
    PROPERTY(sim.expects && r->request.kind != REQ_WHOLE);
    PROPERTY(r->head_n == strlen("HTTP/1.1 100 Continue\r\n\r\n"));
}

static void framing(struct sim_conn *c)
{
    struct sim_reader *r = &c->reader;
    const char *v;
    size_t n;
    bool length = value(r, "Content-Length", &v, &n) == 1;

    r->length = 0;
    if (r->status == 204 || r->status == 304) {
        PROPERTY(!length);
        return;
    }
    PROPERTY(length && n < 12);
    for (size_t i = 0; i < n; i++) {
        PROPERTY(isdigit((unsigned char)v[i]));
        r->length = r->length * 10 + (uint64_t)(v[i] - '0');
    }
    /* whether HEAD was understood as such is not clear when there was a fault
     */
    bool fault =
        r->request.kind != REQ_WHOLE || (r->closes && r->status >= 400);
    if (r->request.head && !fault)
        r->length = 0;
    r->may_lack_body = r->request.head && fault;
}

/* What was asked for by the simplest of requests must be what comes. */
static void check_plain(struct sim_conn *c)
{
    struct sim_reader *r = &c->reader;
    const struct sim_request *q = &r->request;
    size_t n = q->path_n - 1;
    int file = q->path[0] == '/' ? sim_file_find(q->path + 1, n) : -1;
    const char *mark = NULL;

    if (sim_world.access && n >= 4 && strncmp(q->path, "/sub/", 5) == 0) {
        PROPERTY(r->status == 401 || (sim.wild && r->status >= 400));
        return;
    }
    if (file < 0 || (n && q->path[n] == '/' && !sim_files[file].directory))
        return;
    mark = sim_files[file].mark;
    if (!mark || sim_files[file].link)
        return;
    PROPERTY(r->status == 200 || sim.wild);
    if (r->status == 200)
        PROPERTY(said(r, "X-File", mark));
}

/* The head is whole: to which request does it belong? */
static void final(struct sim_conn *c)
{
    struct sim_reader *r = &c->reader;

    PROPERTY(!r->last);
    r->continued = 0;
    r->closes = said(r, "Connection", "close");
    r->last = r->closes;
    take_announced(r);
    r->began = r->request_at;
    sim_request_next(c, r->request_at, c->taken, &r->request);
    if (r->request.kind == REQ_WHOLE) {
        r->request_at = r->request.ends;
        if (r->request.plain)
            check_plain(c);
    } else {
        /* not whole, or not to be understood: an error that ends it */
        PROPERTY(r->status >= 400 && r->closes);
    }
    framing(c);
    if (r->n < SIM_ANSWERS)
        r->statuses[r->n] = r->status;
    r->n++;
    r->at = 0;
    r->state = READ_BODY;
    sim_body_begin(c);
}

static void body_over(struct sim_conn *c)
{
    struct sim_reader *r = &c->reader;

    sim_body_end(c);
    r->n_whole++;
    r->head_n = 0;
    r->state = r->last ? READ_OVER : READ_HEAD;
}

static size_t take_head(struct sim_conn *c, const char *p, size_t n)
{
    struct sim_reader *r = &c->reader;
    size_t used = 0;

    while (used < n) {
        PROPERTY(r->head_n + 1 < SIM_HEAD && p[used] != '\0');
        r->head[r->head_n++] = p[used++];
        if (r->head_n >= 4 &&
            memcmp(r->head + r->head_n - 4, "\r\n\r\n", 4) == 0) {
            r->head[r->head_n] = '\0';
            r->status = status_of(r->head);
            if (r->status < 200) {
                interim(c);
                r->head_n = 0;
                return used;
            }
            check_fields(r);
            final(c);
            if (r->length == 0)
                body_over(c);
            return used;
        }
    }
    return used;
}

void sim_reader_take(struct sim_conn *c, const char *p, size_t n)
{
    struct sim_reader *r = &c->reader;

    while (n > 0) {
        size_t used;
        PROPERTY(r->state != READ_OVER); /* nothing follows the last one */
        if (r->state == READ_HEAD) {
            used = take_head(c, p, n);
        } else {
            used = n < r->length - r->at ? n : (size_t)(r->length - r->at);
            sim_body_take(c, p, used);
            r->at += used;
            if (r->at == r->length)
                body_over(c);
        }
        p += used;
        n -= used;
    }
}

/* May the worker leave a response unfinished, or a request unanswered? */
static bool excused(const struct sim_conn *c)
{
    /* a strong tag, and nothing but times to hold it against */
    if (sim.stamped && sim.no_sums)
        return true;
    /* one that could not be handed over ends when the drain does */
    if (sim.handed && (sim.crammed || sim.now_us - sim.handed_us > DRAIN_US))
        return true;
    return c->reset || c->aborted || sim.touched || sim.broken_io ||
           sim.drained || sim.stopped || sim.crowded || sim.was_hung;
}

/* The connection is gone. */
void sim_reader_end(struct sim_conn *c)
{
    struct sim_reader *r = &c->reader;
    struct sim_request q;

    bool bodiless = r->state == READ_BODY && r->may_lack_body && r->at == 0;
    if (bodiless) {
        r->length = 0;
        sim_body_end(c);
        r->n_whole++;
    }
    bool whole = bodiless || r->state == READ_OVER ||
                 (r->state == READ_HEAD && r->head_n == 0);
    PROPERTY(whole || excused(c));
    if (!whole || r->last || excused(c))
        return;
    /* every request that was whole has its answer */
    sim_request_next(c, r->request_at, c->taken, &q);
    PROPERTY(q.kind == REQ_MORE);
    PROPERTY(c->taken == c->sent);
}
