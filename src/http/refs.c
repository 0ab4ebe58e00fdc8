/* SPDX-License-Identifier: MIT
 *
 * refs: walks the tags of a page (HTML 13.2.5, as far as needed).
 * Layer: http (pure).
 */
#include "http/refs.h"

#include "base/chars.h"
#include "base/check.h"

/* Elements whose text is no markup, or is not shown to a browser that runs
 * scripts (HTML 13.2.6.4). */
static const struct span passed_over[] = {
    SPAN("script"),   SPAN("style"),    SPAN("textarea"), SPAN("title"),
    SPAN("noscript"), SPAN("template"), SPAN("xmp"),      SPAN("iframe"),
};

struct tag {
    struct span name;
    struct span src, href, rel, loading, type;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static struct span skip_space(struct span s)
{
    while (s.n && is_space(s.p[0]))
        s = span_from(s, 1);
    return s;
}

static struct span trim(struct span s)
{
    s = skip_space(s);
    while (s.n && is_space(s.p[s.n - 1]))
        s.n--;
    return s;
}

/* Index of `what`, or s.n. */
static size_t find(struct span s, struct span what)
{
    for (size_t i = 0; i + what.n <= s.n; i++) {
        i += span_find(span_from(s, i), what.p[0]);
        if (i + what.n <= s.n && memcmp(s.p + i, what.p, what.n) == 0)
            return i;
    }
    return s.n;
}

static struct span take_name(struct span *s, const char *stops)
{
    size_t n = 0;

    while (n < s->n && !is_space(s->p[n]) && !strchr(stops, s->p[n]))
        n++;
    struct span name = span_to(*s, n);
    *s = span_from(*s, n);
    return name;
}

static struct span take_value(struct span *s)
{
    struct span value;

    if (s->n && (s->p[0] == '"' || s->p[0] == '\'')) {
        struct span rest = span_from(*s, 1);
        size_t n = span_find(rest, s->p[0]);
        value = span_to(rest, n);
        *s = span_from(rest, n + 1);
        return value;
    }
    return take_name(s, ">");
}

static void keep(struct tag *t, struct span name, struct span value)
{
    const struct {
        struct span name;
        struct span *to;
    } wanted[] = {
        { SPAN("src"), &t->src },         { SPAN("href"), &t->href },
        { SPAN("rel"), &t->rel },         { SPAN("type"), &t->type },
        { SPAN("loading"), &t->loading },
    };

    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        /* the first one of a name counts (HTML 13.2.5.33) */
        if (!wanted[i].to->p && span_eq_nocase(name, wanted[i].name))
            *wanted[i].to = value;
    }
}

/* What stands between '<' and '>'; *s moves behind it. */
static void take_tag(struct span *s, struct tag *t)
{
    *t = (struct tag){ .name = take_name(s, "/>") };
    for (;;) {
        while (s->n && (is_space(s->p[0]) || s->p[0] == '/'))
            *s = span_from(*s, 1);
        if (s->n == 0)
            return;
        if (s->p[0] == '>') {
            *s = span_from(*s, 1);
            return;
        }
        struct span value = SPAN("");
        struct span name = span_to(*s, 1);
        *s = span_from(*s, 1); /* a name may begin with '=' */
        name.n += take_name(s, "/>=").n;
        struct span after = skip_space(*s);
        if (after.n && after.p[0] == '=') {
            *s = skip_space(span_from(after, 1));
            value = take_value(s);
        }
        keep(t, name, value);
    }
}

/* After the start tag of such an element: goes behind its end tag's name. */
static void pass_over(struct span *s, struct span name)
{
    struct span end;

    for (;;) {
        size_t at = find(*s, SPAN("</"));
        if (at == s->n) {
            *s = span_from(*s, s->n);
            return;
        }
        *s = span_from(*s, at + 2);
        end = take_name(s, "/>");
        if (span_eq_nocase(end, name))
            return;
    }
}

