/* SPDX-License-Identifier: MIT
 *
 * Tests of http/range: the Range field against a size (RFC 9110 section 14).
 */
#include "unit.h"

#include <stdio.h>

#include "http/range.h"

#define IGNORE RANGE_IGNORE
#define OK RANGE_SATISFIABLE
#define NONE RANGE_UNSATISFIABLE
#define HUGE_NUMBER "99999999999999999999999999"

static const struct {
    const char *row, *value;
    uint64_t size;
    enum range_verdict verdict;
    const char *pieces; /* "first+bytes first+bytes" */
} rows[] = {
    { "14.2 absent", NULL, 1000, IGNORE, "" },
    /* 14.1.2: the three kinds */
    { "first and last", "bytes=0-499", 1000, OK, "0+500" },
    { "one byte", "bytes=0-0", 1000, OK, "0+1" },
    { "last byte", "bytes=999-999", 1000, OK, "999+1" },
    { "open", "bytes=500-", 1000, OK, "500+500" },
    { "all", "bytes=0-", 1000, OK, "0+1000" },
    { "suffix", "bytes=-500", 1000, OK, "500+500" },
    { "suffix of all", "bytes=-1000", 1000, OK, "0+1000" },
    { "suffix longer than the file", "bytes=-1001", 1000, OK, "0+1000" },
    { "last beyond the end", "bytes=900-5000", 1000, OK, "900+100" },
    { "last just beyond the end", "bytes=900-1000", 1000, OK, "900+100" },
    { "leading zeros", "bytes=000-009", 1000, OK, "0+10" },
    { "first at the end", "bytes=1000-", 1000, NONE, "" },
    { "first beyond the end", "bytes=5000-6000", 1000, NONE, "" },
    { "suffix of nothing", "bytes=-0", 1000, NONE, "" },
    { "suffix of nothing, zeros", "bytes=-000", 1000, NONE, "" },
    /* an empty file has nothing to choose from */
    { "empty file, open", "bytes=0-", 0, IGNORE, "" },
    { "empty file, first", "bytes=0-0", 0, IGNORE, "" },
    { "empty file, suffix", "bytes=-1", 0, IGNORE, "" },
    /* 14.1: the unit */
    { "unit without case", "BYTES=0-0", 1000, OK, "0+1" },
    { "unknown unit", "lines=0-0", 1000, IGNORE, "" },
    { "unit that begins alike", "bytesx=0-0", 1000, IGNORE, "" },
    { "shorter unit", "byte=0-0", 1000, IGNORE, "" },
    { "no unit", "0-499", 1000, IGNORE, "" },
    { "no equals sign", "bytes 0-499", 1000, IGNORE, "" },
    { "space before equals sign", "bytes =0-499", 1000, IGNORE, "" },
    { "space after equals sign", "bytes= 0-499", 1000, IGNORE, "" },
    { "unit alone", "bytes", 1000, IGNORE, "" },
    { "empty value", "", 1000, IGNORE, "" },
    { "no member", "bytes=", 1000, IGNORE, "" },
    { "only empty members", "bytes=, ,", 1000, IGNORE, "" },
    /* 14.1.1: what is no int-range or suffix-range voids the field */
    { "last before first", "bytes=500-499", 1000, IGNORE, "" },
    { "last before first, both huge", "bytes=" HUGE_NUMBER "9-" HUGE_NUMBER,
      1000, IGNORE, "" },
    { "last before first, by zeros only", "bytes=0010-9", 1000, IGNORE, "" },
    { "a bad member among good ones", "bytes=0-0,x,5-5", 1000, IGNORE, "" },
    { "a bad member at the end", "bytes=0-0,5-4", 1000, IGNORE, "" },
    { "a bad member after one beyond", "bytes=5000-,-", 1000, IGNORE, "" },
    { "dash alone", "bytes=-", 1000, IGNORE, "" },
    { "number alone", "bytes=5", 1000, IGNORE, "" },
    { "two dashes", "bytes=0--5", 1000, IGNORE, "" },
    { "negative first", "bytes=--5", 1000, IGNORE, "" },
    { "sign", "bytes=+0-5", 1000, IGNORE, "" },
    { "hexadecimal", "bytes=0x0-0x5", 1000, IGNORE, "" },
    { "space around the dash", "bytes=0 - 5", 1000, IGNORE, "" },
    { "space within", "bytes=0- 5", 1000, IGNORE, "" },
    { "rest after last", "bytes=0-5x", 1000, IGNORE, "" },
    { "rest after suffix", "bytes=-5x", 1000, IGNORE, "" },
    { "other-range of another unit", "bytes=a", 1000, IGNORE, "" },
    { "semicolon", "bytes=0-5;10-15", 1000, IGNORE, "" },
    { "equals sign twice", "bytes==0-5", 1000, IGNORE, "" },
    /* numbers too large for any integer keep their meaning */
    { "huge last is clipped", "bytes=10-" HUGE_NUMBER, 1000, OK, "10+990" },
    { "huge last, 2^64 - 1", "bytes=10-18446744073709551615", 1000, OK,
      "10+990" },
    { "huge last, 2^64", "bytes=10-18446744073709551616", 1000, OK, "10+990" },
    { "huge first", "bytes=" HUGE_NUMBER "-", 1000, NONE, "" },
    { "huge both", "bytes=" HUGE_NUMBER "-" HUGE_NUMBER "0", 1000, NONE, "" },
    { "huge suffix", "bytes=-" HUGE_NUMBER, 1000, OK, "0+1000" },
    { "huge file, its last byte", "bytes=18446744073709551613-", UINT64_MAX - 1,
      OK, "18446744073709551613+1" },
    { "huge file, all", "bytes=0-,-5", UINT64_MAX - 1, OK,
      "0+18446744073709551614" },
    /* 14.2, 15.3.7.2: several, in the order asked for */
    { "two", "bytes=0-0,999-999", 1000, OK, "0+1 999+1" },
    { "two, not ascending", "bytes=900-999,0-99", 1000, OK, "900+100 0+100" },
    { "white space around commas", "bytes=0-0 ,\t999-999", 1000, OK,
      "0+1 999+1" },
    { "5.6.1.2 empty members", "bytes=,0-0, ,999-999,", 1000, OK, "0+1 999+1" },
    { "white space before an empty member", "bytes= ,0-0", 1000, OK, "0+1" },
    { "one of two satisfiable", "bytes=5000-6000,0-0", 1000, OK, "0+1" },
    { "suffix of nothing beside one", "bytes=-0,0-0", 1000, OK, "0+1" },
    { "none of two satisfiable", "bytes=5000-6000,-0", 1000, NONE, "" },
    /* coalescing */
    { "overlap", "bytes=0-99,50-149", 1000, OK, "0+150" },
    { "adjacent", "bytes=0-99,100-199", 1000, OK, "0+200" },
    { "one within the other", "bytes=0-499,100-199", 1000, OK, "0+500" },
    { "the other within one", "bytes=100-199,0-499", 1000, OK, "0+500" },
    { "gap of 79 is sent", "bytes=0-99,179-199", 1000, OK, "0+200" },
    { "gap of 80 is not", "bytes=0-99,180-199", 1000, OK, "0+100 180+20" },
    { "gap of 79, descending", "bytes=179-199,0-99", 1000, OK, "0+200" },
    { "the joint takes the earliest's place", "bytes=800-899,0-9,500-509,20-29",
      1000, OK, "800+100 0+30 500+10" },
    { "a bridge joins three", "bytes=0-9,900-909,200-209,10-199", 1000, OK,
      "0+210 900+10" },
    { "a bridge joins one before and one after",
      "bytes=900-909,400-409,0-9,"
      "10-399",
      1000, OK, "900+10 0+410" },
    { "a bridge joins what it did not touch at first",
      "bytes=250-299,100-149,170-240", 1000, OK, "100+200" },
    { "all that is left joins the whole", "bytes=0-0,500-500,-1,0-999", 1000,
      OK, "0+1000" },
    /* the guard: 17.15 */
    { "all twice", "bytes=0-,0-", 1000, OK, "0+1000" },
    { "all twice and a byte", "bytes=0-,0-,5-5", 1000, IGNORE, "" },
    { "overlaps worth more than twice the file", "bytes=0-,1-,2-,3-,4-", 1000,
      IGNORE, "" },
    { "sum that overflows", "bytes=0-,0-", UINT64_MAX, OK,
      "0+18446744073709551615" },
};

