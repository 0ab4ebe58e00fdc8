/* SPDX-License-Identifier: MIT
 *
 * refs_html: walks the tags of a page (HTML 13.2.5, as far as needed).
 * Layer: http (pure).
 */
#include "http/refs_parts.h"

#include "base/chars.h"
#include "base/check.h"

/* Elements whose text is no markup, or is not shown to a browser that runs
 * scripts (HTML 13.2.6.4). */
static const struct span passed_over[] = {
    SPAN("script"),   SPAN("style"),    SPAN("textarea"), SPAN("title"),
    SPAN("noscript"), SPAN("template"), SPAN("xmp"),      SPAN("iframe"),
};

enum attribute {
    SRC,
    SRCSET,
    HREF,
    XLINK_HREF,
    REL,
    LOADING,
    TYPE,
    POSTER,
    STYLE,
    DATA,
    PRELOAD,
    AUTOPLAY,
    NOMODULE,
    DEFAULT,
    BACKGROUND,
    IMAGESRCSET,
    ATTRIBUTES
};

static const struct span attribute_names[] = {
    [SRC] = SPAN("src"),
    [SRCSET] = SPAN("srcset"),
    [HREF] = SPAN("href"),
    [XLINK_HREF] = SPAN("xlink:href"),
    [REL] = SPAN("rel"),
    [LOADING] = SPAN("loading"),
    [TYPE] = SPAN("type"),
    [POSTER] = SPAN("poster"),
    [STYLE] = SPAN("style"),
    [DATA] = SPAN("data"),
    [PRELOAD] = SPAN("preload"),
    [AUTOPLAY] = SPAN("autoplay"),
    [NOMODULE] = SPAN("nomodule"),
    [DEFAULT] = SPAN("default"),
    [BACKGROUND] = SPAN("background"),
    [IMAGESRCSET] = SPAN("imagesrcset"),
};

struct tag {
    struct span name;
    struct span value[ATTRIBUTES]; /* p == NULL: not there */
    struct span text;              /* of an element whose text is no markup */
};

static struct span take_name(struct span *s, const char *stops)
{
    size_t n = 0;

    while (n < s->n && !refs_space(s->p[n]) && !strchr(stops, s->p[n]))
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
    for (size_t i = 0; i < ATTRIBUTES; i++) {
        /* the first one of a name counts (HTML 13.2.5.33) */
        if (!t->value[i].p && span_eq_nocase(name, attribute_names[i]))
            t->value[i] = value;
    }
}

/* What is between '<' and '>'; *s moves behind it. */
static void take_tag(struct span *s, struct tag *t)
{
    *t = (struct tag){ .name = take_name(s, "/>") };
    for (;;) {
        while (s->n && (refs_space(s->p[0]) || s->p[0] == '/'))
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
        struct span after = refs_skip_space(*s);
        if (after.n && after.p[0] == '=') {
            *s = refs_skip_space(span_from(after, 1));
            value = take_value(s);
        }
        keep(t, name, value);
    }
}

/* After the start tag of such an element: its text; goes behind its end tag's
 * name. */
static struct span pass_over(struct span *s, struct span name)
{
    struct span text = *s;

    for (;;) {
        size_t at = refs_find(*s, SPAN("</"));
        const char *end = s->p + at;
        if (at == s->n) {
            *s = span_from(*s, s->n);
            return text;
        }
        *s = span_from(*s, at + 2);
        if (span_eq_nocase(take_name(s, "/>"), name))
            return span_of(text.p, (size_t)(end - text.p));
    }
}

static bool has_word(struct span list, struct span word)
{
    while (list.n) {
        list = refs_skip_space(list);
        size_t n = 0;
        while (n < list.n && !refs_space(list.p[n]))
            n++;
        if (span_eq_nocase(span_to(list, n), word))
            return true;
        list = span_from(list, n);
    }
    return false;
}

static bool is(struct span value, const char *word)
{
    return span_eq_nocase(refs_trim(value), span_str(word));
}

static struct refs_part *add(struct refs *r, enum refs_mode mode,
                             enum ref_kind kind, struct span text)
{
    struct refs_part *p = &r->part[r->part_n];

    CHECK(r->part_n < REFS_PARTS);
    if (text.n == 0)
        return p; /* not added: the next one takes its place */
    *p = (struct refs_part){ .mode = mode, .kind = kind, .text = text };
    r->part_n++;
    return p;
}

static void add_url(struct refs *r, enum ref_kind kind, struct span url)
{
    (void)add(r, REFS_PART_URL, kind, url);
}

static void add_candidates(struct refs *r, enum ref_kind kind, struct span set,
                           struct span url)
{
    add(r, REFS_PART_SRCSET, kind, set)->in_set = true;
    add(r, REFS_PART_URL, kind, url)->in_set = true;
}

static void img(struct refs *r, const struct tag *t)
{
    /* an image is the last candidate of the picture that it is in */
    if (r->set != REFS_SET_PICTURE)
        r->begun = false;
    add_candidates(r, is(t->value[LOADING], "lazy") ? REF_LAZY : REF_IMG,
                   t->value[SRCSET], t->value[SRC]);
    r->set = REFS_SET_NONE;
}

static void picture(struct refs *r, const struct tag *t)
{
    (void)t;
    r->set = REFS_SET_PICTURE;
    r->begun = false;
}

