/* SPDX-License-Identifier: MIT
 *
 * directive_read: what was meant by words that are no Cache-Control value.
 * Layer: conf.  Pure.  Reads leniently and writes strictly; for suggestions
 * only, never for what is sent.
 */
#include "base/chars.h"
#include "base/suggest.h"
#include "conf/directives.h"

#define SECONDS_MOST ((uint64_t)1 << 31) /* RFC 9111 1.2.2 */

static bool is_word(char c)
{
    return chars_is(c, CHAR_ALPHA) || chars_is(c, CHAR_DIGIT) ||
           (unsigned char)c >= 0x80;
}

/* What people write where a hyphen belongs. */
static bool is_joint(char c)
{
    return c != '\0' && strchr("-_. \t", c) != NULL;
}

/* Bytes of s that begin with `name`, whatever joins its parts; 0: none. */
static size_t begins(struct span s, const char *name, bool number)
{
    size_t i = 0;

    for (; *name; name++) {
        if (*name == '-') {
            while (i < s.n && is_joint(s.p[i]))
                i++;
            continue;
        }
        if (i >= s.n || chars_lower(s.p[i]) != *name)
            return 0;
        i++;
    }
    if (i < s.n && is_word(s.p[i]) && !(number && chars_is(s.p[i], CHAR_DIGIT)))
        return 0;
    if (i + 1 < s.n && (s.p[i] == '-' || s.p[i] == '_') &&
        chars_is(s.p[i + 1], CHAR_ALPHA))
        return 0;
    return i;
}

/* Words from elsewhere, and what says the same here. */
static const struct {
    const char *word, *name;
} others[] = {
    { "expires", "max-age" },
    { "expire", "max-age" },
    { "ttl", "max-age" },
    { "age", "max-age" },
    { "lifetime", "max-age" },
    { "seconds", "max-age" },
    { "max", "max-age" },
    { "max-stale", "stale-while-revalidate" },
    { "min-fresh", "max-age" },
    { "swr", "stale-while-revalidate" },
    { "sie", "stale-if-error" },
    { "shared-max-age", "s-maxage" },
    { "shared", "public" },
    { "none", "no-store" },
    { "never", "no-store" },
    { "off", "no-store" },
    { "no", "no-store" },
    { "disable", "no-store" },
    { "disabled", "no-store" },
    { "false", "no-store" },
    { "dont-store", "no-store" },
    { "no-storing", "no-store" },
    { "not-store", "no-store" },
    { "dont-cache", "no-cache" },
    { "no-caching", "no-cache" },
    { "not-cache", "no-cache" },
    { "revalidate", "must-revalidate" },
    { "forever", "immutable" },
    { "understand", "must-understand" },
    { "transform", "no-transform" },
};

static const struct directive_row *other(struct span s, size_t *n)
{
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        *n = begins(s, others[i].word, false);
        if (*n)
            return directive_find(span_str(others[i].name));
    }
    return NULL;
}

/* The directive that a name is close to, or NULL. */
static const struct directive_row *row_near(struct span name)
{
    struct suggest near = suggest_for(name);
    size_t n;
    const struct directive_row *row = other(name, &n);

    if (row && n == name.n)
        return row;
    for (size_t i = 0; i < directive_rows_n; i++) {
        if (!directive_rows[i].old)
            suggest_offer(&near, directive_rows[i].name);
    }
    return near.best ? directive_find(span_str(near.best)) : NULL;
}

/* ---- numbers ---- */

static const struct {
    const char *word;
    uint64_t seconds; /* 0: thousandths */
} units[] = {
    { "ms", 0 },           { "s", 1 },
    { "sec", 1 },          { "secs", 1 },
    { "second", 1 },       { "seconds", 1 },
    { "秒", 1 },           { "m", 60 },
    { "min", 60 },         { "mins", 60 },
    { "minute", 60 },      { "minutes", 60 },
    { "分", 60 },          { "分钟", 60 },
    { "h", 3600 },         { "hr", 3600 },
    { "hrs", 3600 },       { "hour", 3600 },
    { "hours", 3600 },     { "小时", 3600 },
    { "d", 86400 },        { "day", 86400 },
    { "days", 86400 },     { "天", 86400 },
    { "w", 604800 },       { "week", 604800 },
    { "weeks", 604800 },   { "month", 2592000 },
    { "months", 2592000 }, { "y", 31536000 },
    { "year", 31536000 },  { "years", 31536000 },
};

