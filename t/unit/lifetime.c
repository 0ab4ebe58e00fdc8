/* SPDX-License-Identifier: MIT
 *
 * Tests of http/lifetime: freshness by RFC 9111 4.2 (t/data/freshness.tsv,
 * which the observer's page and the lab's helper answer as well), and the
 * visits measured in Chromium and Firefox.
 */
#include "unit.h"

#include <stdio.h>
#include <time.h>

#include "http/date.h"
#include "http/lifetime.h"

#define NOW 1700000000
#define NO LIFETIME_NONE
#define DAY 86400

struct fields {
    const char *cache_control, *pragma, *vary, *age;
    int64_t expires, last_modified; /* relative to Date; NO: none */
    int64_t clock;                  /* Date minus now */
};

static struct span text(const char *s)
{
    return s ? span_str(s) : SPAN_NONE;
}

static struct lifetime of(const struct fields *f)
{
    int64_t date = NOW + f->clock;
    struct lifetime_source s = {
        .cache_control = text(f->cache_control),
        .pragma = text(f->pragma),
        .vary = text(f->vary),
        .age = text(f->age),
        .expires = f->expires == NO ? NO : date + f->expires,
        .last_modified = f->last_modified == NO ? NO : date + f->last_modified,
        .date = date,
        .now = NOW,
    };
    return lifetime_of(&s);
}

/* Columns: first, link, reload, hard, tab, restart; 2 = 200, 3 = 304,
 * - = nothing, ~ = nothing, then 304. */
static void logos_as_measured(void **state)
{
    static const struct {
        const char *name;
        struct fields f;
        bool validator;
        int64_t after_s;
        const char *logo, *page;
    } rows[] = {
        { "no validator, no Cache-Control",
          { .expires = NO, .last_modified = NO },
          false,
          1,
          "222222",
          "222222" },
        { "Last-Modified 5 s before, after 2 s",
          { .expires = NO, .last_modified = -5 },
          true,
          2,
          "233233",
          "233233" },
        { "Last-Modified 60 s, after 2 s",
          { .expires = NO, .last_modified = -60 },
          true,
          2,
          "2--2--",
          "2-32--" },
        { "Last-Modified 60 s, after 9 s",
          { .expires = NO, .last_modified = -60 },
          true,
          9,
          "233233",
          "233233" },
        { "Last-Modified 10 days",
          { .expires = NO, .last_modified = -10 * DAY },
          true,
          1,
          "2--2--",
          "2-32--" },
        { "ETag only",
          { .expires = NO, .last_modified = NO },
          true,
          1,
          "233233",
          "233233" },
        { "weak ETag, no-cache",
          { "no-cache", .expires = NO, .last_modified = -10 * DAY },
          true,
          1,
          "233233",
          "233233" },
        { "ETag new at every request",
          { "no-cache", .expires = NO, .last_modified = NO },
          false,
          1,
          "222222",
          "222222" },
        { "max-age=0, must-revalidate",
          { "max-age=0, must-revalidate", .expires = NO, .last_modified = NO },
          true,
          1,
          "233233",
          "233233" },
        { "Pragma: no-cache",
          { NULL, "no-cache", .expires = NO, .last_modified = -10 * DAY },
          true,
          1,
          "233233",
          "233233" },
        { "max-age=2, after 3.2 s",
          { "max-age=2", .expires = NO, .last_modified = NO },
          true,
          3,
          "233233",
          "233233" },
        { "stale-while-revalidate, after 2.2 s",
          { "max-age=1, stale-while-revalidate=60", .expires = NO,
            .last_modified = NO },
          true,
          2,
          "2~~2~~",
          "2~32~~" },
        { "stale-while-revalidate is over",
          { "max-age=1, stale-while-revalidate=60", .expires = NO,
            .last_modified = NO },
          true,
          61,
          "233233",
          "233233" },
        { "max-age=3600",
          { "max-age=3600", .expires = NO, .last_modified = NO },
          true,
          1,
          "2--2--",
          "2-32--" },
        { "Expires in 1 h",
          { .expires = 3600, .last_modified = NO },
          true,
          1,
          "2--2--",
          "2-32--" },
        { "Expires in the past",
          { .expires = -1, .last_modified = -DAY },
          true,
          1,
          "233233",
          "233233" },
        { "immutable",
          { "max-age=31536000, immutable", .expires = NO, .last_modified = NO },
          true,
          1,
          "2--2--",
          "2-32--" },
        { "private, date",
          { "private", .expires = NO, .last_modified = -5 },
          true,
          2,
          "233233",
          "233233" },
        { "private, max-age",
          { "private, max-age=3600", .expires = NO, .last_modified = NO },
          true,
          1,
          "2--2--",
          "2-32--" },
        { "Vary: Cookie, constant",
          { "max-age=3600", NULL, "Cookie", .expires = NO,
            .last_modified = NO },
          true,
          1,
          "2--2--",
          "2-32--" },
        { "no-store",
          { "no-store", .expires = NO, .last_modified = NO },
          true,
          1,
          "222222",
          "222222" },
        { "no-store beats max-age",
          { "max-age=60, no-store", .expires = NO, .last_modified = NO },
          true,
          1,
          "222222",
          "222222" },
        { "Vary: *",
          { "max-age=3600", NULL, "*", .expires = NO, .last_modified = NO },
          true,
          1,
          "222222",
          "222222" },
        { "a clock ten days slow",
          { "max-age=3600", .expires = NO, .last_modified = NO,
            .clock = -10 * DAY },
          true,
          0,
          "233233",
          "233233" },
        { "a clock that is fast",
          { "max-age=3600", .expires = NO, .last_modified = NO, .clock = DAY },
          true,
          1,
          "2--2--",
          "2-32--" },
        { "Age",
          { "max-age=60", .age = "55", .expires = NO, .last_modified = NO },
          true,
          4,
          "2--2--",
          "2-32--" },
        { "stale-while-revalidate: shown, asked behind it (RFC 5861)",
          { "max-age=60, stale-while-revalidate=30", .expires = NO,
            .last_modified = NO },
          true,
          70,
          "2~~2~~",
          "2~32~~" },
        { "the same without a validator",
          { "max-age=60, stale-while-revalidate=30", .expires = NO,
            .last_modified = NO },
          false,
          70,
          "2!!2!!",
          "2!22!!" },
        { "stale-while-revalidate is over",
          { "max-age=60, stale-while-revalidate=30", .expires = NO,
            .last_modified = NO },
          true,
          90,
          "233233",
          "233233" },
        { "Age, too old",
          { "max-age=60", .age = "55", .expires = NO, .last_modified = NO },
          true,
          5,
          "233233",
          "233233" },
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct lifetime l = of(&rows[i].f);
        for (int page = 0; page < 2; page++) {
            struct visit_facts f = { &l, rows[i].validator, page != 0,
                                     rows[i].after_s };
            const char *want = page ? rows[i].page : rows[i].logo;
            char got[VISIT_COUNT + 1] = { 0 };
            for (int v = 0; v < VISIT_COUNT; v++)
                got[v] = "23-~!"[lifetime_visit(&f, (enum visit)v)];
            ROW_CHECK(rows[i].name, strcmp(got, want) == 0);
        }
    }
}

