/* SPDX-License-Identifier: MIT
 *
 * values: numbers, durations, sizes, words and plain texts.
 * Layer: conf.  Strict: one unit, no sign, no fraction, no overflow.
 */
#include "conf/values.h"

#include "base/chars.h"
#include "base/check.h"
#include "base/num.h"
#include "base/suggest.h"
#include "conf/faults.h"

void *value_at(const struct value_job *job)
{
    return (char *)job->base + job->key->offset;
}

const void *value_of(const struct key *k, const void *base)
{
    return (const char *)base + k->offset;
}

void value_store(const struct value_job *job, uint64_t v)
{
    uint32_t narrow = (uint32_t)v;

    if (job->key->width == sizeof v) {
        memcpy(value_at(job), &v, sizeof v);
    } else {
        CHECK(job->key->width == sizeof narrow && v <= UINT32_MAX);
        memcpy(value_at(job), &narrow, sizeof narrow);
    }
}

uint64_t value_load(const struct key *k, const void *base)
{
    uint64_t v;
    uint32_t narrow;

    if (k->width == sizeof v) {
        memcpy(&v, value_of(k, base), sizeof v);
        return v;
    }
    CHECK(k->width == sizeof narrow);
    memcpy(&narrow, value_of(k, base), sizeof narrow);
    return narrow;
}

bool value_refuse(struct value_job *job, struct span text, const char *what)
{
    buf_fmt(job->why, "\"%s\" %s", SHOWN(text), what);
    if (job->key->type->allowed) {
        buf_str(job->why, "; allowed: ");
        job->key->type->allowed(job->key, job->why);
    }
    return false;
}

bool value_is_field_content(struct span s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!chars_is(s.p[i], CHAR_FIELD))
            return false;
    }
    return s.n > 0 && span_eq(span_trim(s), s);
}

bool value_is_token(struct span s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!chars_is(s.p[i], CHAR_TOKEN))
            return false;
    }
    return s.n > 0;
}

struct span value_next_word(struct span *rest)
{
    size_t from = 0, to;

    while (from < rest->n && strchr(" \t,", rest->p[from]))
        from++;
    for (to = from; to < rest->n && !strchr(" \t,", rest->p[to]);)
        to++;
    struct span word = span_of(rest->p + from, to - from);
    *rest = span_from(*rest, to);
    return word;
}

/* ---- on, off ---- */

static bool bool_parse(struct value_job *job, struct span text)
{
    static const char *const other[] = {
        "yes", "true", "1", "no", "false", "0"
    };
    bool on = span_eq(text, SPAN("on"));

    if (!on && !span_eq(text, SPAN("off"))) {
        value_refuse(job, text, "is neither on nor off");
        for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
            if (span_eq_nocase(text, span_str(other[i])))
                buf_fmt(job->why, "; did you mean \"%s\"?",
                        i < 3 ? "on" : "off");
        }
        return false;
    }
    memcpy(value_at(job), &on, sizeof on);
    return true;
}

static void bool_print(const struct key *k, const void *base, FILE *out)
{
    bool on;

    memcpy(&on, value_of(k, base), sizeof on);
    fprintf(out, "%s = %s\n", k->name, on ? "on" : "off");
}

static void bool_allowed(const struct key *k, struct buf *b)
{
    (void)k;
    buf_str(b, "on, off");
}

const struct value_type value_bool = { "switch", bool_parse, bool_print,
                                       bool_allowed };

/* ---- numbers with a unit ---- */

struct unit {
    const char *name;
    uint64_t factor;
};

static const struct unit size_units[] = {
    { "g", (uint64_t)1 << 30 },
    { "m", (uint64_t)1 << 20 },
    { "k", 1 << 10 },
    { "", 1 },
    { NULL, 0 },
};
static const struct unit duration_units[] = {
    { "d", 86400000 }, { "h", 3600000 }, { "m", 60000 },
    { "s", 1000 },     { "ms", 1 },      { NULL, 0 },
};

static size_t digits_of(struct span s)
{
    size_t n = 0;

    while (n < s.n && chars_is(s.p[n], CHAR_DIGIT))
        n++;
    return n;
}

