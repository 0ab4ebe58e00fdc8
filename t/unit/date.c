/* SPDX-License-Identifier: MIT
 *
 * Tests of http/date: three forms read, one form written (RFC 9110 5.6.7).
 */
#include "unit.h"

#include "http/date.h"

#define NOV_1994 784111777    /* the standard's own example */
#define IN_2026 1795395723    /* Mon, 23 Nov 2026 01:02:03 GMT */
#define IN_1960 (-315619200)  /* Fri, 01 Jan 1960 00:00:00 GMT */
#define T_0000 (-62167219200) /* Sat, 01 Jan 0000 00:00:00 GMT */
#define T_9999 253402300799   /* Fri, 31 Dec 9999 23:59:59 GMT */

static void written(void **state)
{
    static const struct {
        int64_t t;
        const char *text;
    } rows[] = {
        { NOV_1994, "Sun, 06 Nov 1994 08:49:37 GMT" },
        { 0, "Thu, 01 Jan 1970 00:00:00 GMT" },
        { -1, "Wed, 31 Dec 1969 23:59:59 GMT" },
        { IN_2026, "Mon, 23 Nov 2026 01:02:03 GMT" },
        { 951782400, "Tue, 29 Feb 2000 00:00:00 GMT" },
        { 951868800, "Wed, 01 Mar 2000 00:00:00 GMT" },
        { -2203891200, "Thu, 01 Mar 1900 00:00:00 GMT" },
        { -2203891201, "Wed, 28 Feb 1900 23:59:59 GMT" },
        { 4107542399, "Sun, 28 Feb 2100 23:59:59 GMT" },
        { T_0000, "Sat, 01 Jan 0000 00:00:00 GMT" },
        { T_0000 - 1, "Sat, 01 Jan 0000 00:00:00 GMT" },
        { INT64_MIN, "Sat, 01 Jan 0000 00:00:00 GMT" },
        { T_9999, "Fri, 31 Dec 9999 23:59:59 GMT" },
        { T_9999 + 1, "Fri, 31 Dec 9999 23:59:59 GMT" },
        { INT64_MAX, "Fri, 31 Dec 9999 23:59:59 GMT" },
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char out[DATE_BYTES];
        date_format(out, rows[i].t);
        ROW_CHECK(rows[i].text, !memcmp(out, rows[i].text, DATE_BYTES));
    }
}

static void read_rows(void **state)
{
    static const struct {
        const char *text;
        int64_t t;
    } rows[] = {
        /* the three forms of the standard's example */
        { "Sun, 06 Nov 1994 08:49:37 GMT", NOV_1994 },
        { "Sunday, 06-Nov-94 08:49:37 GMT", NOV_1994 },
        { "Sun Nov  6 08:49:37 1994", NOV_1994 },
        { "Sun Nov 06 08:49:37 1994", NOV_1994 }, /* date3: 2DIGIT too */
        { "Wed Nov 16 08:49:37 1994", NOV_1994 + 864000 },
        /* another day name than the date's is still the date */
        { "Mon, 06 Nov 1994 08:49:37 GMT", NOV_1994 },
        { "Saturday, 06-Nov-94 08:49:37 GMT", NOV_1994 },
        /* leap days and leap second */
        { "Tue, 29 Feb 2000 00:00:00 GMT", 951782400 },
        { "Thu, 29 Feb 2024 23:59:59 GMT", 1709251199 },
        { "Sat, 31 Dec 2016 23:59:60 GMT", 1483228799 },
        { "Sat, 31 Dec 2016 23:59:59 GMT", 1483228799 },
        /* the ends of the calendar */
        { "Sat, 01 Jan 0000 00:00:00 GMT", T_0000 },
        { "Tue, 29 Feb 0000 00:00:00 GMT", T_0000 + 59 * 86400 },
        { "Fri, 31 Dec 9999 23:59:59 GMT", T_9999 },
        { "Thu, 01 Jan 1970 00:00:00 GMT", 0 },
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        int64_t t = 42;
        ROW_CHECK(rows[i].text,
                  date_parse(span_str(rows[i].text), IN_2026, &t));
        ROW_CHECK(rows[i].text, t == rows[i].t);
    }
}

