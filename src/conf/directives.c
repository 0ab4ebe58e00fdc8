/* SPDX-License-Identifier: MIT
 *
 * directives: the value of Cache-Control, word by word.
 * Layer: conf.  Pure; what was meant is directive_read's to say.
 */
#include "conf/directives.h"

#include "base/chars.h"
#include "base/num.h"
#include "conf/wide.h"

#define SECONDS_MOST ((uint64_t)1 << 31) /* RFC 9111 1.2.2 */
#define VALUE_BYTES 1024                 /* of a suggestion that is made up */
#define SHOWN_BYTES 60

/* RFC 9111 5.2.1: those that responses have no use for. */
static bool is_of_requests(struct span name)
{
    static const char *const names[] = { "max-stale", "min-fresh",
                                         "only-if-cached" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (span_eq_nocase(name, span_str(names[i])))
            return true;
    }
    return false;
}

/* ---- members of the list ---- */

struct member {
    struct span text, name;
    struct span value; /* p NULL: none; with its quotes */
    const struct directive_row *row;
};

/* Up to the next comma outside of quotes, cut off *rest. */
static struct span member_cut(struct span *rest)
{
    bool quoted = false;
    size_t i = 0;

    for (; i < rest->n && (quoted || rest->p[i] != ','); i++) {
        if (rest->p[i] == '"')
            quoted = !quoted;
    }
    struct span text = span_trim(span_to(*rest, i));
    /* a list that ends with a comma has an empty member behind it */
    *rest = i < rest->n ? span_from(*rest, i + 1) : SPAN_NONE;
    return text;
}

static bool is_all(struct span s, enum char_class set)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!chars_is(s.p[i], set))
            return false;
    }
    return s.n > 0;
}

static bool is_quoted(struct span s)
{
    return s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"' &&
           span_find(span_from(s, 1), '"') == s.n - 2;
}

/* token [ "=" ( token / quoted-string ) ] (RFC 9111 5.2) */
static bool member_split(struct span text, struct member *m)
{
    size_t eq = span_find(text, '=');

    *m = (struct member){ text, span_to(text, eq), SPAN_NONE, NULL };
    if (eq < text.n)
        m->value = span_from(text, eq + 1);
    m->row = directive_find(m->name);
    return is_all(m->name, CHAR_TOKEN) &&
           (!m->value.p || m->value.n == 0 || is_quoted(m->value) ||
            is_all(m->value, CHAR_TOKEN));
}

/* ---- what is wrong with one ---- */

static const char *shape_fault(struct span s)
{
    size_t eq = span_find(s, '='), colon = span_find(s, ':');
    size_t quotes = 0, blanks = 0;
    char storage[VALUE_BYTES];
    struct buf read = buf_over(storage, sizeof storage);

    for (size_t i = 0; i < s.n; i++) {
        quotes += s.p[i] == '"';
        blanks += s.p[i] == ' ' || s.p[i] == '\t';
    }
    if (s.n == 0)
        return "is an empty place between commas";
    if (s.n > 13 && span_eq_nocase(span_to(s, 13), SPAN("Cache-Control")))
        return "holds the field's name once more";
    if (quotes % 2)
        return "opens a quote and does not close it";
    for (size_t i = 1; i < s.n; i++) {
        if (s.p[i] == '#' && (s.p[i - 1] == ' ' || s.p[i - 1] == '\t'))
            return "holds a comment, which has a line of its own";
    }
    if (span_find(s, ';') < s.n)
        return "separates by a semicolon; directives are separated by commas";
    if (colon < s.n && colon < eq)
        return "has a colon where \"=\" belongs";
    if (s.p[0] == '"')
        return "takes no quotes";
    if (blanks && directive_read(s, &read) &&
        span_find(buf_span(&read), ',') < read.n)
        return "lacks a comma between two directives";
    if (eq == 0 || span_find(span_from(s, eq + 1), '=') + eq + 1 < s.n)
        return "has one \"=\" too many";
    if ((eq > 0 && eq < s.n && s.p[eq - 1] == ' ') ||
        (eq + 1 < s.n && s.p[eq + 1] == ' '))
        return "has a blank at its \"=\"";
    return blanks ? "holds a blank" : "is no directive";
}

/* Of a value that can't be one of seconds. */
static const char *seconds_fault(struct span v)
{
    size_t digits = 0;

    while (digits < v.n && chars_is(v.p[digits], CHAR_DIGIT))
        digits++;
    if (v.n == 0)
        return "lacks its number of seconds";
    if (v.p[0] == '"' || v.p[0] == '\'')
        return "takes its number without quotes";
    if (v.n > 1 && v.p[0] == '-' && chars_is(v.p[1], CHAR_DIGIT))
        return "takes no negative number";
    if (digits + 1 < v.n && v.p[digits] == '.' &&
        chars_is(v.p[digits + 1], CHAR_DIGIT))
        return "takes whole seconds, no fraction";
    if (digits > 0 && digits + 1 < v.n && strchr("xXeE", v.p[digits]) != NULL &&
        chars_hex(v.p[digits + 1]) >= 0)
        return "takes digits alone";
    if (digits > 0 && digits < v.n && chars_is(v.p[digits], CHAR_ALPHA))
        return "takes a number of seconds without a unit";
    return "takes a whole number of seconds";
}

