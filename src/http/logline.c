/* SPDX-License-Identifier: MIT
 *
 * logline: the formats of the access log.
 * Layer: http (pure).
 */
#include "http/logline.h"

#include "http/date.h"
#include "http/json.h"
#include "http/scan.h"
#include "http/utf8.h"

static const char hex[] = "0123456789abcdef";

/* What may stay as it is does, any other byte is \xHH. */
static void put_safe(struct buf *b, struct span s)
{
    const char *p = s.p, *end = s.p + s.n;

    while (p < end) {
        const char *stop = scan_plain(p, end);
        buf_put(b, p, (size_t)(stop - p));
        if (stop == end)
            return;
        unsigned char c = (unsigned char)*stop;
        char code[2] = { hex[c >> 4], hex[c & 15] };
        BUF_LIT(b, "\\x");
        buf_put(b, code, sizeof code);
        p = stop + 1;
    }
}

/* Printable ASCII other than quote and backslash stays, the rest is \xHH. */
static void escaped(struct buf *b, struct span s, size_t max)
{
    if (s.n == 0)
        return;
    put_safe(b, utf8_cut(s, max));
    if (s.n > max)
        BUF_LIT(b, "...");
}

static void or_dash(struct buf *b, struct span s)
{
    if (s.p && s.n)
        escaped(b, s, LOGLINE_TARGET_MAX);
    else
        buf_char(b, '-');
}

static const char *why(const struct logline *l)
{
    if (l->reason == REASON_FAULT)
        return fault_row(l->fault)->word;
    return reason_word(l->reason);
}

static int month_of(const char *date)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

    for (int m = 0; m < 12; m++) {
        if (memcmp(names + m * 3, date + 8, 3) == 0)
            return m + 1;
    }
    return 0;
}

static int64_t floor_seconds(int64_t us)
{
    return us >= 0 ? us / 1000000 : -((999999 - us) / 1000000);
}

void logline_stamp(struct logline_stamp *out, int64_t time_us)
{
    char d[DATE_BYTES]; /* "Sun, 06 Nov 1994 08:49:37 GMT" */
    struct buf clf = buf_over(out->clf, sizeof out->clf);
    struct buf iso = buf_over(out->iso, sizeof out->iso);

    out->second = floor_seconds(time_us);
    date_format(d, out->second);
    buf_put(&clf, d + 5, 2);
    buf_char(&clf, '/');
    buf_put(&clf, d + 8, 3);
    buf_char(&clf, '/');
    buf_put(&clf, d + 12, 4);
    buf_char(&clf, ':');
    buf_put(&clf, d + 17, 8);
    BUF_LIT(&clf, " +0000");
    buf_put(&iso, d + 12, 4);
    buf_char(&iso, '-');
    buf_u64_pad(&iso, (uint64_t)month_of(d), 2);
    buf_char(&iso, '-');
    buf_put(&iso, d + 5, 2);
    buf_char(&iso, 'T');
    buf_put(&iso, d + 17, 8);
}

static void put_time(struct buf *b, const struct logline_stamp *s,
                     int64_t time_us)
{
    buf_put(b, s->iso, sizeof s->iso);
    buf_char(b, '.');
    buf_u64_pad(b, (uint64_t)(time_us - s->second * 1000000), 6);
    buf_char(b, 'Z');
}

void logline_time(struct buf *b, int64_t time_us)
{
    struct logline_stamp s;

    logline_stamp(&s, time_us);
    put_time(b, &s, time_us);
}

/* The line's own stamp when it is of this second, else one made in `own`. */
static const struct logline_stamp *stamp_of(const struct logline *l,
                                            struct logline_stamp *own)
{
    if (l->stamp && l->stamp->second == floor_seconds(l->time_us))
        return l->stamp;
    logline_stamp(own, l->time_us);
    return own;
}

static void request_line(struct buf *b, const struct logline *l)
{
    if (!l->method.n) {
        buf_char(b, '-');
        return;
    }
    escaped(b, l->method, 40);
    if (l->target.n) {
        buf_char(b, ' ');
        escaped(b, l->target, LOGLINE_TARGET_MAX);
    }
    if (l->minor >= 0) {
        BUF_LIT(b, " HTTP/1.");
        buf_u64(b, (uint64_t)l->minor);
    }
}

/* One word, as readers of the format take the third field for: a blank would
 * end it, and a lone dash says that there is nobody. */
static void put_user(struct buf *b, struct span user)
{
    if (!user.p) {
        buf_char(b, '-');
    } else if (span_eq(user, SPAN("-"))) {
        BUF_LIT(b, "\\x2d");
    } else {
        while (user.n) {
            size_t blank = span_find(user, ' ');
            put_safe(b, span_to(user, blank));
            if (blank < user.n)
                BUF_LIT(b, "\\x20");
            user = span_from(user, blank + 1);
        }
    }
}