/* Number and unit to *out; else *what says what is wrong. */
static bool unit_parse(const struct unit *units, struct span text,
                       uint64_t *out, const char **what)
{
    size_t n = digits_of(text);
    struct span unit = span_from(text, n);
    uint64_t v;

    *what = "is not a number with a unit";
    if (n == 0)
        return false;
    if (!num_u64(span_to(text, n), &v)) {
        *what = "is out of range";
        return false;
    }
    if (v == 0 && unit.n == 0) { /* nothing is nothing in any unit */
        *out = 0;
        return true;
    }
    for (; units->name; units++) {
        if (!span_eq_nocase(unit, span_str(units->name)))
            continue;
        *what = "is out of range";
        return !__builtin_mul_overflow(v, units->factor, out);
    }
    *what = unit.n ? "has an unknown unit" : "lacks its unit";
    return false;
}

static void unit_put(const struct unit *units, uint64_t v, struct buf *b)
{
    if (v == 0) {
        buf_char(b, '0');
        return;
    }
    while (v % units->factor)
        units++;
    buf_u64(b, v / units->factor);
    buf_str(b, units->name);
}

static void unit_print(const struct unit *units, const struct key *k,
                       const void *base, FILE *out)
{
    char text[32];
    struct buf b = buf_over(text, sizeof text);

    unit_put(units, value_load(k, base), &b);
    fprintf(out, "%s = %.*s\n", k->name, (int)b.n, b.p);
}

static void unit_allowed(const struct unit *units, const struct key *k,
                         struct buf *b)
{
    unit_put(units, k->min, b);
    buf_str(b, " to ");
    unit_put(units, k->max, b);
}

static bool unit_store(const struct unit *units, struct value_job *job,
                       struct span text)
{
    const char *what;
    uint64_t v;

    if (!unit_parse(units, text, &v, &what))
        return value_refuse(job, text, what);
    if (v < job->key->min || v > job->key->max ||
        (job->key->width == sizeof(uint32_t) && v > UINT32_MAX))
        return value_refuse(job, text, "is out of range");
    value_store(job, v);
    return true;
}

static bool size_parse(struct value_job *job, struct span text)
{
    return unit_store(size_units, job, text);
}

static void size_print(const struct key *k, const void *base, FILE *out)
{
    unit_print(size_units, k, base, out);
}

static void size_allowed(const struct key *k, struct buf *b)
{
    unit_allowed(size_units, k, b);
    buf_str(b, ", units k m g");
}

const struct value_type value_size = { "size", size_parse, size_print,
                                       size_allowed };

static bool duration_parse(struct value_job *job, struct span text)
{
    return unit_store(duration_units, job, text);
}

static void duration_print(const struct key *k, const void *base, FILE *out)
{
    unit_print(duration_units, k, base, out);
}

static void duration_allowed(const struct key *k, struct buf *b)
{
    unit_allowed(duration_units, k, b);
    buf_str(b, ", units ms s m h d");
}

const struct value_type value_duration = { "duration", duration_parse,
                                           duration_print, duration_allowed };

bool value_duration_ms(struct span text, uint64_t *ms, const char **what)
{
    return unit_parse(duration_units, text, ms, what);
}

void value_put_seconds(FILE *out, uint64_t s)
{
    char text[32];
    struct buf b = buf_over(text, sizeof text);

    unit_put(duration_units, s * 1000, &b);
    /* "0" would lack its unit where a sign precedes it */
    fprintf(out, "%.*s%s", (int)b.n, b.p, s ? "" : "s");
}

/* ---- plain numbers ---- */

static bool count_parse(struct value_job *job, struct span text)
{
    uint64_t v;

    if (!num_u64(text, &v))
        return value_refuse(job, text,
                            digits_of(text) == text.n ? "is out of range"
                                                      : "is not a number");
    if (v < job->key->min || v > job->key->max)
        return value_refuse(job, text, "is out of range");
    value_store(job, v);
    return true;
}

