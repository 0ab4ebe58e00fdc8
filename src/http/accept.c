/* SPDX-License-Identifier: MIT
 *
 * accept: weights of content codings, media types and languages.
 * Layer: http (pure).  The fields are lists of a name with a weight; what
 * differs is how a name matches and how closely.  A malformed member is skipped
 * and the others count (preferences are no commands, RFC 9110 12.5.1); of two
 * members that match equally closely the lower weight counts, so that a refusal
 * is never lost.
 */
#include "http/accept.h"

#include "base/chars.h"

#define WEIGHT_MAX 1000
/* Identity is acceptable though nobody named it (RFC 9110 12.5.3): below every
 * coding that was asked for, above none. */
#define WEIGHT_UNSAID 1

static const struct coding_row codings[CODING_COUNT] = {
    [CODING_IDENTITY] = { "identity", "", "" },
    [CODING_GZIP] = { "gzip", ".gz", "-gz" },
    [CODING_ZSTD] = { "zstd", ".zst", "-zst" },
    [CODING_BR] = { "br", ".br", "-br" },
};

const struct coding_row *coding_row(enum coding c)
{
    return &codings[c];
}

static const struct {
    unsigned char p[CODING_MARK_MAX];
    size_t n;
} marks[CODING_COUNT] = {
    [CODING_GZIP] = { { 0x1f, 0x8b, 8 }, 3 },          /* RFC 1952, 2.3.1 */
    [CODING_ZSTD] = { { 0x28, 0xb5, 0x2f, 0xfd }, 4 }, /* RFC 8878, 3.1.1 */
};

bool coding_shown(enum coding c, struct span head)
{
    return head.n > 0 && head.n >= marks[c].n &&
           memcmp(head.p, marks[c].p, marks[c].n) == 0;
}

/* -- members and their parameters ------------------------------------------ */

struct member {
    struct span name;
    bool params; /* it has others than the weight */
    uint16_t weight;
};

/* Takes 1*tchar off the front. */
static struct span take_token(struct span *text)
{
    size_t n = 0;
    struct span token;

    while (n < text->n && chars_is(text->p[n], CHAR_TOKEN))
        n++;
    token = span_to(*text, n);
    *text = span_from(*text, n);
    return token;
}

/* Takes a quoted-string (RFC 9110 5.6.4) off the front. */
static bool take_quoted(struct span *text)
{
    for (size_t i = 1; i < text->n; i++) {
        if (text->p[i] == '"') {
            *text = span_from(*text, i + 1);
            return true;
        }
        if (text->p[i] == '\\')
            i++;
    }
    return false;
}

/* qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] ), 12.4.2 */
static bool qvalue(struct span text, uint16_t *out)
{
    unsigned value = 0, scale = WEIGHT_MAX;

    if (!text.n || text.n > 5 || (text.p[0] != '0' && text.p[0] != '1') ||
        (text.n > 1 && text.p[1] != '.'))
        return false;
    for (size_t i = 0; i < text.n; i++) {
        if (i == 1)
            continue;
        if (!chars_is(text.p[i], CHAR_DIGIT))
            return false;
        value += (unsigned)(text.p[i] - '0') * scale;
        scale /= 10;
    }
    *out = (uint16_t)value;
    return value <= WEIGHT_MAX;
}

/* Takes one ";name=value" off the front; *q: it was the weight. */
static bool take_param(struct span *text, struct member *m, bool *q)
{
    struct span name, value;

    if (text->p[0] != ';')
        return false;
    *text = span_trim(span_from(*text, 1));
    if (!text->n || text->p[0] == ';') { /* an empty one, 5.6.6 */
        m->params = true;
        return true;
    }
    name = take_token(text);
    if (!name.n || !text->n || text->p[0] != '=')
        return false;
    *text = span_from(*text, 1);
    *q = span_eq_nocase(name, SPAN("q"));
    if (!*q && text->n && text->p[0] == '"') {
        m->params = true;
        return take_quoted(text);
    }
    value = take_token(text);
    if (*q)
        return qvalue(value, &m->weight);
    m->params = true;
    return value.n > 0;
}

