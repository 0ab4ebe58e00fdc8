/* SPDX-License-Identifier: MIT
 *
 * Tests of http/plan: which coding, which status and which bytes, in the order
 * of RFC 9110 12.1, 13.2.2 and 14.2, row by row.
 */
#include "unit.h"

#include "heads.h"
#include "http/plan.h"

#define CHANGED 784111777 /* Sun, 06 Nov 1994 08:49:37 GMT */
#define SAME "Sun, 06 Nov 1994 08:49:37 GMT"
#define OLDER "Sun, 06 Nov 1994 08:49:36 GMT"
#define NOW 1795395723 /* in 2026 */

#define ALL ((1u << CODING_COUNT) - 1)
#define PLAIN (1u << CODING_IDENTITY)

/* A file of 1000 bytes, its coded forms half as long; each has its tag. */
static struct plan_source source_of(unsigned available)
{
    static const char *const tags[CODING_COUNT] = {
        [CODING_IDENTITY] = "v",
        [CODING_GZIP] = "v-gz",
        [CODING_ZSTD] = "v-zst",
        [CODING_BR] = "v-br",
    };
    struct plan_source s = { .available = available, .last_modified = CHANGED };

    for (int c = 0; c < CODING_COUNT; c++) {
        if (available >> c & 1)
            s.form[c] = (struct plan_form){ c == CODING_IDENTITY ? 1000 : 500,
                                            { span_str(tags[c]), false } };
    }
    return s;
}

static const struct {
    const char *row;
    unsigned available;
    enum method method;
    const char *pairs[9];
    int status;
    enum reason reason;
    enum coding coding;
} rows[] = {
    { "15.3.1 nothing asked",
      ALL,
      METHOD_GET,
      { NULL },
      200,
      REASON_NEW,
      CODING_IDENTITY },
    { "12.5.3 the best that is accepted",
      ALL,
      METHOD_GET,
      { "Accept-Encoding", "gzip, br" },
      200,
      REASON_NEW,
      CODING_BR },
    { "12.5.3 only what is there",
      PLAIN,
      METHOD_GET,
      { "Accept-Encoding", "gzip, br" },
      200,
      REASON_NEW,
      CODING_IDENTITY },
    { "12.5.3 HEAD is negotiated like GET",
      ALL,
      METHOD_HEAD,
      { "Accept-Encoding", "zstd" },
      200,
      REASON_NEW,
      CODING_ZSTD },
    /* a tag that the client holds selects its coding */
    { "8.8.3.3 holds the plain one",
      ALL,
      METHOD_GET,
      { "Accept-Encoding", "gzip, br", "If-None-Match", "\"v\"" },
      304,
      REASON_TAG_MATCHES,
      CODING_IDENTITY },
    { "8.8.3.3 holds the gzip one, weakly",
      ALL,
      METHOD_GET,
      { "Accept-Encoding", "gzip, br", "If-None-Match", "W/\"v-gz\"" },
      304,
      REASON_TAG_MATCHES,
      CODING_GZIP },
    { "8.8.3.3 holds one that it does not accept",
      ALL,
      METHOD_GET,
      { "Accept-Encoding", "br", "If-None-Match", "\"v-gz\"" },
      200,
      REASON_TAG_DIFFERS,
      CODING_BR },
    { "8.8.3.3 refuses identity and holds it",
      ALL,
      METHOD_GET,
      { "Accept-Encoding", "br, identity;q=0", "If-None-Match", "\"v\"" },
      200,
      REASON_TAG_DIFFERS,
      CODING_BR },
    { "8.8.3.3 without Accept-Encoding no coding is selected",
      ALL,
      METHOD_GET,
      { "If-None-Match", "\"v-gz\"" },
      200,
      REASON_TAG_DIFFERS,
      CODING_IDENTITY },
    { "13.1.1 If-Match selects, too",
      ALL,
      METHOD_GET,
      { "Accept-Encoding", "gzip, br", "If-Match", "\"v-gz\"" },
      200,
      REASON_HOLDS,
      CODING_GZIP },
    { "13.1.1 but only strongly",
      ALL,
      METHOD_GET,
      { "Accept-Encoding", "gzip, br", "If-Match", "W/\"v-gz\"" },
      412,
      REASON_MATCH_FAILS,
      CODING_BR },
    { "13.1.1 fails",
      ALL,
      METHOD_HEAD,
      { "If-Match", "\"w\"" },
      412,
      REASON_MATCH_FAILS,
      CODING_IDENTITY },
    { "13.1.4 fails",
      PLAIN,
      METHOD_GET,
      { "If-Unmodified-Since", OLDER },
      412,
      REASON_UNMODIFIED_FAILS,
      CODING_IDENTITY },
    { "13.1.3 not modified",
      PLAIN,
      METHOD_GET,
      { "If-Modified-Since", SAME },
      304,
      REASON_DATE_NOT_NEWER,
      CODING_IDENTITY },
    { "13.1.3 modified",
      PLAIN,
      METHOD_GET,
      { "If-Modified-Since", OLDER },
      200,
      REASON_DATE_NEWER,
      CODING_IDENTITY },
    /* ranges are of the selected form */
    { "14.2 a range",
      ALL,
      METHOD_GET,
      { "Range", "bytes=600-" },
      206,
      REASON_RANGE,
      CODING_IDENTITY },
    { "14.2 beyond the end of the coded form",
      ALL,
      METHOD_GET,
      { "Range", "bytes=600-", "Accept-Encoding", "br" },
      416,
      REASON_RANGE_UNSATISFIABLE,
      CODING_BR },
    { "14.2 not for HEAD",
      ALL,
      METHOD_HEAD,
      { "Range", "bytes=600-" },
      200,
      REASON_NEW,
      CODING_IDENTITY },
    { "14.2 repeated",
      ALL,
      METHOD_GET,
      { "Range", "bytes=0-1", "Range", "bytes=5-6" },
      200,
      REASON_NEW,
      CODING_IDENTITY },
    { "14.2 another unit",
      ALL,
      METHOD_GET,
      { "Range", "lines=1-2" },
      200,
      REASON_NEW,
      CODING_IDENTITY },
    { "13.2.2 a condition before the range",
      ALL,
      METHOD_GET,
      { "Range", "bytes=0-1", "If-None-Match", "\"v\"" },
      304,
      REASON_TAG_MATCHES,
      CODING_IDENTITY },
    { "13.1.5 holds the gzip one: goes on with it",
      ALL,
      METHOD_GET,
      { "Range", "bytes=9-", "If-Range", "\"v-gz\"", "Accept-Encoding",
        "gzip, br" },
      206,
      REASON_RANGE,
      CODING_GZIP },
    { "13.1.5 never by a weak tag",
      ALL,
      METHOD_GET,
      { "Range", "bytes=9-", "If-Range", "W/\"v-gz\"", "Accept-Encoding",
        "gzip, br" },
      200,
      REASON_RANGE_STALE,
      CODING_BR },
    { "13.1.5 a date selects no coding",
      ALL,
      METHOD_GET,
      { "Range", "bytes=9-", "If-Range", SAME, "Accept-Encoding", "gzip" },
      206,
      REASON_RANGE,
      CODING_GZIP },
    { "13.1.5 differs",
      ALL,
      METHOD_GET,
      { "Range", "bytes=9-", "If-Range", "\"w\"" },
      200,
      REASON_RANGE_STALE,
      CODING_IDENTITY },
};