static void refused_rows(void **state)
{
    static const char *const rows[] = {
        "",
        " ",
        "0",
        "784111777",
        "yesterday",
        "Sun, 06 Nov 1994 08:49:37",       /* no zone */
        "Sun, 06 Nov 1994 08:49:37 UTC",   /* no other zone */
        "Sun, 06 Nov 1994 08:49:37 +0000", /* none by number */
        "Sun, 06 Nov 1994 08:49:37 gmt",   /* case-sensitive */
        "sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT ",          /* nothing after it */
        "Sun, 06 Nov 1994 08:49:37 GMT; length=1", /* old browsers' habit */
        " Sun, 06 Nov 1994 08:49:37 GMT",
        "Sun,06 Nov 1994 08:49:37 GMT",
        "Sun, 6 Nov 1994 08:49:37 GMT", /* two digits */
        "Sun,  6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 94 08:49:37 GMT",
        "Sun, 06-Nov-1994 08:49:37 GMT",
        "Sunday, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06-Nov-94 08:49:37 GMT", /* RFC 850 spells the day out */
        "Sunday, 06-Nov-9x 08:49:37 GMT",
        "Sun Nov   6 08:49:37 1994",
        "Sun Nov 6 08:49:37 1994",
        "Sun Nov  x 08:49:37 1994",
        "Sun Nov  6 08:49:37 1994 GMT",
        "Sun Nov  0 08:49:37 1994",
        "Xyz, 06 Nov 1994 08:49:37 GMT", /* no day name */
        "Sun, 06 Xyz 1994 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT", /* days that do not exist */
        "Sun, 31 Nov 1994 08:49:37 GMT",
        "Sun, 32 Dec 1994 08:49:37 GMT",
        "Sun, 29 Feb 1900 08:49:37 GMT",
        "Sun, 29 Feb 2023 08:49:37 GMT",
        "Sun, 30 Feb 2024 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT", /* hours that do not exist */
        "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 06 Nov 1994 -8:49:37 GMT",
        "Sun, 06 Nov 1994 08:4", /* cut within a number */
        "Sun, 06 Nov 1994 08:49:37 GM",
        "Sun, 06 Nov +994 08:49:37 GMT",
        "Sun, 06 Nov 1994 0x:49:37 GMT",
        "Sun, 06 Nov 1994 08:x9:37 GMT",
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        int64_t t = 42;
        ROW_CHECK(rows[i], !date_parse(span_str(rows[i]), IN_2026, &t));
        ROW_CHECK(rows[i], t == 42);
    }
    int64_t t;
    assert_false(date_parse(SPAN_NONE, IN_2026, &t));
}

/* 5.6.7: more than 50 years in the future means the past */
static void two_digit_years(void **state)
{
    static const struct {
        int64_t now;
        const char *text;
        const char *full; /* NULL: no date */
    } rows[] = {
        { IN_2026, "Sunday, 06-Nov-94 08:49:37 GMT",
          "Sun, 06 Nov 1994 08:49:37 GMT" },
        { IN_2026, "Monday, 23-Nov-26 01:02:03 GMT",
          "Mon, 23 Nov 2026 01:02:03 GMT" },
        /* exactly 50 years ahead is not more than 50; a second more is */
        { IN_2026, "Monday, 23-Nov-76 01:02:03 GMT",
          "Mon, 23 Nov 2076 01:02:03 GMT" },
        { IN_2026, "Tuesday, 23-Nov-76 01:02:04 GMT",
          "Tue, 23 Nov 1976 01:02:04 GMT" },
        { IN_2026, "Friday, 31-Dec-99 23:59:59 GMT",
          "Fri, 31 Dec 1999 23:59:59 GMT" },
        { IN_2026, "Saturday, 01-Jan-00 00:00:00 GMT",
          "Sat, 01 Jan 2000 00:00:00 GMT" },
        { NOV_1994, "Tuesday, 23-Nov-26 00:00:00 GMT",
          "Mon, 23 Nov 2026 00:00:00 GMT" },
        { IN_1960, "Friday, 01-Jan-10 00:00:00 GMT",
          "Fri, 01 Jan 2010 00:00:00 GMT" },
        { IN_1960, "Friday, 01-Jan-11 00:00:00 GMT",
          "Sun, 01 Jan 1911 00:00:00 GMT" },
        /* a leap day exists in the year that is meant, or not at all */
        { IN_2026, "Tuesday, 29-Feb-00 00:00:00 GMT",
          "Tue, 29 Feb 2000 00:00:00 GMT" },
        { IN_1960, "Tuesday, 29-Feb-00 00:00:00 GMT",
          "Tue, 29 Feb 2000 00:00:00 GMT" },
        { IN_2026, "Tuesday, 29-Feb-77 00:00:00 GMT", NULL },
        /* at the ends of the calendar */
        { INT64_MIN, "Tuesday, 01-Jan-99 00:00:00 GMT", NULL },
        { INT64_MAX, "Friday, 31-Dec-99 23:59:59 GMT",
          "Fri, 31 Dec 9999 23:59:59 GMT" },
        { INT64_MAX, "Friday, 31-Dec-01 23:59:59 GMT",
          "Mon, 31 Dec 9901 23:59:59 GMT" },
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        int64_t t = 0, full = 0;
        bool ok = date_parse(span_str(rows[i].text), rows[i].now, &t);
        ROW_CHECK(rows[i].text, ok == (rows[i].full != NULL));
        if (!rows[i].full)
            continue;
        ROW_CHECK(rows[i].full, date_parse(span_str(rows[i].full), 0, &full));
        ROW_CHECK(rows[i].text, t == full);
    }
}

/* Every day of four centuries and the days at both ends: what is written is
 * read back, and days follow each other as a calendar says. */
static void every_day(void **state)
{
    static const struct {
        int64_t from, to; /* days since 1970-01-01 */
    } spans[] = { { -719528, -719528 + 800 },
                  { -135140, 11322 + 366 },
                  { 2932896 - 800, 2932896 } };
    (void)state;
    for (size_t s = 0; s < ROWS(spans); s++) {
        for (int64_t d = spans[s].from; d <= spans[s].to; d++) {
            int64_t t = d * 86400 + (d & 0xffff) % 86400, back = 0;
            char out[DATE_BYTES];
            date_format(out, t);
            assert_true(date_parse(span_of(out, DATE_BYTES), 0, &back));
            assert_int_equal(back, t);
        }
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(written),      cmocka_unit_test(read_rows),
        cmocka_unit_test(refused_rows), cmocka_unit_test(two_digit_years),
        cmocka_unit_test(every_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
