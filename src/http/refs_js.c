/* SPDX-License-Identifier: MIT
 *
 * refs_js: walks the tokens of a script (ECMA-262 12 and 16.2, as far as
 * needed): import and export ... from of modules, and import("...").  Whether a
 * '/' divides or begins a regular expression is guessed from what is before it.
 * Layer: http (pure).
 */
#include "http/refs_parts.h"

#include "base/chars.h"

#define IMPORT_MAX 4096 /* bytes from the keyword to the address */

static bool in_name(char c)
{
    return chars_is(c, CHAR_ALPHA) || chars_is(c, CHAR_DIGIT) || c == '_' ||
           c == '$' || (unsigned char)c >= 0x80;
}

static struct span take_name(struct span *s)
{
    size_t n = 0;

    while (n < s->n && in_name(s->p[n]))
        n++;
    struct span name = span_to(*s, n);
    *s = span_from(*s, n);
    return name;
}

/* White space and comments. */
static struct span skip_blank(struct span s)
{
    for (;;) {
        s = refs_skip_space(s);
        if (span_starts(s, SPAN("//")))
            s = span_from(s, span_find(s, '\n'));
        else if (span_starts(s, SPAN("/*")))
            s = span_from(s, refs_find(span_from(s, 2), SPAN("*/")) + 4);
        else
            return s;
    }
}

static bool quoted(struct span s)
{
    return s.n && (s.p[0] == '"' || s.p[0] == '\'');
}

/* Names of packages are for an import map (HTML 8.1.6.4). */
static bool address(struct span url)
{
    return span_find(url, '\\') == url.n &&
           (span_starts(url, SPAN("/")) || span_starts(url, SPAN("./")) ||
            span_starts(url, SPAN("../")) ||
            refs_find(url, SPAN("://")) != url.n);
}

/* Behind the keyword: s moves past the address if this is one. */
static bool imported(struct span *s, bool exports, struct ref *out)
{
    struct span at = skip_blank(span_to(*s, IMPORT_MAX));
    bool from = !exports, called = false;

    if (exports && (at.n == 0 || (at.p[0] != '*' && at.p[0] != '{')))
        return false; /* a declaration */
    if (!exports && at.n && at.p[0] == '(') {
        called = true;
        at = skip_blank(span_from(at, 1));
    }
    while (!called && at.n && !(quoted(at) && from)) {
        if (in_name(at.p[0])) {
            from = span_eq(take_name(&at), SPAN("from"));
        } else if (quoted(at)) {
            (void)refs_string(&at); /* a name that is no identifier */
        } else if (strchr("{},*", at.p[0])) {
            from = false;
            at = span_from(at, 1);
        } else {
            return false;
        }
        at = skip_blank(at);
    }
    if (!quoted(at))
        return false;
    struct span url = refs_string(&at);
    if (called) {
        at = skip_blank(at);
        if (at.n == 0 || (at.p[0] != ')' && at.p[0] != ','))
            return false; /* put together */
    }
    if (!address(url))
        return false;
    *out =
        (struct ref){ .kind = called ? REF_DYNAMIC : REF_SCRIPT, .url = url };
    *s = span_from(*s, (size_t)(at.p - s->p));
    return true;
}

static bool take_word(struct refs_js *j, struct span *s, struct ref *out)
{
    /* no operator comes after these */
    static const struct span words[] = {
        SPAN("return"), SPAN("typeof"), SPAN("case"),   SPAN("in"),
        SPAN("of"),     SPAN("delete"), SPAN("void"),   SPAN("throw"),
        SPAN("new"),    SPAN("else"),   SPAN("do"),     SPAN("instanceof"),
        SPAN("yield"),  SPAN("await"),  SPAN("export"),
    };
    struct span name = take_name(s);
    bool property = j->dot;

    j->dot = false;
    j->value = true;
    if (property)
        return false;
    if (span_eq(name, SPAN("import")))
        return imported(s, false, out);
    if (span_eq(name, SPAN("export")) && imported(s, true, out))
        return true;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        j->value = j->value && !span_eq(name, words[i]);
    return false;
}

/* In a template literal: up to its end, or into an expression. */
static void pass_template(struct refs_js *j, struct span *s)
{
    size_t n = 0;

    while (n < s->n && s->p[n] != '`') {
        if (s->p[n] == '$' && n + 1 < s->n && s->p[n + 1] == '{' &&
            j->nest < REFS_NEST) {
            *s = span_from(*s, n + 2);
            j->outer[j->nest++] = j->braces;
            j->braces = 0;
            j->value = false;
            return;
        }
        n += s->p[n] == '\\' ? 2 : 1;
    }
    *s = span_from(*s, n + 1);
    j->value = true;
}

/* s points at its '/'.  It ends with its line at the latest. */
static void pass_expression(struct span *s)
{
    bool class = false;
    size_t n = 1;

    while (n < s->n && s->p[n] != '\n' && (class || s->p[n] != '/')) {
        if (s->p[n] == '[')
            class = true;
        else if (s->p[n] == ']')
            class = false;
        n += s->p[n] == '\\' ? 2 : 1;
    }
    *s = span_from(*s, n + 1);
    (void)take_name(s);
}

static void mark(struct refs_js *j, struct span *s)
{
    char c = s->p[0];

    if (c == '/' && !j->value) {
        pass_expression(s);
        j->value = true;
        return;
    }
    j->dot = c == '.' && !span_starts(*s, SPAN("..."));
    *s = span_from(*s, span_starts(*s, SPAN("...")) ? 3 : 1);
    j->value = c == ')' || c == ']';
    if (c == '{') {
        j->braces++;
    } else if (c == '}' && j->braces) {
        j->braces--;
    } else if (c == '}' && j->nest) {
        j->braces = j->outer[--j->nest];
        pass_template(j, s);
    }
}

bool refs_js_next(struct refs_js *j, struct span *s, struct ref *out)
{
    for (*s = skip_blank(*s); s->n; *s = skip_blank(*s)) {
        char c = s->p[0];
        if (c == '`') {
            *s = span_from(*s, 1);
            pass_template(j, s);
        } else if (quoted(*s)) {
            (void)refs_string(s);
            j->value = true;
        } else if (in_name(c)) {
            if (take_word(j, s, out))
                return true;
        } else {
            mark(j, s);
        }
    }
    return false;
}