static void skip(struct span *s, const char *set)
{
    while (s->n && s->p[0] != '\0' && strchr(set, s->p[0]))
        *s = span_from(*s, 1);
}

/* A number as people write it: 60, 1_000, 1.5, 1e6, 0x3c. */
struct figure {
    uint64_t whole, thousandths;
};

/* Of "0x3c". */
static size_t hex_length(struct span s)
{
    size_t n = 2;

    if (s.n < 3 || s.p[0] != '0' || chars_lower(s.p[1]) != 'x')
        return 0;
    while (n < s.n && chars_hex(s.p[n]) >= 0)
        n++;
    return n > 2 && (n == s.n || !is_word(s.p[n])) ? n : 0;
}

/* Of "e6". */
static size_t exponent_length(struct span s)
{
    return s.n > 1 && chars_lower(s.p[0]) == 'e' &&
                   chars_is(s.p[1], CHAR_DIGIT) &&
                   (s.n == 2 || !is_word(s.p[2]))
               ? 2
               : 0;
}

static void figure_digits(struct span *s, struct figure *f)
{
    for (; s->n && (chars_is(s->p[0], CHAR_DIGIT) || s->p[0] == '_');
         *s = span_from(*s, 1)) {
        if (s->p[0] != '_' && f->whole <= SECONDS_MOST)
            f->whole = f->whole * 10 + (uint64_t)(s->p[0] - '0');
    }
}

static struct figure figure_take(struct span *s)
{
    struct figure f = { 0, 0 };
    size_t x = hex_length(*s);

    if (x) {
        for (size_t i = 2; i < x; i++) {
            if (f.whole <= SECONDS_MOST)
                f.whole = f.whole * 16 + (uint64_t)chars_hex(s->p[i]);
        }
        *s = span_from(*s, x);
        return f;
    }
    figure_digits(s, &f);
    if (s->n > 1 && s->p[0] == '.') {
        *s = span_from(*s, 1);
        for (uint64_t weight = 100; s->n && chars_is(s->p[0], CHAR_DIGIT);
             *s = span_from(*s, 1), weight /= 10)
            f.thousandths += (uint64_t)(s->p[0] - '0') * weight;
    }
    x = exponent_length(*s);
    for (size_t n = x ? (size_t)(s->p[x - 1] - '0') : 0; n > 0; n--) {
        if (f.whole > SECONDS_MOST)
            break;
        f.whole = f.whole * 10 + f.thousandths / 100;
        f.thousandths = f.thousandths % 100 * 10;
    }
    *s = span_from(*s, x);
    return f;
}

/* The unit that s begins with is cut off it, and f put in seconds by it. */
static bool unit_take(struct span *s, struct figure f, uint64_t *out)
{
    struct span rest = *s;
    size_t n = 0;

    skip(&rest, " \t");
    while (n < rest.n && is_word(rest.p[n]) && !chars_is(rest.p[n], CHAR_DIGIT))
        n++;
    for (size_t i = 0; n && i < sizeof units / sizeof *units; i++) {
        uint64_t u = units[i].seconds;
        if (!span_eq_nocase(span_to(rest, n), span_str(units[i].word)))
            continue;
        *s = span_from(rest, n);
        *out = u ? f.whole * u + (f.thousandths * u + 999) / 1000
                 : (f.whole + 999) / 1000;
        return true;
    }
    *out = f.whole + (f.thousandths > 0);
    return false;
}

/* 2h30m: more of them, with units of their own. */
static void units_take(struct span *s, uint64_t *out)
{
    for (;;) {
        struct span rest = *s;
        uint64_t more;
        skip(&rest, " \t");
        if (!rest.n || !chars_is(rest.p[0], CHAR_DIGIT))
            return;
        struct figure f = figure_take(&rest);
        if (!unit_take(&rest, f, &more))
            return;
        if (*out <= SECONDS_MOST)
            *out += more;
        *s = rest;
    }
}

/* "60", "1.5h", "2h30m", "60*60", "-1" (0): whole seconds. */
static bool number_take(struct span *s, uint64_t *out)
{
    struct span rest = *s;
    bool minus;

    skip(&rest, " \t=:\"'>(+");
    minus = rest.n && rest.p[0] == '-';
    skip(&rest, "-");
    if (!rest.n || (!chars_is(rest.p[0], CHAR_DIGIT) && rest.p[0] != '.'))
        return false;
    struct figure f = figure_take(&rest);
    if (unit_take(&rest, f, out))
        units_take(&rest, out);
    while (rest.n > 1 && rest.p[0] == '*') {
        struct span next = span_from(rest, 1);
        struct figure by = { 0, 0 };
        figure_digits(&next, &by);
        if (*out <= SECONDS_MOST)
            *out *= by.whole < SECONDS_MOST ? by.whole : SECONDS_MOST;
        rest = next;
    }
    if (minus)
        *out = 0;
    if (*out > SECONDS_MOST)
        *out = SECONDS_MOST;
    *s = rest;
    return true;
}