/* no-cache="Set-Cookie, X-A" (RFC 9111 5.2.2.4, 5.2.2.7) */
static const char *fields_fault(struct span v)
{
    if (!v.p)
        return NULL;
    if (!is_quoted(v))
        return v.n && !chars_is(v.p[0], CHAR_DIGIT) && is_all(v, CHAR_TOKEN)
                   ? "takes no value but names of fields in quotes"
                   : "takes no such value";
    v = span_of(v.p + 1, v.n - 2);
    do {
        if (!is_all(member_cut(&v), CHAR_TOKEN))
            return "takes names of fields, separated by commas, in its quotes";
    } while (v.p);
    return NULL;
}

/* NULL, or what is wrong with it. */
static const char *known_fault(const struct member *m)
{
    uint64_t seconds;

    switch (m->row->argument) {
    case DIRECTIVE_SECONDS:
        return is_all(m->value, CHAR_DIGIT) || num_u64(m->value, &seconds)
                   ? NULL
                   : seconds_fault(m->value);
    case DIRECTIVE_FIELDS:
        return fields_fault(m->value);
    case DIRECTIVE_BARE:
        break;
    }
    return m->value.p ? "takes no value" : NULL;
}

/* The same of any member; *kind is set with it. */
static const char *member_fault(struct span text, struct member *m,
                                enum directive_kind *kind)
{
    char storage[VALUE_BYTES];
    struct buf read = buf_over(storage, sizeof storage);
    uint64_t seconds = 0;

    *kind = DIRECTIVE_WRONG;
    if (!member_split(text, m))
        return shape_fault(text);
    if (m->row) {
        const char *what = known_fault(m);
        if (what || m->row->argument != DIRECTIVE_SECONDS ||
            (num_u64(m->value, &seconds) && seconds <= SECONDS_MOST))
            return what;
        *kind = DIRECTIVE_LARGE;
        return "is more seconds than caches count";
    }
    if (is_of_requests(m->name))
        return "is a directive of requests: in a response it says nothing";
    if (directive_read(text, &read))
        return chars_is(text.p[0], CHAR_DIGIT) ? "is a value without its name"
                                               : "is no directive";
    *kind = DIRECTIVE_UNKNOWN;
    return "is not a directive that caches know";
}

/* ---- suggestions ---- */

/* A member as it should be, behind what *out has. */
static void member_write(struct span text, struct buf *out)
{
    char storage[VALUE_BYTES];
    struct buf read = buf_over(storage, sizeof storage);
    enum directive_kind kind;
    struct member m;

    if (member_fault(text, &m, &kind) && kind != DIRECTIVE_UNKNOWN) {
        directive_read(text, &read);
        text = buf_span(&read);
    }
    if (out->n && text.n)
        BUF_LIT(out, ", ");
    buf_span_put(out, text);
}

static struct buf finding_begin(struct directives *d, enum directive_kind kind)
{
    struct directive_finding *f = &d->found[d->n];

    f->kind = kind;
    return buf_over(f->text, sizeof f->text - 1);
}

static void finding_end(struct directives *d, const struct buf *b)
{
    d->found[d->n++].text[b->n] = '\0';
}

static void shown(struct buf *b, struct span s)
{
    buf_fmt(b, "\"%.*s%s\"", (int)(s.n < SHOWN_BYTES ? s.n : SHOWN_BYTES), s.p,
            s.n > SHOWN_BYTES ? "..." : "");
}

static void suggest_put(struct buf *b, struct span s)
{
    if (s.n == 0)
        BUF_LIT(b, "; did you mean to leave it out?");
    else if (s.n <= 200) {
        BUF_LIT(b, "; did you mean \"");
        buf_span_put(b, s);
        BUF_LIT(b, "\"?");
    }
}

/* "max-age=1,000" is read as two members. */
static bool is_grouped(const struct member *last, struct span text)
{
    return text.n == 3 && is_all(text, CHAR_DIGIT) && last->row &&
           last->row->argument == DIRECTIVE_SECONDS &&
           is_all(last->value, CHAR_DIGIT);
}

static void tell_grouped(struct directives *d, const struct member *last,
                         struct span text)
{
    char storage[VALUE_BYTES];
    struct buf b = finding_begin(d, DIRECTIVE_WRONG);
    struct buf whole = buf_over(storage, sizeof storage);

    buf_span_put(&whole, last->text);
    buf_span_put(&whole, text);
    buf_fmt(&b, "\"%.*s,%.*s\" has a comma in its number", (int)last->text.n,
            last->text.p, (int)text.n, text.p);
    suggest_put(&b, buf_span(&whole));
    finding_end(d, &b);
}

