/* SPDX-License-Identifier: MIT
 *
 * refs_css: walks the tokens of a style sheet (CSS Syntax 4, as far as needed):
 * @import, url(), image-set() and the sources of @font-face.  An address with
 * an escape in it is passed over. Layer: http (pure).
 */
#include "http/refs_parts.h"

#include "base/chars.h"

enum { AT_NONE, AT_IMPORT, AT_NAMESPACE, AT_FONT_FACE, AT_OTHER };

static bool in_name(char c)
{
    return chars_is(c, CHAR_ALPHA) || chars_is(c, CHAR_DIGIT) || c == '-' ||
           c == '_' || (unsigned char)c >= 0x80;
}

static struct span take_name(struct span *s)
{
    size_t n = 1; /* an '@', perhaps */

    while (n < s->n && in_name(s->p[n]))
        n++;
    struct span name = span_to(*s, n);
    *s = span_from(*s, n);
    return name;
}

/* In the attribute of a tag quotes may be written as references. */
static struct span without_quotes(struct span s)
{
    static const struct span quotes[] = { SPAN("&quot;"), SPAN("&#34;"),
                                          SPAN("&apos;"), SPAN("&#39;") };

    for (size_t i = 0; i < sizeof quotes / sizeof quotes[0]; i++) {
        if (span_starts(s, quotes[i]))
            s = span_from(s, quotes[i].n);
        if (span_ends(s, quotes[i]))
            s.n -= quotes[i].n;
    }
    return s;
}

/* Behind "url(": its address, and past the ')'. */
static struct span take_url(struct span *s)
{
    struct span url;

    *s = refs_skip_space(*s);
    if (s->n && (s->p[0] == '"' || s->p[0] == '\''))
        url = refs_string(s);
    else
        url = span_to(*s, span_find(*s, ')'));
    *s = span_from(*s, span_find(*s, ')') + 1);
    return without_quotes(refs_trim(url));
}

/* An address where one may be: is it one that is fetched? */
static bool give(struct refs_css *c, struct span url, struct ref *out)
{
    *out = (struct ref){ .kind = REF_RULE, .url = url };
    if (c->at == AT_NAMESPACE || span_find(url, '\\') != url.n)
        return false;
    if (c->at == AT_IMPORT) {
        c->at = AT_OTHER; /* its layer and conditions follow */
        out->kind = REF_STYLE;
        return url.n > 0;
    }
    if (c->font)
        out->kind = REF_FONT;
    if (c->font || c->set_depth) {
        out->other = c->begun;
        c->begun = c->begun || url.n > 0;
    }
    return url.n > 0;
}

static void at_rule(struct refs_css *c, struct span name)
{
    if (span_eq_nocase(name, SPAN("@import")))
        c->at = AT_IMPORT;
    else if (span_eq_nocase(name, SPAN("@namespace")))
        c->at = AT_NAMESPACE;
    else if (span_eq_nocase(name, SPAN("@font-face")))
        c->at = AT_FONT_FACE;
    else
        c->at = AT_OTHER;
}

static bool take_word(struct refs_css *c, struct span *s, struct ref *out)
{
    struct span name = take_name(s);

    if (name.p[0] == '@')
        at_rule(c, name);
    if (s->n == 0 || s->p[0] != '(')
        return false;
    *s = span_from(*s, 1);
    if (span_eq_nocase(name, SPAN("url")))
        return give(c, take_url(s), out);
    c->depth++;
    if (span_eq_nocase(name, SPAN("image-set")) ||
        span_eq_nocase(name, SPAN("-webkit-image-set"))) {
        c->set_depth = c->depth;
        c->begun = false;
    }
    return false;
}

static void mark(struct refs_css *c, char ch)
{
    if (ch == '(') {
        c->depth++;
    } else if (ch == ')') {
        if (c->depth && c->depth-- == c->set_depth)
            c->set_depth = 0;
    } else if (ch == '{' || ch == '}' || ch == ';') {
        c->font = ch == '{' ? c->at == AT_FONT_FACE : ch == ';' && c->font;
        c->at = AT_NONE;
        c->begun = false;
        c->depth = c->set_depth = 0;
    }
}

bool refs_css_next(struct refs_css *c, struct span *s, struct ref *out)
{
    while (s->n) {
        char ch = s->p[0];
        if (span_starts(*s, SPAN("/*"))) {
            *s = span_from(*s, 2);
            *s = span_from(*s, refs_find(*s, SPAN("*/")) + 2);
        } else if (ch == '"' || ch == '\'') {
            struct span text = refs_string(s);
            /* strings are addresses here only */
            if ((c->at == AT_IMPORT ||
                 (c->set_depth && c->depth == c->set_depth)) &&
                give(c, text, out))
                return true;
        } else if (in_name(ch) || ch == '@') {
            if (take_word(c, s, out))
                return true;
        } else {
            mark(c, ch);
            *s = span_from(*s, ch == '\\' ? 2 : 1);
        }
    }
    return false;
}
