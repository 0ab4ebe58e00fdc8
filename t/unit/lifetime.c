/* SPDX-License-Identifier: MIT
 *
 * Tests of http/lifetime: freshness by RFC 9111 4.2, and the visits measured in
 * Chromium and Firefox.
 */
#include "unit.h"

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

static void lifetimes(void **state)
{
    static const struct {
        const char *name;
        struct fields f;
        enum lifetime_kind kind;
        int64_t fresh_s, unasked_s;
    } rows[] = {
        { "max-age before Expires (5.3)",
          { "max-age=60", .expires = 3600, .last_modified = NO },
          LIFETIME_EXPLICIT,
          60,
          60 },
        { "s-maxage is for shared caches (5.2.2.10)",
          { "s-maxage=600, max-age=60", .expires = NO, .last_modified = NO },
          LIFETIME_EXPLICIT,
          60,
          600 },
        { "private: no shared cache",
          { "private, s-maxage=600, max-age=60", .expires = NO,
            .last_modified = NO },
          LIFETIME_EXPLICIT,
          60,
          60 },
        { "stale-while-revalidate adds (RFC 5861)",
          { "max-age=60, stale-while-revalidate=30", .expires = NO,
            .last_modified = NO },
          LIFETIME_EXPLICIT,
          60,
          90 },
        { "must-revalidate forbids it",
          { "max-age=60, must-revalidate, stale-while-revalidate=30",
            .expires = NO, .last_modified = NO },
          LIFETIME_EXPLICIT,
          60,
          60 },
        { "a tenth (4.2.2)",
          { .expires = NO, .last_modified = -1000 },
          LIFETIME_HEURISTIC,
          100,
          100 },
        { "nothing to guess from",
          { .expires = NO, .last_modified = NO },
          LIFETIME_UNKNOWN,
          0,
          0 },
        { "names without case, quoted value",
          { "MAX-AGE=\"60\"", .expires = NO, .last_modified = NO },
          LIFETIME_EXPLICIT,
          60,
          60 },
        { "the first of two counts (4.2.1)",
          { "max-age=60, max-age=7", .expires = NO, .last_modified = NO },
          LIFETIME_EXPLICIT,
          60,
          60 },
        { "comma in quotes",
          { "ext=\"a, max-age=9\", max-age=60", .expires = NO,
            .last_modified = NO },
          LIFETIME_EXPLICIT,
          60,
          60 },
        { "quote escaped in quotes (RFC 9110 5.6.4)",
          { "ext=\"a\\\", max-age=9\", max-age=60", .expires = NO,
            .last_modified = NO },
          LIFETIME_EXPLICIT,
          60,
          60 },
        { "too large a number (1.2.2)",
          { "max-age=99999999999999999999", .expires = NO,
            .last_modified = NO },
          LIFETIME_EXPLICIT,
          2147483648,
          2147483648 },
        { "empty members",
          { ",, max-age=60 ,", .expires = NO, .last_modified = NO },
          LIFETIME_EXPLICIT,
          60,
          60 },
        { "an empty field",
          { "", .expires = NO, .last_modified = -1000 },
          LIFETIME_HEURISTIC,
          100,
          100 },
        { "Pragma has no say beside Cache-Control (5.4)",
          { "max-age=60", "no-cache", .expires = NO, .last_modified = NO },
          LIFETIME_EXPLICIT,
          60,
          60 },
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct lifetime l = of(&rows[i].f);
        ROW_CHECK(rows[i].name, l.kind == rows[i].kind &&
                                    l.fresh_s == rows[i].fresh_s &&
                                    l.unasked_s == rows[i].unasked_s);
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
        cmocka_unit_test(lifetimes),
        cmocka_unit_test(seconds),
        cmocka_unit_test(words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
