/* SPDX-License-Identifier: MIT
 *
 * Tests of http/cond: preconditions by RFC 9110 section 13, row by row.
 */
#include "unit.h"

#include "heads.h"
#include "http/cond.h"

#define OLDER "Sun, 06 Nov 1994 08:49:36 GMT"
#define SAME "Sun, 06 Nov 1994 08:49:37 GMT"
#define NEWER "Sun, 06 Nov 1994 08:49:38 GMT"
#define CHANGED 784111777 /* SAME */
#define NOW 1795395723    /* in 2026 */

/* the representation of most rows: tag "v1", changed in 1994 */
enum have { BOTH, WEAK, NO_TAG, NO_DATE, NEITHER };

static struct validators made(enum have have)
{
    struct validators v = { .tag = { SPAN("v1"), have == WEAK },
                            .last_modified = CHANGED };

    if (have == NO_TAG || have == NEITHER)
        v.tag.opaque = SPAN_NONE;
    if (have == NO_DATE || have == NEITHER)
        v.last_modified = COND_NO_DATE;
    return v;
}

static const struct {
    const char *row;
    enum have have;
    const char *pairs[9];
    enum reason reason;
} rows[] = {
    { "13.2.2 nothing asked", BOTH, { NULL }, REASON_WHOLE },

    /* step 1, If-Match: strong comparison */
    { "13.1.1 same tag", BOTH, { "If-Match", "\"v1\"" }, REASON_HOLDS },
    { "13.1.1 other tag", BOTH, { "If-Match", "\"v2\"" }, REASON_MATCH_FAILS },
    { "13.1.1 list", BOTH, { "If-Match", "\"v0\", \"v1\"" }, REASON_HOLDS },
    { "13.1.1 list over lines",
      BOTH,
      { "If-Match", "\"v0\"", "If-Match", "\"v1\"" },
      REASON_HOLDS },
    { "13.1.1 *", BOTH, { "If-Match", "*" }, REASON_HOLDS },
    { "13.1.1 * without a tag", NEITHER, { "If-Match", "*" }, REASON_HOLDS },
    { "13.1.1 no tag of ours",
      NO_TAG,
      { "If-Match", "\"v1\"" },
      REASON_MATCH_FAILS },
    { "13.1.1 theirs weak",
      BOTH,
      { "If-Match", "W/\"v1\"" },
      REASON_MATCH_FAILS },
    { "13.1.1 ours weak", WEAK, { "If-Match", "\"v1\"" }, REASON_MATCH_FAILS },
    { "13.1.1 both weak",
      WEAK,
      { "If-Match", "W/\"v1\"" },
      REASON_MATCH_FAILS },
    { "13.1.1 malformed fails closed",
      BOTH,
      { "If-Match", "v1" },
      REASON_MATCH_FAILS },
    { "13.1.1 empty matches nothing",
      BOTH,
      { "If-Match", "" },
      REASON_MATCH_FAILS },
    { "13.1.1 * with more",
      BOTH,
      { "If-Match", "*, \"v1\"" },
      REASON_MATCH_FAILS },

    /* step 2, If-Unmodified-Since */
    { "13.1.4 same date", BOTH, { "If-Unmodified-Since", SAME }, REASON_HOLDS },
    { "13.1.4 newer date",
      BOTH,
      { "If-Unmodified-Since", NEWER },
      REASON_HOLDS },
    { "13.1.4 older date",
      BOTH,
      { "If-Unmodified-Since", OLDER },
      REASON_UNMODIFIED_FAILS },
    { "13.1.4 RFC 850",
      BOTH,
      { "If-Unmodified-Since", "Sunday, 06-Nov-94 08:49:36 GMT" },
      REASON_UNMODIFIED_FAILS },
    { "13.1.4 asctime",
      BOTH,
      { "If-Unmodified-Since", "Sun Nov  6 08:49:36 1994" },
      REASON_UNMODIFIED_FAILS },
    { "13.1.4 no date of ours",
      NO_DATE,
      { "If-Unmodified-Since", OLDER },
      REASON_WHOLE },
    { "13.1.4 not a date",
      BOTH,
      { "If-Unmodified-Since", "yesterday" },
      REASON_WHOLE },
    { "13.1.4 empty", BOTH, { "If-Unmodified-Since", "" }, REASON_WHOLE },
    { "13.1.4 repeated",
      BOTH,
      { "If-Unmodified-Since", OLDER, "If-Unmodified-Since", OLDER },
      REASON_WHOLE },
    { "13.1.4 ignored with If-Match that holds",
      BOTH,
      { "If-Unmodified-Since", OLDER, "If-Match", "\"v1\"" },
      REASON_HOLDS },
    { "13.1.4 ignored with If-Match that fails",
      BOTH,
      { "If-Unmodified-Since", SAME, "If-Match", "\"v2\"" },
      REASON_MATCH_FAILS },

    /* step 3, If-None-Match: weak comparison */
    { "13.1.2 same tag",
      BOTH,
      { "If-None-Match", "\"v1\"" },
      REASON_TAG_MATCHES },
    { "13.1.2 other tag",
      BOTH,
      { "If-None-Match", "\"v2\"" },
      REASON_TAG_DIFFERS },
    { "13.1.2 theirs weak",
      BOTH,
      { "If-None-Match", "W/\"v1\"" },
      REASON_TAG_MATCHES },
    { "13.1.2 ours weak",
      WEAK,
      { "If-None-Match", "\"v1\"" },
      REASON_TAG_MATCHES },
    { "13.1.2 both weak",
      WEAK,
      { "If-None-Match", "W/\"v1\"" },
      REASON_TAG_MATCHES },
    { "13.1.2 list",
      BOTH,
      { "If-None-Match", "\"a\", W/\"b\", \"v1\"" },
      REASON_TAG_MATCHES },
    { "13.1.2 list over lines",
      BOTH,
      { "If-None-Match", "\"a\"", "If-None-Match", "\"v1\"" },
      REASON_TAG_MATCHES },
    { "13.1.2 *", BOTH, { "If-None-Match", "*" }, REASON_TAG_MATCHES },
    { "13.1.2 * without a tag",
      NEITHER,
      { "If-None-Match", "*" },
      REASON_TAG_MATCHES },
    { "13.1.2 no tag of ours",
      NO_TAG,
      { "If-None-Match", "\"v1\"" },
      REASON_TAG_DIFFERS },
    { "13.1.2 malformed is no match",
      BOTH,
      { "If-None-Match", "v1" },
      REASON_TAG_DIFFERS },
    { "13.1.2 empty is no match",
      BOTH,
      { "If-None-Match", "" },
      REASON_TAG_DIFFERS },
    { "8.8.3.3 another coding's tag",
      BOTH,
      { "If-None-Match", "\"v1-gz\"" },
      REASON_TAG_DIFFERS },

    /* step 4, If-Modified-Since */
    { "13.1.3 same date",
      BOTH,
      { "If-Modified-Since", SAME },
      REASON_DATE_NOT_NEWER },
    { "13.1.3 newer date",
      BOTH,
      { "If-Modified-Since", NEWER },
      REASON_DATE_NOT_NEWER },
    { "13.1.3 older date",
      BOTH,
      { "If-Modified-Since", OLDER },
      REASON_DATE_NEWER },
    { "13.1.3 RFC 850",
      BOTH,
      { "If-Modified-Since", "Sunday, 06-Nov-94 08:49:37 GMT" },
      REASON_DATE_NOT_NEWER },
    { "13.1.3 asctime",
      BOTH,
      { "If-Modified-Since", "Sun Nov  6 08:49:37 1994" },
      REASON_DATE_NOT_NEWER },
    { "13.1.3 no date of ours",
      NO_DATE,
      { "If-Modified-Since", NEWER },
      REASON_WHOLE },
    { "13.1.3 not a date", BOTH, { "If-Modified-Since", "0" }, REASON_WHOLE },
    { "13.1.3 repeated",
      BOTH,
      { "If-Modified-Since", SAME, "If-Modified-Since", SAME },
      REASON_WHOLE },

    /* a tag beats a date, both ways: where others serve stale or send all */
    { "13.1.3 ignored: tag differs, date says 304",
      BOTH,
      { "If-None-Match", "\"v2\"", "If-Modified-Since", NEWER },
      REASON_TAG_DIFFERS },
    { "13.1.3 ignored: tag matches, date says 200",
      BOTH,
      { "If-None-Match", "\"v1\"", "If-Modified-Since", OLDER },
      REASON_TAG_MATCHES },
    { "13.1.3 ignored: malformed tag, date says 304",
      BOTH,
      { "If-None-Match", "v1", "If-Modified-Since", NEWER },
      REASON_TAG_DIFFERS },
    { "13.1.3 ignored: no tag of ours",
      NO_TAG,
      { "If-None-Match", "\"v1\"", "If-Modified-Since", NEWER },
      REASON_TAG_DIFFERS },
    { "13.2.2 field order means nothing",
      BOTH,
      { "If-Modified-Since", NEWER, "If-None-Match", "\"v2\"" },
      REASON_TAG_DIFFERS },

    /* steps 1 and 2 come before 3 and 4, and let them decide when they hold */
    { "13.2.2 1 holds, 3 fails",
      BOTH,
      { "If-Match", "\"v1\"", "If-None-Match", "\"v1\"" },
      REASON_TAG_MATCHES },
    { "13.2.2 1 fails before 3",
      BOTH,
      { "If-Match", "\"v2\"", "If-None-Match", "\"v1\"" },
      REASON_MATCH_FAILS },
    { "13.2.2 1 holds, 4 fails",
      BOTH,
      { "If-Match", "*", "If-Modified-Since", SAME },
      REASON_DATE_NOT_NEWER },
    { "13.2.2 2 holds, 3 holds",
      BOTH,
      { "If-Unmodified-Since", SAME, "If-None-Match", "\"v2\"" },
      REASON_TAG_DIFFERS },
    { "13.2.2 2 holds, 4 fails",
      BOTH,
      { "If-Unmodified-Since", SAME, "If-Modified-Since", SAME },
      REASON_DATE_NOT_NEWER },
    { "13.2.2 2 fails before 3",
      BOTH,
      { "If-Unmodified-Since", OLDER, "If-None-Match", "\"v1\"" },
      REASON_UNMODIFIED_FAILS },
    { "13.2.2 2 ignored, 3 fails",
      BOTH,
      { "If-Unmodified-Since", "never", "If-None-Match", "\"v1\"" },
      REASON_TAG_MATCHES },
};