/* ---- t/data/freshness.tsv ---- */

enum {
    RFC,
    CACHE_CONTROL,
    PRAGMA,
    VARY,
    AGE,
    EXPIRES,
    MODIFIED,
    LATE,
    FRESH,
    STALE,
    BY,
    NAME,
    CELLS
};

static struct span cell(const char *s)
{
    if (strcmp(s, "-") == 0)
        return SPAN_NONE;
    return strcmp(s, "\"\"") == 0 ? SPAN("") : span_str(s);
}

/* A number of seconds from Date on in one of the three forms, or text. */
static struct span date_text(const char *s, char *out, size_t max)
{
    const char *colon = strchr(s, ':');
    time_t at = NOW + strtoll(colon ? colon + 1 : s, NULL, 10);
    const struct tm *t = gmtime(&at);
    size_t n;

    if (strncmp(s, "text:", 5) == 0)
        return span_str(s + 5);
    if (strncmp(s, "850:", 4) == 0)
        n = strftime(out, max, "%A, %d-%b-23 %H:%M:%S GMT", t); /* NOW's */
    else if (strncmp(s, "asctime:", 8) == 0)
        n = strftime(out, max, "%a %b %e %H:%M:%S %Y", t);
    else
        n = strftime(out, max, "%a, %d %b %Y %H:%M:%S GMT", t);
    return span_of(out, n);
}

/* The date that a cell means, as whoever calls lifetime_of() hands it on: none,
 * or `bad` for what is no date of HTTP. */
static int64_t date_cell(const char *s, int64_t bad)
{
    char text[64];
    struct span date = cell(s);
    int64_t t;

    if (!date.p)
        return NO;
    if (strcmp(s, "\"\"") != 0)
        date = date_text(s, text, sizeof text);
    return date_parse(date, NOW, &t) ? t : bad;
}