void logline_combined(struct buf *b, const struct logline *l)
{
    struct logline_stamp own;

    buf_str(b, l->peer);
    BUF_LIT(b, " - ");
    put_user(b, l->user);
    BUF_LIT(b, " [");
    buf_put(b, stamp_of(l, &own)->clf, sizeof own.clf);
    BUF_LIT(b, "] \"");
    request_line(b, l);
    BUF_LIT(b, "\" ");
    buf_u64_pad(b, (uint64_t)l->status, 3);
    buf_char(b, ' ');
    buf_u64(b, l->bytes);
    BUF_LIT(b, " \"");
    or_dash(b, l->referer);
    BUF_LIT(b, "\" \"");
    or_dash(b, l->user_agent);
    BUF_LIT(b, "\"\n");
}

static void json_value(struct buf *b, struct span value)
{
    if (!value.p)
        BUF_LIT(b, "null");
    else
        json_string(b, utf8_cut(value, LOGLINE_TARGET_MAX));
}

#define JSON_FIELD(b, name, value) \
    do {                           \
        JSON_KEY(b, name);         \
        json_value((b), (value));  \
    } while (0)

/* a word of one of our tables, or an address: nothing to escape */
static void json_word(struct buf *b, const char *word)
{
    if (!word) {
        BUF_LIT(b, "null");
        return;
    }
    buf_char(b, '"');
    buf_str(b, word);
    buf_char(b, '"');
}

#define JSON_WORD(b, name, value) \
    do {                          \
        JSON_KEY(b, name);        \
        json_word((b), (value));  \
    } while (0)

#define JSON_NUMBER(b, name, value)      \
    do {                                 \
        JSON_KEY(b, name);               \
        buf_u64((b), (uint64_t)(value)); \
    } while (0)

void logline_json(struct buf *b, const struct logline *l)
{
    struct logline_stamp own;

    buf_char(b, '{');
    JSON_KEY(b, "time");
    buf_char(b, '"');
    put_time(b, stamp_of(l, &own), l->time_us);
    buf_char(b, '"');
    JSON_NUMBER(b, "worker", l->worker);
    JSON_NUMBER(b, "connection", l->connection);
    JSON_NUMBER(b, "request", l->request);
    JSON_WORD(b, "peer", l->peer);
    JSON_NUMBER(b, "port", l->port);
    if (l->via) {
        JSON_WORD(b, "via", l->via);
        JSON_NUMBER(b, "via_port", l->via_port);
    }
    if (l->user.p)
        JSON_FIELD(b, "user", l->user);
    JSON_FIELD(b, "method", l->method);
    JSON_FIELD(b, "target", l->target);
    JSON_FIELD(b, "host", l->host);
    JSON_NUMBER(b, "status", l->status);
    JSON_NUMBER(b, "bytes", l->bytes);
    JSON_NUMBER(b, "duration_us", l->duration_us);
    JSON_WORD(b, "encoding", coding_row(l->coding)->name);
    JSON_WORD(b, "reason", why(l));
    JSON_WORD(b, "end", end_word(l->end));
    JSON_FIELD(b, "referer", l->referer);
    JSON_FIELD(b, "user_agent", l->user_agent);
    if (l->request_id.p)
        JSON_FIELD(b, "request_id", l->request_id);
    if (l->traceparent.p)
        JSON_FIELD(b, "traceparent", l->traceparent);
    BUF_LIT(b, "}\n");
}

void logline_readable(struct buf *b, const struct logline *l)
{
    struct logline_stamp own;
    const struct logline_stamp *s = stamp_of(l, &own);

    buf_put(b, s->iso + sizeof "2026-11-23T" - 1, sizeof "01:02:03" - 1);
    buf_char(b, '.');
    buf_u64_pad(b, (uint64_t)(l->time_us - s->second * 1000000) / 1000, 3);
    BUF_LIT(b, " w");
    buf_u64(b, l->worker);
    BUF_LIT(b, " c");
    buf_u64(b, l->connection);
    buf_char(b, '.');
    buf_u64(b, l->request);
    buf_char(b, ' ');
    if (l->method.n)
        escaped(b, l->method, 40);
    else
        buf_char(b, '-');
    buf_char(b, ' ');
    if (l->target.n)
        escaped(b, l->target, LOGLINE_TARGET_MAX);
    else
        buf_char(b, '-');
    buf_char(b, ' ');
    buf_u64_pad(b, (uint64_t)l->status, 3);
    buf_char(b, ' ');
    buf_u64(b, l->bytes);
    buf_char(b, ' ');
    buf_str(b, why(l));
    if (l->coding != CODING_IDENTITY) {
        BUF_LIT(b, ", ");
        buf_str(b, coding_row(l->coding)->name);
    }
    if (l->user.p) {
        BUF_LIT(b, ", user ");
        escaped(b, l->user, LOGLINE_USER_MAX);
    }
    if (l->end != END_SENT && l->end != END_OPEN) {
        BUF_LIT(b, "; ");
        buf_str(b, end_word(l->end));
    }
    buf_char(b, '\n');
}