static enum cond_verdict verdict_of(enum reason r)
{
    if (r == REASON_MATCH_FAILS || r == REASON_UNMODIFIED_FAILS)
        return COND_FAILED;
    if (r == REASON_TAG_MATCHES || r == REASON_DATE_NOT_NEWER)
        return COND_NOT_MODIFIED;
    return COND_PROCEED;
}

static void preconditions(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        static struct head h;
        struct validators v = made(rows[i].have);
        struct cond_result get, head;

        heads_make(&h, rows[i].pairs);
        get = cond_evaluate(&h, &v, NOW);
        ROW_CHECK(rows[i].row, get.reason == rows[i].reason);
        ROW_CHECK(rows[i].row, get.verdict == verdict_of(rows[i].reason));
        h.method = METHOD_HEAD; /* 13.1.2, 13.1.3: the same for HEAD */
        head = cond_evaluate(&h, &v, NOW);
        ROW_CHECK(rows[i].row, head.reason == get.reason);
        ROW_CHECK(rows[i].row, head.verdict == get.verdict);
    }
}

static void if_range(void **state)
{
    static const struct {
        const char *row;
        enum have have;
        int64_t now;
        const char *pairs[5];
        bool holds;
    } ranges[] = {
        { "absent", BOTH, NOW, { NULL }, true },
        { "same tag", BOTH, NOW, { "If-Range", "\"v1\"" }, true },
        { "other tag", BOTH, NOW, { "If-Range", "\"v2\"" }, false },
        { "theirs weak", BOTH, NOW, { "If-Range", "W/\"v1\"" }, false },
        { "ours weak", WEAK, NOW, { "If-Range", "\"v1\"" }, false },
        { "both weak", WEAK, NOW, { "If-Range", "W/\"v1\"" }, false },
        { "no tag of ours", NO_TAG, NOW, { "If-Range", "\"v1\"" }, false },
        { "another coding's tag",
          BOTH,
          NOW,
          { "If-Range", "\"v1-gz\"" },
          false },
        { "no list", BOTH, NOW, { "If-Range", "\"v1\", \"v2\"" }, false },
        { "no *", BOTH, NOW, { "If-Range", "*" }, false },
        { "same date", BOTH, NOW, { "If-Range", SAME }, true },
        { "same date, RFC 850",
          BOTH,
          NOW,
          { "If-Range", "Sunday, 06-Nov-94 08:49:37 GMT" },
          true },
        { "newer date is not the same",
          BOTH,
          NOW,
          { "If-Range", NEWER },
          false },
        { "older date", BOTH, NOW, { "If-Range", OLDER }, false },
        { "no date of ours", NO_DATE, NOW, { "If-Range", SAME }, false },
        { "8.8.2.2 too young", BOTH, CHANGED, { "If-Range", SAME }, false },
        { "8.8.2.2 in the future",
          BOTH,
          CHANGED - 9,
          { "If-Range", SAME },
          false },
        { "8.8.2.2 one second old",
          BOTH,
          CHANGED + 1,
          { "If-Range", SAME },
          true },
        { "malformed", BOTH, NOW, { "If-Range", "v1" }, false },
        { "empty", BOTH, NOW, { "If-Range", "" }, false },
        { "repeated",
          BOTH,
          NOW,
          { "If-Range", "\"v1\"", "If-Range", "\"v1\"" },
          false },
    };
    (void)state;
    for (size_t i = 0; i < ROWS(ranges); i++) {
        static struct head h;
        struct validators v = made(ranges[i].have);

        heads_make(&h, ranges[i].pairs);
        ROW_CHECK(ranges[i].row,
                  cond_range_holds(&h, &v, ranges[i].now) == ranges[i].holds);
    }
}

