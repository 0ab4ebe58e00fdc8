/* SPDX-License-Identifier: MIT
 *
 * declared: the prescan of HTML (13.2.3.2), XML's declaration (XML 1.0 2.8) and
 * the @charset rule (CSS Syntax 3.2).
 * Layer: http (pure).
 */
#include "http/declared.h"

#include "base/chars.h"
#include "http/refs_parts.h"

static bool starts(struct span s, struct span prefix)
{
    return span_eq_nocase(span_to(s, prefix.n), prefix);
}

/* What is quoted, or a word, at the front of s. */
static struct span word(struct span s)
{
    size_t n = 0;

    if (s.n && (s.p[0] == '"' || s.p[0] == '\'')) {
        struct span rest = span_from(s, 1);
        n = span_find(rest, s.p[0]);
        return n < rest.n ? refs_trim(span_to(rest, n)) : SPAN_NONE;
    }
    while (n < s.n && !refs_space(s.p[n]) && s.p[n] != ';')
        n++;
    return n ? span_to(s, n) : SPAN_NONE;
}

/* "charset=..." wherever it is in s. */
struct span declared_parameter(struct span s)
{
    const struct span key = SPAN("charset");

    for (; s.n > key.n; s = span_from(s, 1)) {
        if (!starts(s, key))
            continue;
        struct span rest = refs_skip_space(span_from(s, key.n));
        if (rest.n && rest.p[0] == '=')
            return word(refs_skip_space(span_from(rest, 1)));
    }
    return SPAN_NONE;
}

/* One attribute off the front of what is between a tag's name and its end. */
static bool take_attribute(struct span *s, struct span *name,
                           struct span *value)
{
    size_t n = 0;

    while (s->n && (refs_space(s->p[0]) || s->p[0] == '/'))
        *s = span_from(*s, 1);
    if (!s->n || s->p[0] == '>')
        return false;
    while (n < s->n && !refs_space(s->p[n]) && !strchr("=/>", s->p[n]))
        n++;
    *name = span_to(*s, n);
    *s = refs_skip_space(span_from(*s, n));
    *value = SPAN_NONE;
    if (!s->n || s->p[0] != '=')
        return n > 0;
    *s = refs_skip_space(span_from(*s, 1));
    if (s->n && (s->p[0] == '"' || s->p[0] == '\'')) {
        struct span rest = span_from(*s, 1);
        n = span_find(rest, s->p[0]);
        *value = span_to(rest, n);
        *s = span_from(rest, n + 1);
        return true;
    }
    for (n = 0; n < s->n && !refs_space(s->p[n]) && s->p[n] != '>';)
        n++;
    *value = span_to(*s, n);
    *s = span_from(*s, n);
    return true;
}

/* s is just behind the tag's name; it moves to its end. */
static struct span meta(struct span *s)
{
    struct span name, value, charset = SPAN_NONE, content = SPAN_NONE;
    bool pragma = false;

    while (take_attribute(s, &name, &value)) {
        if (span_eq_nocase(name, SPAN("charset")))
            charset = charset.p ? charset : refs_trim(value);
        else if (span_eq_nocase(name, SPAN("http-equiv")))
            pragma = span_eq_nocase(value, SPAN("content-type"));
        else if (span_eq_nocase(name, SPAN("content")))
            content = content.p ? content : declared_parameter(value);
    }
    return charset.p ? charset : pragma ? content : SPAN_NONE;
}

static void pass_tag(struct span *s)
{
    struct span name, value;

    while (take_attribute(s, &name, &value)) {
    }
}

static struct span of_html(struct span s)
{
    const struct span tag = SPAN("<meta");

    for (s = span_to(s, DECLARED_HEAD_BYTES); s.n; s = span_from(s, 1)) {
        s = span_from(s, span_find(s, '<'));
        if (starts(s, SPAN("<!--"))) {
            s = span_from(s, 2); /* "<!-->" is one */
            s = span_from(s, refs_find(s, SPAN("-->")) + 2);
        } else if (starts(s, tag) && s.n > tag.n &&
                   (refs_space(s.p[tag.n]) || s.p[tag.n] == '/')) {
            s = span_from(s, tag.n);
            struct span found = meta(&s);
            if (found.p)
                return found;
        } else if (s.n > 1 && strchr("!/?", s.p[1])) {
            if (s.p[1] != '/')
                s = span_from(s, span_find(s, '>'));
            else
                pass_tag(&s);
        } else if (s.n > 1 && chars_is(s.p[1], CHAR_ALPHA)) {
            size_t n = 1;
            while (n < s.n && !refs_space(s.p[n]) && s.p[n] != '>')
                n++;
            s = span_from(s, n);
            pass_tag(&s);
        }
    }
    return SPAN_NONE;
}

static struct span of_xml(struct span s)
{
    const struct span key = SPAN("encoding");

    if (!starts(s, SPAN("<?xml")))
        return SPAN_NONE;
    s = span_to(s, refs_find(s, SPAN("?>")));
    s = refs_skip_space(span_from(s, refs_find(s, key) + key.n));
    if (!s.n || s.p[0] != '=')
        return SPAN_NONE;
    return word(refs_skip_space(span_from(s, 1)));
}

static struct span of_css(struct span s)
{
    const struct span rule = SPAN("@charset \"");

    if (!span_starts(s, rule))
        return SPAN_NONE;
    return word(span_from(s, rule.n - 1));
}

struct span declared_charset(struct span head, struct span type)
{
    const struct span mark = SPAN("\xef\xbb\xbf");

    type = span_trim(span_to(type, span_find(type, ';')));
    if (span_starts(head, mark))
        head = span_from(head, mark.n);
    if (span_eq_nocase(type, SPAN("text/html")))
        return of_html(head);
    if (span_eq_nocase(type, SPAN("text/css")))
        return of_css(head);
    if (span_ends(type, SPAN("/xml")) || span_ends(type, SPAN("+xml")))
        return of_xml(head);
    return SPAN_NONE;
}

const char *declared_lie(struct span name, enum media_bytes bytes, bool ascii)
{
    bool utf8 = span_eq_nocase(name, SPAN("utf-8")) ||
                span_eq_nocase(name, SPAN("utf8"));
    bool utf16 = starts(name, SPAN("utf-16"));

    if (bytes == MEDIA_BYTES_UTF16)
        return utf16 ? NULL : "its bytes are UTF-16, by their mark";
    if (utf16)
        return "its bytes have no mark of UTF-16";
    if (utf8)
        return bytes == MEDIA_BYTES_OTHER ? "its bytes are not UTF-8" : NULL;
    return bytes == MEDIA_BYTES_UTF8 && !ascii
               ? "its bytes are UTF-8, and sent as that"
               : NULL;
}