static void tell_member(struct directives *d, struct span text,
                        enum directive_kind kind, const char *what)
{
    char storage[VALUE_BYTES];
    struct buf meant = buf_over(storage, sizeof storage);
    struct buf b = finding_begin(d, kind);

    shown(&b, text);
    buf_fmt(&b, " %s", what);
    if (kind == DIRECTIVE_UNKNOWN) {
        BUF_LIT(&b, " (an extension?)");
    } else {
        bool all = directive_read(text, &meant);
        suggest_put(&b, all ? buf_span(&meant) : SPAN(""));
    }
    finding_end(d, &b);
}

/* All of a value with wide characters, as it should be. */
static bool tell_wide(struct directives *d, struct span value)
{
    char plain_storage[VALUE_BYTES], storage[VALUE_BYTES];
    struct buf plain = buf_over(plain_storage, sizeof plain_storage);
    struct buf whole = buf_over(storage, sizeof storage);
    struct wide w;

    if (!wide_find(value, 0, &w))
        return false;
    wide_plain(value, &plain);
    struct span rest = buf_span(&plain);
    do
        member_write(member_cut(&rest), &whole);
    while (rest.p);
    struct buf b = finding_begin(d, DIRECTIVE_WRONG);
    BUF_LIT(&b, "holds ");
    wide_tell(value, &w, &b);
    suggest_put(&b, buf_span(&whole));
    finding_end(d, &b);
    return true;
}

/* ---- the value as a whole ---- */

#define MEMBERS_MAX 32

static const struct {
    const char *wins, *void_;
} pairs[] = {
    { "no-store", "max-age" },
    { "no-store", "s-maxage" },
    { "no-store", "immutable" },
    { "no-store", "public" },
    { "no-store", "stale-while-revalidate" },
    { "no-store", "stale-if-error" },
    { "no-cache", "max-age" },
    { "no-cache", "immutable" },
    { "private", "public" },
    { "private", "s-maxage" },
    { "must-revalidate", "stale-while-revalidate" },
};

/* Does it say anything?  "max-age=0" agrees with no-store, and
 * private="Set-Cookie" with public. */
static bool says(const struct member *m, const char *name)
{
    return m->row && !strcmp(m->row->name, name) &&
           (m->row->argument == DIRECTIVE_SECONDS
                ? !span_eq(m->value, SPAN("0"))
                : m->value.p == NULL);
}

static const struct member *saying(const struct member *m, size_t n,
                                   const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (says(&m[i], name))
            return &m[i];
    }
    return NULL;
}

static void tell_competing(struct directives *d, const struct member *m,
                           size_t n)
{
    char storage[VALUE_BYTES];
    struct buf left = buf_over(storage, sizeof storage);
    size_t n_pairs = sizeof pairs / sizeof *pairs;

    for (size_t i = 0; i < n; i++) {
        bool gone = false;
        for (size_t j = 0; j < n_pairs; j++)
            gone = gone ||
                   (says(&m[i], pairs[j].void_) && saying(m, n, pairs[j].wins));
        if (!gone)
            member_write(m[i].text, &left);
    }
    for (size_t j = 0; j < n_pairs && d->n < DIRECTIVES_MAX; j++) {
        if (!saying(m, n, pairs[j].wins) || !saying(m, n, pairs[j].void_))
            continue;
        struct buf b = finding_begin(d, DIRECTIVE_COMPETING);
        buf_fmt(&b, "says %s and %s: the first wins, the second misleads",
                pairs[j].wins, pairs[j].void_);
        suggest_put(&b, buf_span(&left));
        finding_end(d, &b);
    }
}

static void tell_twice(struct directives *d, const struct member *m, size_t n)
{
    for (size_t i = 1; i < n && d->n < DIRECTIVES_MAX; i++) {
        size_t j = 0;
        while (j < i &&
               (m[i].name.n == 0 || !span_eq_nocase(m[i].name, m[j].name)))
            j++;
        if (j == i)
            continue;
        struct buf b = finding_begin(d, DIRECTIVE_WRONG);
        shown(&b, m[i].name);
        BUF_LIT(&b, " appears twice; did you mean one ");
        shown(&b, m[j].text);
        BUF_LIT(&b, "?");
        finding_end(d, &b);
    }
}

void directives_check(struct span value, struct directives *out)
{
    struct member m[MEMBERS_MAX] = { { SPAN_NONE, SPAN_NONE, SPAN_NONE,
                                       NULL } };
    size_t n = 0;

    out->n = 0;
    if (tell_wide(out, value))
        return;
    do {
        struct span text = member_cut(&value);
        enum directive_kind kind;
        if (n > 0 && is_grouped(&m[n - 1], text)) {
            tell_grouped(out, &m[n - 1], text);
            continue;
        }
        const char *what = member_fault(text, &m[n], &kind);
        if (what)
            tell_member(out, text, kind, what);
        /* a wrong one is told once */
        if (!what || kind != DIRECTIVE_WRONG)
            n++;
    } while (value.p && n < MEMBERS_MAX && out->n < DIRECTIVES_MAX);
    tell_twice(out, m, n);
    tell_competing(out, m, n);
}
