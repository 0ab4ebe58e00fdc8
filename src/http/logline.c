/* SPDX-License-Identifier: MIT
 *
 * logline: the formats of the access log.
 * Layer: http (pure).
 */
#include "http/logline.h"

#include "http/date.h"

static const char hex[] = "0123456789abcdef";

/* Printable ASCII other than quote and backslash stays, the rest is \xHH. */
static void escaped(struct buf *b, struct span s, size_t max)
{
    bool cut = s.n > max;
    size_t from = 0, n = cut ? max : s.n;

    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c >= 32 && c < 127 && c != '"' && c != '\\')
            continue;
        buf_put(b, s.p + from, i - from);
        char code[4] = { '\\', 'x', hex[c >> 4], hex[c & 15] };
        buf_put(b, code, sizeof code);
        from = i + 1;
    }
    buf_put(b, s.p + from, n - from);
    if (cut)
        BUF_LIT(b, "...");
}

static void or_dash(struct buf *b, struct span s)
{
    if (s.p && s.n)
        escaped(b, s, LOGLINE_TARGET_MAX);
    else
        buf_char(b, '-');
}

void logline_json_string(struct buf *b, struct span s)
{
    size_t from = 0;

    buf_char(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c >= 32 && c < 127 && c != '"' && c != '\\')
            continue;
        buf_put(b, s.p + from, i - from);
        char code[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };
        buf_put(b, code, sizeof code);
        from = i + 1;
    }
    buf_put(b, s.p + from, s.n - from);
    buf_char(b, '"');
}

static struct span why(const struct logline *l)
{
    if (l->reason == REASON_FAULT)
        return span_str(fault_row(l->fault)->word);
    return span_str(reason_word(l->reason));
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

void logline_time(struct buf *b, int64_t time_us)
{
    char d[DATE_BYTES]; /* "Sun, 06 Nov 1994 08:49:37 GMT" */
    int64_t s = floor_seconds(time_us);

    date_format(d, s);
    buf_put(b, d + 12, 4);
    buf_char(b, '-');
    buf_u64_pad(b, (uint64_t)month_of(d), 2);
    buf_char(b, '-');
    buf_put(b, d + 5, 2);
    buf_char(b, 'T');
    buf_put(b, d + 17, 8);
    buf_char(b, '.');
    buf_u64_pad(b, (uint64_t)(time_us - s * 1000000), 6);
    buf_char(b, 'Z');
}

static void request_line(struct buf *b, const struct logline *l)
{
    if (l->minor < 0 && !l->method.n) {
        buf_char(b, '-');
        return;
    }
    escaped(b, l->method, 40);
    buf_char(b, ' ');
    escaped(b, l->target, LOGLINE_TARGET_MAX);
    if (l->minor >= 0) {
        BUF_LIT(b, " HTTP/1.");
        buf_u64(b, (uint64_t)l->minor);
    }
}

void logline_combined(struct buf *b, const struct logline *l)
{
    char d[DATE_BYTES];

    date_format(d, floor_seconds(l->time_us));
    buf_str(b, l->peer);
    BUF_LIT(b, " - - [");
    buf_put(b, d + 5, 2);
    buf_char(b, '/');
    buf_put(b, d + 8, 3);
    buf_char(b, '/');
    buf_put(b, d + 12, 4);
    buf_char(b, ':');
    buf_put(b, d + 17, 8);
    BUF_LIT(b, " +0000] \"");
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

static void json_field(struct buf *b, const char *name, struct span value)
{
    BUF_LIT(b, ",\"");
    buf_str(b, name);
    BUF_LIT(b, "\":");
    if (!value.p)
        BUF_LIT(b, "null");
    else
        logline_json_string(b, span_to(value, LOGLINE_TARGET_MAX));
}

static void json_number(struct buf *b, const char *name, uint64_t value)
{
    BUF_LIT(b, ",\"");
    buf_str(b, name);
    BUF_LIT(b, "\":");
    buf_u64(b, value);
}

void logline_json(struct buf *b, const struct logline *l)
{
    BUF_LIT(b, "{\"time\":\"");
    logline_time(b, l->time_us);
    buf_char(b, '"');
    json_number(b, "worker", l->worker);
    json_number(b, "connection", l->connection);
    json_number(b, "request", l->request);
    json_field(b, "peer", span_str(l->peer));
    json_number(b, "port", l->port);
    json_field(b, "method", l->method);
    json_field(b, "target", l->target);
    json_field(b, "host", l->host);
    json_number(b, "status", (uint64_t)l->status);
    json_number(b, "bytes", l->bytes);
    json_number(b, "duration_us", l->duration_us);
    json_field(b, "encoding", span_str(coding_row(l->coding)->name));
    json_field(b, "reason", why(l));
    json_field(b, "end", span_str(end_word(l->end)));
    json_field(b, "referer", l->referer);
    json_field(b, "user_agent", l->user_agent);
    BUF_LIT(b, "}\n");
}

void logline_readable(struct buf *b, const struct logline *l)
{
    char d[DATE_BYTES];
    int64_t s = floor_seconds(l->time_us);

    date_format(d, s);
    buf_put(b, d + 17, 8);
    buf_char(b, '.');
    buf_u64_pad(b, (uint64_t)(l->time_us - s * 1000000) / 1000, 3);
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
    buf_span_put(b, why(l));
    if (l->coding != CODING_IDENTITY) {
        BUF_LIT(b, ", ");
        buf_str(b, coding_row(l->coding)->name);
    }
    if (l->end != END_SENT && l->end != END_OPEN) {
        BUF_LIT(b, "; ");
        buf_str(b, end_word(l->end));
    }
    buf_char(b, '\n');
}