/* 13.1.2 by weak comparison: the bytes were sent under another tag, too. */
static void an_alias_is_confirmed(void **state)
{
    static const struct {
        const char *field, *value;
        enum cond_verdict verdict;
    } tags[] = {
        { "If-None-Match", "W/\"old\"", COND_NOT_MODIFIED },
        { "If-None-Match", "\"x\", W/\"old\"", COND_NOT_MODIFIED },
        { "If-None-Match", "\"new\"", COND_NOT_MODIFIED },
        { "If-None-Match", "W/\"older\"", COND_PROCEED },
        { "If-Match", "W/\"old\"", COND_FAILED }, /* strong comparison */
        { "If-Match", "\"new\"", COND_PROCEED },
    };
    const struct validators v = { .tag = { SPAN("new"), false },
                                  .alias = { SPAN("old"), true },
                                  .last_modified = COND_NO_DATE };

    (void)state;
    for (size_t i = 0; i < ROWS(tags); i++) {
        struct head h = { .method = METHOD_GET };
        heads_add(&h, tags[i].field, tags[i].value);
        ROW_CHECK(tags[i].value,
                  cond_evaluate(&h, &v, 0).verdict == tags[i].verdict);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_alias_is_confirmed),
        cmocka_unit_test(preconditions),
        cmocka_unit_test(if_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
