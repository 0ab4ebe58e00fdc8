/* SPDX-License-Identifier: MIT
 *
 * Tests of the plan: which form is selected, and that conditions come before
 * ranges.  What a condition or a range is by itself is tested in cond.c and
 * range.c; all combinations over the wire in t/live/test_21_cross.py.
 */
#include "unit.h"

#include "heads.h"
#include "http/plan.h"
#include "sources.h"

#define SAME "Sun, 06 Nov 1994 08:49:37 GMT"
#define PAIRS_MAX 13

static const struct {
    const char *row;
    unsigned available;
    const char *pairs[PAIRS_MAX];
    int status;
    enum reason reason;
    enum coding coding;
    unsigned pieces; /* with 206 */
} rows[] = {
    /* selection, RFC 9110 12.5.3 */
    { "nothing said", ALL, { NULL }, 200, REASON_WHOLE, CODING_IDENTITY, 0 },
    { "best of all",
      ALL,
      { "Accept-Encoding", "gzip, br, zstd" },
      200,
      REASON_WHOLE,
      CODING_BR,
      0 },
    { "what there is",
      GZ,
      { "Accept-Encoding", "gzip, br, zstd" },
      200,
      REASON_WHOLE,
      CODING_GZIP,
      0 },
    { "by weight",
      ALL,
      { "Accept-Encoding", "br;q=0.1, gzip" },
      200,
      REASON_WHOLE,
      CODING_GZIP,
      0 },
    { "nothing there",
      0,
      { "Accept-Encoding", "gzip, br" },
      200,
      REASON_WHOLE,
      CODING_IDENTITY,
      0 },
    /* a held tag selects its coding */
    { "held by If-None-Match",
      ALL,
      { "Accept-Encoding", "gzip, br", "If-None-Match", "\"t-gz\"" },
      304,
      REASON_TAG_MATCHES,
      CODING_GZIP,
      0 },
    { "held weakly",
      ALL,
      { "Accept-Encoding", "gzip, br", "If-None-Match", "W/\"t-gz\"" },
      304,
      REASON_TAG_MATCHES,
      CODING_GZIP,
      0 },
    { "identity held, and a better form there",
      ALL,
      { "Accept-Encoding", "gzip, br", "If-None-Match", "\"t\"" },
      200,
      REASON_TAG_DIFFERS,
      CODING_BR,
      0 },
    { "identity held, and no better form there",
      0,
      { "Accept-Encoding", "gzip, br", "If-None-Match", "\"t\"" },
      304,
      REASON_TAG_MATCHES,
      CODING_IDENTITY,
      0 },
    { "identity held, and preferred",
      ALL,
      { "Accept-Encoding", "identity, br;q=0.5", "If-None-Match", "\"t\"" },
      304,
      REASON_TAG_MATCHES,
      CODING_IDENTITY,
      0 },
    { "identity held, beside a form that is good enough",
      ALL,
      { "Accept-Encoding", "gzip, br", "If-None-Match", "\"t\", \"t-gz\"" },
      304,
      REASON_TAG_MATCHES,
      CODING_GZIP,
      0 },
    { "identity held, and a part of it wanted",
      ALL,
      { "Accept-Encoding", "gzip, br", "If-None-Match", "\"t\"", "Range",
        "bytes=0-1" },
      304,
      REASON_TAG_MATCHES,
      CODING_IDENTITY,
      0 },
    { "identity named by If-Match",
      ALL,
      { "Accept-Encoding", "gzip, br", "If-Match", "\"t\"" },
      200,
      REASON_HOLDS,
      CODING_IDENTITY,
      0 },
    { "one form demanded, another one held",
      ALL,
      { "Accept-Encoding", "gzip, br", "If-Match", "\"t\"", "If-None-Match",
        "\"t-gz\"" },
      200,
      REASON_TAG_DIFFERS,
      CODING_IDENTITY,
      0 },
    { "held and not accepted",
      ALL,
      { "Accept-Encoding", "br", "If-None-Match", "\"t-gz\"" },
      200,
      REASON_TAG_DIFFERS,
      CODING_BR,
      0 },
    { "held and refused",
      ALL,
      { "Accept-Encoding", "gzip;q=0, br", "If-None-Match", "\"t-gz\"" },
      200,
      REASON_TAG_DIFFERS,
      CODING_BR,
      0 },
    { "held and not there",
      BR,
      { "Accept-Encoding", "gzip, br", "If-None-Match", "\"t-gz\"" },
      200,
      REASON_TAG_DIFFERS,
      CODING_BR,
      0 },
    { "held, nothing accepted",
      ALL,
      { "If-None-Match", "\"t-gz\"" },
      200,
      REASON_TAG_DIFFERS,
      CODING_IDENTITY,
      0 },
    { "any holds nothing",
      ALL,
      { "Accept-Encoding", "gzip, br", "If-None-Match", "*" },
      304,
      REASON_TAG_MATCHES,
      CODING_BR,
      0 },
    { "held by If-Match",
      ALL,
      { "Accept-Encoding", "gzip, br", "If-Match", "\"t-gz\"" },
      200,
      REASON_HOLDS,
      CODING_GZIP,
      0 },
    { "a weak tag in If-Match holds nothing",
      ALL,
      { "Accept-Encoding", "gzip, br", "If-Match", "W/\"t-gz\"" },
      412,
      REASON_MATCH_FAILS,
      CODING_BR,
      0 },
    { "held by If-Range",
      ALL,
      { "Accept-Encoding", "gzip, br", "Range", "bytes=0-1", "If-Range",
        "\"t-gz\"" },
      206,
      REASON_RANGE,
      CODING_GZIP,
      1 },
    { "If-Range without Range says nothing",
      ALL,
      { "Accept-Encoding", "gzip, br", "If-Range", "\"t-gz\"" },
      200,
      REASON_WHOLE,
      CODING_BR,
      0 },
    { "held by If-Range, beside another tag",
      ALL,
      { "Accept-Encoding", "gzip, br", "If-None-Match", "\"x\"", "Range",
        "bytes=0-1", "If-Range", "\"t-gz\"" },
      206,
      REASON_RANGE,
      CODING_GZIP,
      1 },
    { "held by If-Match",
      ALL,
      { "Accept-Encoding", "gzip, br", "If-Match", "\"t-gz\"", "Range",
        "bytes=0-1" },
      206,
      REASON_RANGE,
      CODING_GZIP,
      1 },
    { "held, but no longer accepted",
      ALL,
      { "Accept-Encoding", "br", "Range", "bytes=0-1", "If-Range", "\"t-gz\"" },
      200,
      REASON_RANGE_STALE,
      CODING_IDENTITY,
      0 },
    { "a date in If-Range is that of every form",
      ALL,
      { "Accept-Encoding", "gzip", "Range", "bytes=0-1", "If-Range", SAME },
      200,
      REASON_RANGE_STALE,
      CODING_IDENTITY,
      0 },
    { "a date in If-Range where there is one form",
      0,
      { "Accept-Encoding", "gzip", "Range", "bytes=0-1", "If-Range", SAME },
      206,
      REASON_RANGE,
      CODING_IDENTITY,
      1 },
    { "a date in If-Range, and nothing else is acceptable",
      ALL,
      { "Range", "bytes=0-1", "If-Range", SAME },
      206,
      REASON_RANGE,
      CODING_IDENTITY,
      1 },
    /* a part is one of the file's own bytes */
    { "a part is never one of a coded form",
      ALL,
      { "Accept-Encoding", "gzip, br", "Range", "bytes=0-1" },
      206,
      REASON_RANGE,
      CODING_IDENTITY,
      1 },
    { "whatever is in If-Match",
      ALL,
      { "Accept-Encoding", "gzip, br", "If-Match", "*", "Range",
        "bytes=0-1,500-" },
      206,
      REASON_RANGE,
      CODING_IDENTITY,
      2 },
    { "a range that is ignored selects nothing",
      ALL,
      { "Accept-Encoding", "gzip, br", "Range", "lines=0-1" },
      200,
      REASON_WHOLE,
      CODING_BR,
      0 },
    { "identity is refused: the whole of what is not",
      ALL,
      { "Accept-Encoding", "gzip, identity;q=0", "Range", "bytes=0-1" },
      200,
      REASON_WHOLE,
      CODING_GZIP,
      0 },
    { "identity is refused, and the coded form held",
      ALL,
      { "Accept-Encoding", "gzip, identity;q=0", "Range", "bytes=0-1",
        "If-Range", "\"t-gz\"" },
      206,
      REASON_RANGE,
      CODING_GZIP,
      1 },
    /* conditions before ranges, RFC 9110 13.2.2 */
    { "range", 0, { "Range", "bytes=0-1" }, 206, REASON_RANGE, 0, 1 },
    { "ranges", 0, { "Range", "bytes=0-1,500-" }, 206, REASON_RANGE, 0, 2 },
    { "range beyond",
      0,
      { "Range", "bytes=1000-" },
      416,
      REASON_RANGE_UNSATISFIABLE,
      0,
      0 },
    { "range of the coded form's size",
      GZ,
      { "Accept-Encoding", "gzip", "Range", "bytes=100-", "If-Range",
        "\"t-gz\"" },
      416,
      REASON_RANGE_UNSATISFIABLE,
      CODING_GZIP,
      0 },
    { "range ignored", 0, { "Range", "bytes=1-0" }, 200, REASON_WHOLE, 0, 0 },
    { "two Range lines",
      0,
      { "Range", "bytes=0-1", "Range", "bytes=0-1" },
      200,
      REASON_WHOLE,
      0,
      0 },
    { "304 before a range",
      0,
      { "If-None-Match", "\"t\"", "Range", "bytes=0-1" },
      304,
      REASON_TAG_MATCHES,
      0,
      0 },
    { "412 before a range",
      0,
      { "If-Match", "\"x\"", "Range", "bytes=1000-" },
      412,
      REASON_MATCH_FAILS,
      0,
      0 },
    { "range after a tag that differs",
      0,
      { "If-None-Match", "\"x\"", "Range", "bytes=0-1" },
      206,
      REASON_RANGE,
      0,
      1 },
    { "If-Range fails",
      0,
      { "Range", "bytes=1000-", "If-Range", "\"x\"" },
      200,
      REASON_RANGE_STALE,
      0,
      0 },
    { "not modified since",
      0,
      { "If-Modified-Since", SAME },
      304,
      REASON_DATE_NOT_NEWER,
      0,
      0 },
};

