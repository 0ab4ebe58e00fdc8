/* SPDX-License-Identifier: MIT
 *
 * target_path: from the raw path to the one that is looked up, and back.
 * Layer: http (pure).  A plain path is copied; any other is decoded component
 * by component, so that no decoded byte can ever act as a delimiter.
 */
#include "http/target_path.h"

#include "base/chars.h"
#include "base/check.h"
#include "http/utf8.h"

/* Nothing to decode, merge or remove: no '%', no "//", no "/.". */
static bool is_simple(struct span raw)
{
    if (raw.n == 0)
        return false;
    for (size_t i = 1; i < raw.n; i++) {
        char c = raw.p[i];
        if (c == '%' || ((c == '/' || c == '.') && raw.p[i - 1] == '/'))
            return false;
    }
    return true;
}

/* One component from raw[*at] up to the next '/' to out[0..], decoded. */
static enum fault decode_component(struct span raw, size_t *at, char *out,
                                   size_t *n)
{
    *n = 0;
    for (; *at < raw.n && raw.p[*at] != '/'; ++*at) {
        char c = raw.p[*at];
        if (c == '%') {
            int high = raw.n - *at > 2 ? chars_hex(raw.p[*at + 1]) : -1;
            int low = high >= 0 ? chars_hex(raw.p[*at + 2]) : -1;
            if (low < 0)
                return FAULT_TARGET_PERCENT;
            c = (char)(high << 4 | low);
            *at += 2;
            if (c == '/')
                return FAULT_TARGET_SLASH;
            if ((unsigned char)c < 0x20 || c == 0x7f)
                return FAULT_TARGET_NUL;
        }
        out[(*n)++] = c;
    }
    return FAULT_NONE;
}

bool target_utf8(struct span s)
{
    while (s.n) {
        size_t k = utf8_sequence((const unsigned char *)s.p, s.n);
        if (k == 0)
            return false;
        s = span_from(s, k);
    }
    return true;
}

static bool is_dots(const char *p, size_t n, size_t count)
{
    return n == count && memcmp(p, "..", count) == 0;
}

/* Drops the last component of "/a/b/" (n bytes); false at the root. */
static bool climb(const char *path, size_t *n)
{
    if (*n == 1)
        return false;
    do {
        --*n;
    } while (path[*n - 1] != '/');
    return true;
}

/* path holds "/" at first; afterwards *n bytes of a clean path */
static enum fault decode_all(struct span raw, char *path, size_t *n)
{
    size_t at = 1, k;

    path[0] = '/';
    *n = 1; /* always just behind a '/' here */
    for (;;) {
        enum fault f = decode_component(raw, &at, path + *n, &k);
        if (f != FAULT_NONE)
            return f;
        if (!target_utf8(span_of(path + *n, k)))
            return FAULT_TARGET_UTF8;
        bool last = at >= raw.n;
        if (is_dots(path + *n, k, 2)) {
            if (!climb(path, n))
                return FAULT_TARGET_ABOVE;
        } else if (k && !is_dots(path + *n, k, 1)) {
            *n += k;
            if (!last)
                path[(*n)++] = '/';
        }
        if (last)
            return FAULT_NONE;
        at++;
    }
}

/* RFC 8615: /.well-known/ at the front is no hidden folder */
static bool has_dots(struct span path)
{
    size_t i = span_starts(path, SPAN("/.well-known/")) ? 2 : 1;

    for (; i < path.n; i++) {
        if (path.p[i] == '.' && path.p[i - 1] == '/')
            return true;
    }
    return false;
}

enum fault target_path_decode(struct target *out, struct span raw,
                              char *storage)
{
    size_t n = raw.n;

    if (is_simple(raw)) {
        memcpy(storage, raw.p, n);
        out->plain = true;
    } else {
        enum fault f = decode_all(raw, storage, &n);
        if (f != FAULT_NONE) {
            storage[0] = '\0';
            return f;
        }
        out->plain = span_eq(span_of(storage, n), raw);
        out->dotted = has_dots(span_of(storage, n));
    }
    storage[n] = '\0';
    out->path = span_of(storage, n);
    out->directory = storage[n - 1] == '/';
    return FAULT_NONE;
}

/* '&' and the apostrophe are encoded for the sake of markup, ':' because a
 * relative reference that starts with "a:" has a scheme (RFC 3986 4.2). */
void target_encode(struct buf *b, struct span path)
{
    for (size_t i = 0; i < path.n; i++) {
        char c = path.p[i];
        if (chars_is(c, CHAR_UNRESERVED) || (c && strchr("/!$()*+,;=@", c))) {
            buf_char(b, c);
            continue;
        }
        unsigned char u = (unsigned char)c;
        char code[3] = { '%', "0123456789ABCDEF"[u >> 4],
                         "0123456789ABCDEF"[u & 15] };
        buf_put(b, code, sizeof code);
    }
}