static void media(struct refs *r, const struct tag *t)
{
    bool asks = !is(t->value[PRELOAD], "none") || t->value[AUTOPLAY].p;

    r->begun = false;
    r->set = t->value[SRC].p || !asks ? REFS_SET_NONE : REFS_SET_MEDIA;
    if (is(t->name, "video"))
        add_url(r, REF_IMG, t->value[POSTER]);
    if (asks)
        add_url(r, REF_MEDIA, t->value[SRC]);
}

static void source(struct refs *r, const struct tag *t)
{
    if (r->set == REFS_SET_PICTURE)
        add_candidates(r, REF_IMG, t->value[SRCSET], SPAN_NONE);
    else if (r->set == REFS_SET_MEDIA)
        add_candidates(r, REF_MEDIA, SPAN_NONE, t->value[SRC]);
}

static void track(struct refs *r, const struct tag *t)
{
    if (t->value[DEFAULT].p) /* others wait until they are chosen */
        add_url(r, REF_MEDIA, t->value[SRC]);
}

static void script(struct refs *r, const struct tag *t)
{
    struct span type = refs_trim(t->value[TYPE]);
    enum refs_language language;

    /* anything else is data (HTML 4.12.1.1); a browser with modules leaves out
     * what is for those without */
    if ((type.n && !is(type, "module") &&
         !(refs_language_of(type, &language) && language == REFS_JS)) ||
        t->value[NOMODULE].p)
        return;
    if (t->value[SRC].p)
        add_url(r, REF_SCRIPT, t->value[SRC]);
    else
        (void)add(r, REFS_PART_JS, REF_SCRIPT, t->text);
}

static void style(struct refs *r, const struct tag *t)
{
    (void)add(r, REFS_PART_CSS, REF_RULE, t->text);
}

static void frame(struct refs *r, const struct tag *t)
{
    add_url(r, is(t->value[LOADING], "lazy") ? REF_LAZY : REF_FRAME,
            t->value[SRC]);
}

static void object(struct refs *r, const struct tag *t)
{
    add_url(r, REF_FRAME, t->value[DATA]);
}

static void base(struct refs *r, const struct tag *t)
{
    add_url(r, REF_BASE, t->value[HREF]);
}

static void body(struct refs *r, const struct tag *t)
{
    add_url(r, REF_IMG, t->value[BACKGROUND]);
}

static void input(struct refs *r, const struct tag *t)
{
    if (is(t->value[TYPE], "image"))
        add_url(r, REF_IMG, t->value[SRC]);
}

/* SVG's own. */
static void drawing(struct refs *r, const struct tag *t)
{
    add_url(r, REF_IMG,
            t->value[HREF].p ? t->value[HREF] : t->value[XLINK_HREF]);
}

static void link(struct refs *r, const struct tag *t)
{
    static const struct {
        struct span word;
        enum ref_kind kind;
    } rows[] = {
        { SPAN("stylesheet"), REF_STYLE },
        { SPAN("icon"), REF_ICON },
        { SPAN("preload"), REF_PRELOAD },
        { SPAN("modulepreload"), REF_PRELOAD },
        { SPAN("prefetch"), REF_PRELOAD },
        { SPAN("manifest"), REF_MANIFEST },
    };

    /* an alternative sheet is fetched when it is chosen, if ever */
    if (has_word(t->value[REL], SPAN("alternate")))
        return;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!has_word(t->value[REL], rows[i].word))
            continue;
        r->begun = false;
        add_candidates(r, rows[i].kind, t->value[IMAGESRCSET], t->value[HREF]);
        return;
    }
}

static const struct {
    const char *name;
    void (*take)(struct refs *r, const struct tag *t);
} elements[] = {
    { "img", img },       { "picture", picture }, { "source", source },
    { "video", media },   { "audio", media },     { "track", track },
    { "script", script }, { "style", style },     { "iframe", frame },
    { "frame", frame },   { "embed", frame },     { "object", object },
    { "base", base },     { "body", body },       { "input", input },
    { "image", drawing }, { "use", drawing },     { "link", link },
};

static void take_one(struct refs *r)
{
    struct tag t;

    take_tag(&r->rest, &t);
    for (size_t i = 0; i < sizeof passed_over / sizeof passed_over[0]; i++) {
        if (span_eq_nocase(t.name, passed_over[i]))
            t.text = pass_over(&r->rest, t.name);
    }
    for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++) {
        if (is(t.name, elements[i].name))
            elements[i].take(r, &t);
    }
    (void)add(r, REFS_PART_CSS, REF_RULE, t.value[STYLE]);
}

bool refs_html_next(struct refs *r)
{
    struct span *s = &r->rest;

    while (r->part_n == 0) {
        size_t at = span_find(*s, '<');
        if (at == s->n) {
            *s = span_from(*s, s->n);
            return false;
        }
        *s = span_from(*s, at + 1);
        if (span_starts(*s, SPAN("!--"))) {
            *s = span_from(*s, 1); /* "<!-->" is one already */
            *s = span_from(*s, refs_find(*s, SPAN("-->")) + 3);
        } else if (s->n && chars_is(s->p[0], CHAR_ALPHA)) {
            take_one(r);
        }
    }
    return true;
}
