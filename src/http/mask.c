/* SPDX-License-Identifier: MIT
 *
 * mask: finds names of secrets in URLs.
 * Layer: http (pure).  Leans to the safe side: a name that only looks like one
 * is masked as well.
 */
#include "http/mask.h"

#include "base/chars.h"

#define NAME_MAX_BYTES 128 /* of a name, decoded; more is not looked at */

static const struct span always[] = {
    SPAN("Cookie"),
    SPAN("Set-Cookie"),
    SPAN("Authorization"),
    SPAN("Proxy-Authorization"),
};

/* The character at i, decoded once; *n: bytes that it takes. */
static char at(struct span s, size_t i, size_t *n)
{
    int high = s.p[i] == '%' && s.n - i > 2 ? chars_hex(s.p[i + 1]) : -1;
    int low = high >= 0 ? chars_hex(s.p[i + 2]) : -1;

    *n = low >= 0 ? 3 : 1;
    return (char)(low >= 0 ? high << 4 | low : s.p[i]);
}

static bool has_word(struct span name, struct span word)
{
    for (size_t i = 0; i + word.n <= name.n; i++) {
        if (span_eq_nocase(span_of(name.p + i, word.n), word))
            return true;
    }
    return false;
}

static bool is_break(char c)
{
    return c == ' ' || c == '\t' || c == ',';
}

bool mask_named(struct span words, struct span name)
{
    char decoded[NAME_MAX_BYTES];
    struct buf b = buf_over(decoded, sizeof decoded);

    for (size_t i = 0, n; i < name.n; i += n)
        buf_char(&b, at(name, i, &n));
    name = b.overflow ? span_of(decoded, sizeof decoded) : buf_span(&b);
    for (size_t i = 0; i < words.n;) {
        size_t end = i;
        while (end < words.n && !is_break(words.p[end]))
            end++;
        if (end > i && has_word(name, span_of(words.p + i, end - i)))
            return true;
        i = end + 1;
    }
    return false;
}

bool mask_field(struct span words, struct span name)
{
    /* what is said to everybody; "auth" would hide it */
    if (span_eq_nocase(name, SPAN("WWW-Authenticate")))
        return false;
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++) {
        if (span_eq_nocase(name, always[i]))
            return true;
    }
    return mask_named(words, name);
}

/* What ends a parameter, or what URLs are set in. */
static bool ends_value(char c)
{
    return is_break(c) || (c && strchr("&;#\"'<>", c));
}

/* Index behind the parameter's name at i; *equals: bytes of the "=" there. */
static size_t name_end(struct span s, size_t i, size_t *equals)
{
    size_t n;

    *equals = 0;
    for (; i < s.n; i += n) {
        char c = at(s, i, &n);
        if (c == '=') {
            *equals = n;
            return i;
        }
        if (ends_value(c) || c == '?' || c == '/')
            return i;
    }
    return i;
}

/* A parameter begins at i: index behind it if its value was masked, else i. */
static size_t put_parameter(struct buf *b, struct span words, struct span s,
                            size_t i)
{
    size_t equals, n, end = name_end(s, i, &equals);

    if (!equals || !mask_named(words, span_of(s.p + i, end - i)))
        return i;
    buf_put(b, s.p + i, end + equals - i);
    BUF_LIT(b, "***");
    i = end + equals;
    if (i < s.n && s.p[i] == '"') { /* a field's, quoted */
        i += 1 + span_find(span_from(s, i + 1), '"');
        return i < s.n ? i + 1 : i;
    }
    for (; i < s.n; i += n) {
        char c = at(s, i, &n);
        /* what is encoded belongs to the value, unless all of it is */
        if (ends_value(c) && (n == 1 || equals == 3))
            break;
    }
    return i;
}

/* Behind "//": userinfo ends with the last "@" of the authority. */
static size_t put_userinfo(struct buf *b, struct span s, size_t i)
{
    size_t found = i;

    for (size_t k = i, n; k < s.n; k += n) {
        char c = at(s, k, &n);
        if (ends_value(c) || c == '/' || c == '?')
            break;
        if (c == '@')
            found = k;
    }
    if (found > i)
        BUF_LIT(b, "***");
    return found;
}

void mask_text(struct buf *b, struct span words, struct span s)
{
    char before[2] = { 0, 0 };

    for (size_t i = 0, n; i < s.n;) {
        char c = at(s, i, &n);
        buf_put(b, s.p + i, n);
        i += n;
        if (c && strchr("?&;#", c)) {
            for (; i < s.n && (s.p[i] == ' ' || s.p[i] == '\t'); i++)
                buf_char(b, s.p[i]);
            i = put_parameter(b, words, s, i);
        } else if (c == '/' && before[1] == '/' && before[0] == ':') {
            i = put_userinfo(b, s, i);
        }
        before[0] = before[1];
        before[1] = c;
    }
}