static void decisions(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct plan_source s = source_of(rows[i].available);
        struct head h;
        heads_make(&h, rows[i].pairs);
        h.method = rows[i].method;
        struct plan p = plan_make(&h, &s, NOW);
        ROW_CHECK(rows[i].row, p.status == rows[i].status);
        ROW_CHECK(rows[i].row, p.reason == rows[i].reason);
        ROW_CHECK(rows[i].row, p.coding == rows[i].coding);
        ROW_CHECK(rows[i].row, !p.identity_refused);
        ROW_CHECK(rows[i].row,
                  (p.status == 206) == (p.range.verdict == RANGE_SATISFIABLE));
    }
}

/* 12.5.3: when nothing that is accepted is there, identity is sent, and said
 * to have been refused. */
static void identity_refused(void **state)
{
    static const char *const pairs[] = { "Accept-Encoding", "identity;q=0",
                                         NULL };
    struct plan_source s = source_of(PLAIN);
    struct head h;

    (void)state;
    heads_make(&h, pairs);
    struct plan p = plan_make(&h, &s, NOW);
    assert_int_equal(p.status, 200);
    assert_int_equal(p.coding, CODING_IDENTITY);
    assert_true(p.identity_refused);
}

/* Without a tag nothing can be held, and a range needs no If-Range. */
static void a_form_without_a_tag(void **state)
{
    static const char *const pairs[] = {
        "Accept-Encoding", "gzip", "If-None-Match", "\"v\"", "Range",
        "bytes=0-0",       NULL
    };
    struct plan_source s = source_of(PLAIN);
    struct head h;

    (void)state;
    s.form[CODING_IDENTITY].tag.opaque = SPAN_NONE;
    heads_make(&h, pairs);
    struct plan p = plan_make(&h, &s, NOW);
    assert_int_equal(p.status, 206);
    assert_int_equal(p.range.n, 1);
    assert_int_equal(p.range.piece[0].bytes, 1);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(decisions),
        cmocka_unit_test(identity_refused),
        cmocka_unit_test(a_form_without_a_tag),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