/* name *( OWS ";" OWS parameter ) with at most one weight, at the end. */
static bool member_read(struct span text, struct member *m)
{
    size_t end = span_find(text, ';');
    bool weighed = false;

    *m = (struct member){ .name = span_trim(span_to(text, end)),
                          .weight = WEIGHT_MAX };
    text = span_from(text, end);
    while (text.n) {
        if (weighed || !take_param(&text, m, &weighed))
            return false;
        text = span_trim(text);
    }
    return m->name.n > 0;
}

static bool is_token(struct span text)
{
    return take_token(&text).n && !text.n;
}

/* -- content codings (RFC 9110 12.5.3) --------------------------------------
 */

enum { STAR = CODING_COUNT, FOREIGN, NAMES };

static int coding_of(struct span name)
{
    if (span_eq_nocase(name, SPAN("x-gzip"))) /* 8.4.1.3 */
        return CODING_GZIP;
    if (span_eq(name, SPAN("*")))
        return STAR;
    for (int c = 0; c < CODING_COUNT; c++) {
        if (span_eq_nocase(name, span_str(codings[c].name)))
            return c;
    }
    return FOREIGN;
}

void accept_codings(struct accept_codings *out, const struct head *h)
{
    struct head_cursor at = { 0 };
    struct span text;
    struct member m;
    uint16_t weight[NAMES] = { 0 };
    bool said[NAMES] = { false }, any = false;

    while (head_next(h, FIELD_ACCEPT_ENCODING, &at, &text)) {
        if (!member_read(text, &m) || m.params || !is_token(m.name))
            continue;
        int c = coding_of(m.name);
        if (!said[c] || m.weight < weight[c])
            weight[c] = m.weight;
        said[c] = any = true;
    }
    out->present = head_has(h, FIELD_ACCEPT_ENCODING);
    for (int c = 0; c < CODING_COUNT; c++) {
        if (said[c])
            out->weight[c] = weight[c];
        else if (said[STAR]) /* whatever is not named, identity included */
            out->weight[c] = weight[STAR];
        else /* an empty field asks for no coding at all */
            out->weight[c] = c != CODING_IDENTITY ? 0
                             : any                ? WEIGHT_UNSAID
                                                  : WEIGHT_MAX;
    }
}

enum coding accept_choose(const struct accept_codings *a, unsigned available,
                          bool *refused)
{
    enum coding best = CODING_IDENTITY;
    uint16_t weight = 0;

    available |= 1U << CODING_IDENTITY;
    /* from the server's first choice down: equal weights keep it */
    for (unsigned c = CODING_COUNT; c-- > 0;) {
        if (((available >> c) & 1) && a->weight[c] > weight) {
            best = (enum coding)c;
            weight = a->weight[c];
        }
    }
    *refused = weight == 0;
    return best;
}

/* -- the closest member of a field ------------------------------------------
 */

struct closest {
    size_t closeness; /* 0: nothing matched so far */
    uint16_t weight;
    bool any; /* there was a well-formed member */
};

static void consider(struct closest *c, size_t closeness, uint16_t weight)
{
    c->any = true;
    if (closeness > c->closeness ||
        (closeness == c->closeness && weight < c->weight)) {
        c->closeness = closeness;
        c->weight = weight;
    }
}

static uint16_t settled(const struct closest *c)
{
    if (!c->any) /* nothing was said that can be understood */
        return WEIGHT_MAX;
    return c->closeness ? c->weight : 0;
}

/* RFC 9110 12.5.1.  A range with parameters ("text/html;level=1") is taken for
 * its type, but counts less than the type alone: etagd has one form of each. */