static void count_print(const struct key *k, const void *base, FILE *out)
{
    uint64_t v = value_load(k, base);

    if (v || k->preset) /* 0 without a default: not set */
        fprintf(out, "%s = %llu\n", k->name, (unsigned long long)v);
}

static void count_allowed(const struct key *k, struct buf *b)
{
    buf_u64(b, k->min);
    buf_str(b, " to ");
    buf_u64(b, k->max);
}

const struct value_type value_count = { "number", count_parse, count_print,
                                        count_allowed };

/* ---- one of some words ---- */

static bool word_parse(struct value_job *job, struct span text)
{
    struct suggest near = suggest_for(text);

    for (const struct key_word *w = job->key->words; w->word; w++) {
        if (span_eq(text, span_str(w->word))) {
            value_store(job, w->value);
            return true;
        }
        suggest_offer(&near, w->word);
    }
    value_refuse(job, text, "is not known");
    if (near.best)
        buf_fmt(job->why, "; did you mean \"%s\"?", near.best);
    return false;
}

static void word_print(const struct key *k, const void *base, FILE *out)
{
    uint64_t v = value_load(k, base);

    for (const struct key_word *w = k->words; w->word; w++) {
        if (w->value == v)
            fprintf(out, "%s = %s\n", k->name, w->word);
    }
}

static void word_allowed(const struct key *k, struct buf *b)
{
    for (const struct key_word *w = k->words; w->word; w++) {
        buf_str(b, w == k->words ? "" : ", ");
        buf_str(b, w->word);
    }
}

const struct value_type value_word = { "word", word_parse, word_print,
                                       word_allowed };

/* ---- texts ---- */

static void text_store(struct value_job *job, struct span text)
{
    char *copy = NULL;

    if (!(job->key->flags & KEY_OFF) || !span_eq(text, SPAN("off")))
        copy = arena_text(job->arena, text);
    memcpy(value_at(job), &copy, sizeof copy);
}

void value_print_text(const struct key *k, const void *base, FILE *out)
{
    char *text;

    memcpy(&text, value_of(k, base), sizeof text);
    if (text || (k->flags & KEY_OFF))
        fprintf(out, "%s = %s\n", k->name, text ? text : "off");
}

static bool text_parse(struct value_job *job, struct span text)
{
    text_store(job, text);
    return true;
}

const struct value_type value_text = { "text", text_parse, value_print_text,
                                       NULL };

static bool field_parse(struct value_job *job, struct span text)
{
    if (!value_is_field_content(text))
        return value_refuse(job, text, "would break framing");
    text_store(job, text);
    return true;
}

static void field_allowed(const struct key *k, struct buf *b)
{
    (void)k;
    buf_str(b, "visible characters and blanks, or off");
}

const struct value_type value_field = { "field value", field_parse,
                                        value_print_text, field_allowed };

/* type "/" subtype *( ";" name "=" value ), RFC 9110 8.3.1 */
static bool media_parse(struct value_job *job, struct span text)
{
    struct span type = span_trim(span_to(text, span_find(text, ';')));
    size_t slash = span_find(type, '/');

    if (slash == type.n || !value_is_token(span_to(type, slash)) ||
        !value_is_token(span_from(type, slash + 1)) ||
        !value_is_field_content(text) || text.n > 95)
        return value_refuse(job, text, "is not a media type");
    text_store(job, text);
    return true;
}

static void media_allowed(const struct key *k, struct buf *b)
{
    (void)k;
    buf_str(b, "TYPE/SUBTYPE, as text/plain");
}

const struct value_type value_media = { "media type", media_parse,
                                        value_print_text, media_allowed };

static bool glob_parse(struct value_job *job, struct span text)
{
    if (span_find(text, '/') == text.n || span_find(text, ' ') < text.n)
        return value_refuse(job, text, "is not a pattern of media types");
    text_store(job, text);
    return true;
}

static void glob_allowed(const struct key *k, struct buf *b)
{
    (void)k;
    buf_str(b, "TYPE/SUBTYPE where * stands for anything, as image/*");
}

const struct value_type value_glob = { "media pattern", glob_parse,
                                       value_print_text, glob_allowed };