/* ---- arguments ---- */

static bool is_switch(struct span s)
{
    static const char *const words[] = { "true", "false", "yes",  "no",
                                         "on",   "off",   "null", "none" };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (span_eq_nocase(s, span_str(words[i])))
            return true;
    }
    return s.n == 0 || chars_is(s.p[0], CHAR_DIGIT);
}

/* Behind "=": a word, or all up to a quote. */
static struct span argument_take(struct span *s)
{
    struct span rest = *s;
    size_t n = 0;

    skip(&rest, " \t");
    if (!rest.n || (rest.p[0] != '=' && rest.p[0] != ':'))
        return SPAN_NONE;
    skip(&rest, " \t=:");
    bool quoted = rest.n && (rest.p[0] == '"' || rest.p[0] == '\'');
    skip(&rest, "\"'");
    while (n < rest.n && rest.p[n] != '"' && rest.p[n] != '\'' &&
           (quoted || (rest.p[n] != ' ' && rest.p[n] != ';')))
        n++;
    *s = span_from(rest, n);
    return span_trim(span_to(rest, n));
}

static void write_one(const struct directive_row *row, struct span *rest,
                      struct buf *out)
{
    uint64_t seconds = 60; /* an example, where nothing can be read */

    buf_str(out, row->name);
    if (row->argument == DIRECTIVE_SECONDS) {
        if (!number_take(rest, &seconds))
            argument_take(rest);
        buf_char(out, '=');
        buf_u64(out, seconds);
        return;
    }
    struct span argument = argument_take(rest);
    if (row->argument == DIRECTIVE_FIELDS && !is_switch(argument)) {
        BUF_LIT(out, "=\"");
        buf_span_put(out, argument);
        BUF_LIT(out, "\"");
    }
}

/* ---- words ---- */

static const struct directive_row *exact(struct span s, size_t *n)
{
    const struct directive_row *best = NULL;

    *n = 0;
    for (size_t i = 0; i < directive_rows_n; i++) {
        const struct directive_row *row = &directive_rows[i];
        size_t m = begins(s, row->name, row->argument == DIRECTIVE_SECONDS);
        if (m > *n) {
            *n = m;
            best = row;
        }
    }
    return best;
}

static size_t word_length(struct span s)
{
    size_t n = 0;

    while (n < s.n && (is_word(s.p[n]) ||
                       (n > 0 && strchr("-_", s.p[n]) && s.p[n] != '\0')))
        n++;
    return n;
}

static bool is_filler(struct span word)
{
    static const char *const words[] = { "and", "or", "with", "plus", "http" };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (span_eq_nocase(word, span_str(words[i])))
            return true;
    }
    return false;
}

/* One word of *rest to *out; false: it means nothing. */
static bool read_one(struct span *rest, struct buf *out)
{
    size_t n;
    const struct directive_row *row = exact(*rest, &n);

    if (!row)
        row = other(*rest, &n);
    if (!row && chars_is(rest->p[0], CHAR_DIGIT)) { /* a lifetime by itself */
        row = directive_find(SPAN("max-age"));
        n = 0;
    }
    if (!row) {
        n = word_length(*rest);
        row = row_near(span_to(*rest, n));
    }
    struct span word = span_to(*rest, n);
    *rest = span_from(*rest, n);
    if (!row) {
        buf_span_put(out, word);
        return false;
    }
    write_one(row, rest, out);
    return true;
}

bool directive_read(struct span text, struct buf *out)
{
    bool all = true;
    size_t n = out->n;

    if (text.n > 13 &&
        (span_eq_nocase(span_to(text, 13), SPAN("Cache-Control"))))
        text = span_from(text, 13);
    while (text.n) {
        if (text.p[0] == '#') /* a comment */
            break;
        if (!is_word(text.p[0])) {
            text = span_from(text, 1);
            continue;
        }
        size_t word = word_length(text);
        if (is_filler(span_to(text, word))) {
            text = span_from(text, word);
            continue;
        }
        if (out->n > n)
            BUF_LIT(out, ", ");
        all = read_one(&text, out) && all;
    }
    return all && out->n > n;
}