static bool media_closeness(const struct member *m, struct span type,
                            size_t *out)
{
    struct span rest = m->name, major, minor;
    size_t slash = span_find(type, '/');

    major = take_token(&rest);
    if (!major.n || !rest.n || rest.p[0] != '/')
        return false;
    rest = span_from(rest, 1);
    minor = take_token(&rest);
    if (!minor.n || rest.n)
        return false;
    if (span_eq(major, SPAN("*"))) {
        *out = 1;
        return span_eq(minor, SPAN("*"));
    }
    if (span_eq(minor, SPAN("*")))
        *out = span_eq_nocase(major, span_to(type, slash)) ? 2 : 0;
    else
        *out = !span_eq_nocase(m->name, type) ? 0 : m->params ? 3 : 4;
    return true;
}

uint16_t accept_media(const struct head *h, struct span type)
{
    struct head_cursor at = { 0 };
    struct closest c = { 0 };
    struct span text;
    struct member m;
    size_t closeness;

    while (head_next(h, FIELD_ACCEPT, &at, &text)) {
        if (member_read(text, &m) && media_closeness(&m, type, &closeness))
            consider(&c, closeness, m.weight);
    }
    return settled(&c);
}

/* -- languages (RFC 9110 12.5.4) --------------------------------------------
 */

/* language-range = (1*8ALPHA *("-" 1*8alphanum)) / "*" (RFC 4647 2.1) */
static bool is_range(struct span text)
{
    size_t n = 0;
    bool first = true;

    if (span_eq(text, SPAN("*")))
        return true;
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c == '-' && n > 0) {
            n = 0;
            first = false;
            continue;
        }
        bool alpha = (unsigned char)((c | 0x20) - 'a') < 26;
        if ((!alpha && (first || !chars_is(text.p[i], CHAR_DIGIT))) || ++n > 8)
            return false;
    }
    return n > 0;
}

static int language_of(struct span range)
{
    struct span primary = span_to(range, span_find(range, '-'));

    for (int l = 0; l < LANGUAGE_COUNT; l++) {
        const char *tag = language_tag((enum language)l);
        if (span_eq_nocase(primary, span_to(span_str(tag), 2)))
            return l;
    }
    return LANGUAGE_COUNT;
}

/* Does it refuse what we have ("zh", "zh-CN"), and not a sibling ("zh-TW")? */
static bool is_ours(struct span range, int l)
{
    struct span tag = span_str(language_tag((enum language)l));

    return span_eq_nocase(range, tag) || span_eq_nocase(range, span_to(tag, 2));
}

struct wish {
    uint16_t weight; /* 0: none */
    size_t place;    /* in the field, from 1 */
    bool refused;
};

static void wish(struct wish *w, uint16_t weight, size_t place)
{
    if (weight > w->weight) {
        w->weight = weight;
        w->place = place;
    }
}

static bool wished_more(const struct wish *a, const struct wish *b)
{
    return a->weight > b->weight ||
           (a->weight == b->weight && a->weight && a->place < b->place);
}

enum language accept_language(const struct head *h)
{
    struct wish of[LANGUAGE_COUNT] = { 0 }, any = { 0 }, none = { 0 };
    const struct wish *most = &none;
    struct head_cursor at = { 0 };
    enum language best = LANGUAGE_EN;
    struct span text;
    struct member m;

    for (size_t n = 1; head_next(h, FIELD_ACCEPT_LANGUAGE, &at, &text); n++) {
        if (!member_read(text, &m) || m.params || !is_range(m.name))
            continue;
        int l = language_of(m.name);
        if (span_eq(m.name, SPAN("*")))
            wish(&any, m.weight, n);
        else if (l < LANGUAGE_COUNT && m.weight)
            wish(&of[l], m.weight, n);
        else if (l < LANGUAGE_COUNT && is_ours(m.name, l))
            of[l].refused = true;
    }
    for (int l = 0; l < LANGUAGE_COUNT; l++) {
        const struct wish *w = of[l].weight ? &of[l] : &any;
        if (!of[l].refused && wished_more(w, most)) {
            best = (enum language)l;
            most = w;
        }
    }
    return best;
}