static void plans(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        static struct head h;
        struct plan_source s = sources_made(rows[i].available);

        heads_make(&h, rows[i].pairs);
        struct plan p;
        plan_make(&p, &h, &s, NOW);
        ROW_CHECK(rows[i].row, p.status == rows[i].status);
        ROW_CHECK(rows[i].row, p.reason == rows[i].reason);
        ROW_CHECK(rows[i].row, p.coding == rows[i].coding);
        ROW_CHECK(rows[i].row, !p.identity_refused);
        ROW_CHECK(rows[i].row, p.status != 206 || p.range.n == rows[i].pieces);
        /* RFC 9110 9.3.2, 14.2: HEAD is the same without a range */
        h.method = METHOD_HEAD;
        struct plan q;
        plan_make(&q, &h, &s, NOW);
        bool ranged = p.status == 206 || p.status == 416;
        ROW_CHECK(rows[i].row, q.status == (ranged ? 200 : p.status));
        ROW_CHECK(rows[i].row, q.coding == p.coding);
    }
}

static void everything_refused(void **state)
{
    static struct head h;
    struct plan_source s = sources_made(ALL);

    (void)state;
    heads_make(&h, (const char *const[]){ "Accept-Encoding", "*;q=0", NULL });
    struct plan p;
    plan_make(&p, &h, &s, NOW);
    assert_true(p.identity_refused);
    assert_int_equal(p.status, 200);
    assert_int_equal(p.coding, CODING_IDENTITY);
}

static void without_a_tag(void **state)
{
    static struct head h;
    struct plan_source s = sources_made(GZ);

    (void)state;
    for (int c = 0; c < CODING_COUNT; c++)
        s.form[c]->tag.opaque = SPAN_NONE;
    heads_make(&h, (const char *const[]){ "Accept-Encoding", "gzip",
                                          "If-None-Match", "\"t-gz\"", NULL });
    struct plan p;
    plan_make(&p, &h, &s, NOW);
    assert_int_equal(p.status, 200);
    assert_int_equal(p.coding, CODING_GZIP);
    assert_int_equal(p.reason, REASON_TAG_DIFFERS);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(plans),
        cmocka_unit_test(everything_refused),
        cmocka_unit_test(without_a_tag),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