static const char *rule_of(const struct lifetime *l)
{
    if (l->no_store)
        return "no-store";
    if (l->no_cache)
        return "no-cache";
    if (l->vary_any)
        return "vary";
    if (l->kind == LIFETIME_EXPLICIT)
        return l->max_age != NO ? "max-age" : "expires";
    return l->kind == LIFETIME_HEURISTIC ? "heuristic" : "none";
}

static void vector(char *line)
{
    char *c[CELLS];

    for (int i = 0; i < CELLS; i++)
        assert_non_null(c[i] = strsep(&line, "\t"));
    struct lifetime_source s = {
        .cache_control = cell(c[CACHE_CONTROL]),
        .pragma = cell(c[PRAGMA]),
        .vary = cell(c[VARY]),
        .age = cell(c[AGE]),
        .expires = date_cell(c[EXPIRES], 0), /* in the past (5.3) */
        .last_modified = date_cell(c[MODIFIED], NO),
        .date = NOW,
        .now = NOW + strtoll(c[LATE], NULL, 10),
    };
    struct lifetime l = lifetime_of(&s);
    ROW_CHECK(c[NAME], l.fresh_s == strtoll(c[FRESH], NULL, 10));
    ROW_CHECK(c[NAME], l.stale_s == strtoll(c[STALE], NULL, 10));
    ROW_CHECK(c[NAME], strcmp(rule_of(&l), c[BY]) == 0);
}

/* The page's script and the lab's helper read the same rows. */
static void vectors(void **state)
{
    const char *srcdir = getenv("srcdir");
    char path[4096], line[1024];
    int rows = 0;

    (void)state;
    snprintf(path, sizeof path, "%s/t/data/freshness.tsv",
             srcdir ? srcdir : ".");
    FILE *in = fopen(path, "re");
    assert_non_null(in);
    while (fgets(line, sizeof line, in)) {
        line[strcspn(line, "\n")] = 0;
        if (line[0] == '#' || line[0] == 0)
            continue;
        vector(line);
        rows++;
    }
    fclose(in);
    assert_true(rows >= 60);
}

/* How long any cache may show it: what tells whether a client may hold bytes
 * that are not the file's any more. */
static void unasked(void **state)
{
    static const struct {
        const char *name;
        struct fields f;
        int64_t unasked_s;
    } rows[] = {
        { "a private cache's time", { "max-age=60" }, 60 },
        { "s-maxage is longer (5.2.2.10)",
          { "s-maxage=600, max-age=60" },
          600 },
        { "s-maxage is shorter", { "s-maxage=6, max-age=60" }, 60 },
        { "private: no shared cache",
          { "private, s-maxage=600, max-age=60" },
          60 },
        { "stale-while-revalidate adds (RFC 5861)",
          { "max-age=60, stale-while-revalidate=30" },
          90 },
        { "to a shared cache's time, too",
          { "s-maxage=600, max-age=60, stale-while-revalidate=30" },
          630 },
        { "must-revalidate forbids it",
          { "max-age=60, must-revalidate, stale-while-revalidate=30" },
          60 },
        { "less its age", { "s-maxage=600", .age = "500" }, 100 },
        { "no-cache", { "no-cache, s-maxage=600" }, 0 },
        { "nothing to guess from", { NULL }, 0 },
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct fields f = rows[i].f;
        f.expires = f.last_modified = NO;
        ROW_CHECK(rows[i].name, of(&f).unasked_s == rows[i].unasked_s);
    }
}

static void seconds(void **state)
{
    (void)state;
    assert_true(lifetime_seconds(SPAN("60")) == 60);
    assert_true(lifetime_seconds(SPAN("")) == NO);
    assert_true(lifetime_seconds(SPAN("-1")) == NO);
    assert_true(lifetime_seconds(SPAN("1h")) == NO);
    assert_true(lifetime_seconds(SPAN("4294967296")) == 2147483648);
}

/* As `etagd check` prints them. */
static void words(void **state)
{
    static const char *const visits[VISIT_COUNT] = {
        "first", "link", "reload", "hard", "tab", "restart"
    };

    (void)state;
    for (int v = 0; v < VISIT_COUNT; v++)
        assert_string_equal(visit_word((enum visit)v), visits[v]);
    assert_string_equal(wire_word(WIRE_200), "200");
    assert_string_equal(wire_word(WIRE_304), "304");
    assert_string_equal(wire_word(WIRE_NONE), "-");
    assert_string_equal(wire_word(WIRE_NONE_THEN_304), "-+304");
    assert_string_equal(wire_word(WIRE_NONE_THEN_200), "-+200");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logos_as_measured),
        cmocka_unit_test(vectors),
        cmocka_unit_test(unasked),
        cmocka_unit_test(seconds),
        cmocka_unit_test(words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