static void table(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct range_plan p = range_plan(span_str(rows[i].value), rows[i].size);
        char text[256] = "";
        size_t n = 0;

        for (unsigned k = 0; k < p.n; k++)
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%llu+%llu",
                                  k ? " " : "",
                                  (unsigned long long)p.piece[k].first,
                                  (unsigned long long)p.piece[k].bytes);
        ROW_CHECK(rows[i].row, p.verdict == rows[i].verdict);
        if (strcmp(text, rows[i].pieces))
            fail_msg("row \"%s\": pieces are %s", rows[i].row, text);
    }
}

/* n single bytes, 1000 apart */
static struct range_plan bytes_apart(unsigned n, uint64_t size)
{
    static char value[4096];
    size_t at = (size_t)snprintf(value, sizeof value, "bytes=");

    for (unsigned i = 0; i < n; i++)
        at += (size_t)snprintf(value + at, sizeof value - at, "%u-%u,",
                               i * 1000, i * 1000);
    return range_plan(span_of(value, at), size);
}

static void as_many_as_there_is_room(void **state)
{
    struct range_plan p = bytes_apart(RANGE_PIECES_MAX, 1000000);
    (void)state;
    assert_int_equal(p.verdict, RANGE_SATISFIABLE);
    assert_int_equal(p.n, RANGE_PIECES_MAX);
    for (unsigned i = 0; i < p.n; i++)
        assert_int_equal(p.piece[i].first, i * 1000);
    p = bytes_apart(RANGE_PIECES_MAX + 1, 1000000);
    assert_int_equal(p.verdict, RANGE_IGNORE);
    assert_int_equal(p.n, 0);
    /* those beyond the end are not counted */
    p = bytes_apart(100, 15001);
    assert_int_equal(p.verdict, RANGE_SATISFIABLE);
    assert_int_equal(p.n, RANGE_PIECES_MAX);
}

/* A hundred touching bytes are one piece, whatever the order. */
static void crumbs_become_one(void **state)
{
    char value[2048];
    struct range_plan p;
    size_t at = (size_t)snprintf(value, sizeof value, "bytes=");
    (void)state;
    for (unsigned i = 0; i < 100; i++)
        at += (size_t)snprintf(value + at, sizeof value - at, "%u-%u,", 99 - i,
                               99 - i);
    p = range_plan(span_of(value, at), 1000);
    assert_int_equal(p.verdict, RANGE_SATISFIABLE);
    assert_int_equal(p.n, 1);
    assert_int_equal(p.piece[0].first, 0);
    assert_int_equal(p.piece[0].bytes, 100);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(table),
        cmocka_unit_test(as_many_as_there_is_room),
        cmocka_unit_test(crumbs_become_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