static bool has_word(struct span list, struct span word)
{
    while (list.n) {
        list = skip_space(list);
        size_t n = 0;
        while (n < list.n && !is_space(list.p[n]))
            n++;
        if (span_eq_nocase(span_to(list, n), word))
            return true;
        list = span_from(list, n);
    }
    return false;
}

static bool link_kind(const struct tag *t, enum ref_kind *kind)
{
    static const struct {
        struct span word;
        enum ref_kind kind;
    } rows[] = {
        { SPAN("stylesheet"), REF_STYLE },
        { SPAN("icon"), REF_ICON },
        { SPAN("preload"), REF_PRELOAD },
        { SPAN("modulepreload"), REF_PRELOAD },
        { SPAN("manifest"), REF_MANIFEST },
    };

    /* an alternative sheet is fetched when it is chosen, if ever */
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (has_word(t->rel, rows[i].word)) {
            *kind = rows[i].kind;
            return !has_word(t->rel, SPAN("alternate"));
        }
    }
    return false;
}

static bool reference(const struct tag *t, struct ref *out)
{
    out->url = t->src;
    if (span_eq_nocase(t->name, SPAN("img"))) {
        out->kind =
            span_eq_nocase(t->loading, SPAN("lazy")) ? REF_LAZY : REF_IMG;
    } else if (span_eq_nocase(t->name, SPAN("script"))) {
        out->kind = REF_SCRIPT;
    } else if (span_eq_nocase(t->name, SPAN("iframe")) ||
               span_eq_nocase(t->name, SPAN("embed"))) {
        out->kind = REF_FRAME;
    } else if (span_eq_nocase(t->name, SPAN("base"))) {
        out->kind = REF_BASE;
        out->url = t->href;
    } else if (span_eq_nocase(t->name, SPAN("link"))) {
        out->url = t->href;
        return link_kind(t, &out->kind);
    } else {
        return false;
    }
    return true;
}

/* Nothing that is fetched: no address, too long, or its own content. */
static bool fetched(struct span url)
{
    if (url.n == 0 || url.n > REFS_URL_MAX || url.p[0] == '#')
        return false;
    for (size_t i = 0; i < url.n; i++) {
        if ((unsigned char)url.p[i] < ' ')
            return false;
    }
    size_t colon = span_find(url, ':');
    struct span scheme = span_to(url, colon);
    return colon == url.n || !(span_eq_nocase(scheme, SPAN("data")) ||
                               span_eq_nocase(scheme, SPAN("blob")) ||
                               span_eq_nocase(scheme, SPAN("about")) ||
                               span_eq_nocase(scheme, SPAN("javascript")));
}

static bool take_one(struct span *s, struct ref *out)
{
    struct tag t;

    take_tag(s, &t);
    for (size_t i = 0; i < sizeof passed_over / sizeof passed_over[0]; i++) {
        if (span_eq_nocase(t.name, passed_over[i]))
            pass_over(s, t.name);
    }
    if (!reference(&t, out))
        return false;
    out->url = trim(out->url);
    return fetched(out->url);
}

bool refs_next(struct refs *r, struct ref *out)
{
    struct span *s = &r->rest;

    for (;;) {
        size_t at = span_find(*s, '<');
        if (at == s->n) {
            *s = span_from(*s, s->n);
            return false;
        }
        *s = span_from(*s, at + 1);
        if (span_starts(*s, SPAN("!--"))) {
            *s = span_from(*s, 1); /* "<!-->" is one already */
            *s = span_from(*s, find(*s, SPAN("-->")) + 3);
        } else if (s->n && chars_is(s->p[0], CHAR_ALPHA) && take_one(s, out)) {
            return true;
        }
    }
}

char ref_letter(enum ref_kind kind)
{
    static const char letters[] = {
#define X(name, letter) letter,
        REF_ROWS(X)
#undef X
    };

    CHECK((unsigned)kind < REF_KINDS);
    return letters[kind];
}
