/* SPDX-License-Identifier: MIT
 *
 * json: escapes, and what is around values.
 * Layer: http (pure).
 */
#include "http/json.h"

#include "http/scan.h"
#include "http/utf8.h"

static void put_unit(struct buf *b, unsigned v)
{
    static const char hex[] = "0123456789abcdef";
    char text[6] = {
        '\\',       'u', hex[v >> 12 & 15], hex[v >> 8 & 15], hex[v >> 4 & 15],
        hex[v & 15]
    };

    buf_put(b, text, sizeof text);
}

/* The code point of a sequence that utf8_sequence() has measured. */
static unsigned code_point(const unsigned char *p, size_t n)
{
    unsigned v = n == 1 ? p[0] : p[0] & (0x7Fu >> n);

    for (size_t i = 1; i < n; i++)
        v = v << 6 | (p[i] & 0x3F);
    return v;
}

/* What may not stay as it is, at the front of p: bytes taken. */
static size_t put_escaped(struct buf *b, const char *p, size_t n)
{
    const unsigned char *u = (const unsigned char *)p;
    size_t k = utf8_sequence(u, n);
    unsigned v = k ? code_point(u, k) : u[0];

    if (v == '"' || v == '\\') {
        buf_char(b, '\\');
        buf_char(b, (char)v);
    } else if (v > 0xFFFF) { /* a surrogate pair, RFC 8259 7 */
        put_unit(b, 0xD800 + ((v - 0x10000) >> 10));
        put_unit(b, 0xDC00 + ((v - 0x10000) & 0x3FF));
    } else {
        put_unit(b, v);
    }
    return k ? k : 1;
}

void json_escape(struct buf *b, struct span s)
{
    const char *p = s.p, *end = s.p + s.n;

    while (s.n && p < end) {
        const char *stop = scan_plain(p, end);
        buf_put(b, p, (size_t)(stop - p));
        p = stop;
        if (p < end)
            p += put_escaped(b, p, (size_t)(end - p));
    }
}

void json_string(struct buf *b, struct span s)
{
    buf_char(b, '"');
    json_escape(b, s);
    buf_char(b, '"');
}

void json_key(struct buf *b, const char *name)
{
    json_comma(b);
    buf_char(b, '"');
    buf_str(b, name);
    BUF_LIT(b, "\":");
}

void json_put_u64(struct buf *b, const char *name, uint64_t v)
{
    json_key(b, name);
    buf_u64(b, v);
}

void json_put_i64(struct buf *b, const char *name, int64_t v)
{
    json_key(b, name);
    if (v < 0)
        buf_char(b, '-');
    buf_u64(b, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

void json_put_bool(struct buf *b, const char *name, bool v)
{
    json_key(b, name);
    buf_str(b, v ? "true" : "false");
}

void json_put(struct buf *b, const char *name, struct span s)
{
    json_key(b, name);
    if (s.p)
        json_string(b, s);
    else
        BUF_LIT(b, "null");
}

void json_put_str(struct buf *b, const char *name, const char *s)
{
    json_put(b, name, span_str(s));
}
