/* SPDX-License-Identifier: MIT
 *
 * Tests of http/etag: tags, comparisons, lists (RFC 9110 8.8.3, 13.1).
 */
#include "unit.h"

#include "heads.h"
#include "http/etag.h"

static void one_tag(void **state)
{
    static const struct {
        const char *text, *opaque; /* NULL: no entity-tag */
        bool weak;
    } rows[] = {
        { "\"xyzzy\"", "xyzzy", false },
        { "W/\"xyzzy\"", "xyzzy", true },
        { "\"\"", "", false },
        { "W/\"\"", "", true },
        { "\"a,b\"", "a,b", false },
        { "\"!#~\x80\xff\"", "!#~\x80\xff", false }, /* etagc, obs-text */
        { "\"a\\\"", "a\\", false }, /* a backslash escapes nothing */
        { "", NULL, false },
        { "xyzzy", NULL, false },
        { "\"", NULL, false },
        { "\"xyzzy", NULL, false },
        { "xyzzy\"", NULL, false },
        { "w/\"xyzzy\"", NULL, false }, /* case-sensitive */
        { "W\"xyzzy\"", NULL, false },
        { "W/", NULL, false },
        { "W/xyzzy", NULL, false },
        { "W/ \"xyzzy\"", NULL, false },
        { "\"a b\"", NULL, false }, /* SP is no etagc */
        { "\"a\tb\"", NULL, false },
        { "\"a\x7f\"", NULL, false },
        { "\"a\" ", NULL, false },
        { " \"a\"", NULL, false },
        { "\"a\"b", NULL, false },
        { "\"a\",\"b\"", NULL, false },
        { "*", NULL, false },
        { "'a'", NULL, false },
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct etag tag = { SPAN("untouched"), false };
        bool ok = etag_parse(span_str(rows[i].text), &tag);
        const char *want = rows[i].opaque ? rows[i].opaque : "untouched";
        ROW_CHECK(rows[i].text, ok == (rows[i].opaque != NULL));
        ROW_CHECK(rows[i].text, span_eq(tag.opaque, span_str(want)));
        ROW_CHECK(rows[i].text, tag.weak == rows[i].weak);
    }
    struct etag tag;
    assert_false(etag_parse(SPAN_NONE, &tag));
}

/* the table of RFC 9110 8.8.3.2, and what is not a tag at all */
static void comparisons(void **state)
{
    static const struct {
        const char *row, *a, *b;
        bool strong, weak;
    } rows[] = {
        { "8.8.3.2 row 1", "W/\"1\"", "W/\"1\"", false, true },
        { "8.8.3.2 row 2", "W/\"1\"", "W/\"2\"", false, false },
        { "8.8.3.2 row 3", "W/\"1\"", "\"1\"", false, true },
        { "8.8.3.2 row 4", "\"1\"", "\"1\"", true, true },
        { "case matters", "\"a\"", "\"A\"", false, false },
        { "a prefix is another tag", "\"1\"", "\"1-gz\"", false, false },
        { "empty tags are tags", "\"\"", "\"\"", true, true },
        { "no tag equals nothing", NULL, "\"\"", false, false },
        { "not even no tag", NULL, NULL, false, false },
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct etag a = { SPAN_NONE, false }, b = { SPAN_NONE, false };
        if (rows[i].a)
            ROW_CHECK(rows[i].row, etag_parse(span_str(rows[i].a), &a));
        if (rows[i].b)
            ROW_CHECK(rows[i].row, etag_parse(span_str(rows[i].b), &b));
        ROW_CHECK(rows[i].row, etag_strong_eq(a, b) == rows[i].strong);
        ROW_CHECK(rows[i].row, etag_strong_eq(b, a) == rows[i].strong);
        ROW_CHECK(rows[i].row, etag_weak_eq(a, b) == rows[i].weak);
        ROW_CHECK(rows[i].row, etag_weak_eq(b, a) == rows[i].weak);
    }
}

static void lists(void **state)
{
    static const struct {
        const char *row;
        const char *line[4];         /* If-None-Match lines */
        enum etag_list weak, strong; /* against "v1" */
    } rows[] = {
        { "absent", { NULL }, ETAG_LIST_ABSENT, ETAG_LIST_ABSENT },
        { "13.1.2 *", { "*" }, ETAG_LIST_ANY, ETAG_LIST_ANY },
        { "* with space", { " * " }, ETAG_LIST_ANY, ETAG_LIST_ANY },
        { "one", { "\"v1\"" }, ETAG_LIST_MATCH, ETAG_LIST_MATCH },
        { "one weak", { "W/\"v1\"" }, ETAG_LIST_MATCH, ETAG_LIST_NO_MATCH },
        { "other", { "\"v2\"" }, ETAG_LIST_NO_MATCH, ETAG_LIST_NO_MATCH },
        { "list, last",
          { "\"a\", \"b\",\"v1\"" },
          ETAG_LIST_MATCH,
          ETAG_LIST_MATCH },
        { "list, none",
          { "\"a\", W/\"b\"" },
          ETAG_LIST_NO_MATCH,
          ETAG_LIST_NO_MATCH },
        { "weak first, strong second",
          { "W/\"v1\", \"v1\"" },
          ETAG_LIST_MATCH,
          ETAG_LIST_MATCH },
        { "a comma within a tag",
          { "\"v1,v1\", \"x\"" },
          ETAG_LIST_NO_MATCH,
          ETAG_LIST_NO_MATCH },
        { "a backslash escapes nothing",
          { "\"a\\\", \"v1\"" },
          ETAG_LIST_MATCH,
          ETAG_LIST_MATCH },
        { "5.6.1.2 empty members",
          { ", ,\"a\" ,, \t\"v1\" ," },
          ETAG_LIST_MATCH,
          ETAG_LIST_MATCH },
        { "5.3 two lines",
          { "\"a\"", "\"v1\"" },
          ETAG_LIST_MATCH,
          ETAG_LIST_MATCH },
        { "5.3 two lines, none",
          { "\"a\"", "\"b\"" },
          ETAG_LIST_NO_MATCH,
          ETAG_LIST_NO_MATCH },
        { "empty value", { "" }, ETAG_LIST_NO_MATCH, ETAG_LIST_NO_MATCH },
        { "only commas", { ",," }, ETAG_LIST_NO_MATCH, ETAG_LIST_NO_MATCH },
        { "unquoted", { "v1" }, ETAG_LIST_MALFORMED, ETAG_LIST_MALFORMED },
        { "no comma",
          { "\"a\" \"v1\"" },
          ETAG_LIST_MALFORMED,
          ETAG_LIST_MALFORMED },
        { "rest after a matching tag",
          { "\"v1\"x" },
          ETAG_LIST_MALFORMED,
          ETAG_LIST_MALFORMED },
        { "open quote", { "\"v1" }, ETAG_LIST_MALFORMED, ETAG_LIST_MALFORMED },
        { "malformed after a match",
          { "\"v1\", v2" },
          ETAG_LIST_MATCH,
          ETAG_LIST_MATCH },
        { "malformed before a match",
          { "v2, \"v1\"" },
          ETAG_LIST_MALFORMED,
          ETAG_LIST_MALFORMED },
        { "malformed line before a match",
          { "v2", "\"v1\"" },
          ETAG_LIST_MALFORMED,
          ETAG_LIST_MALFORMED },
        { "* beside a tag",
          { "*, \"a\"" },
          ETAG_LIST_MALFORMED,
          ETAG_LIST_MALFORMED },
        { "tag beside *",
          { "\"a\", *" },
          ETAG_LIST_MALFORMED,
          ETAG_LIST_MALFORMED },
        { "* twice", { "*", "*" }, ETAG_LIST_MALFORMED, ETAG_LIST_MALFORMED },
        { "* twice in a line",
          { "*, *" },
          ETAG_LIST_MALFORMED,
          ETAG_LIST_MALFORMED },
    };
    const struct etag v1 = { SPAN("v1"), false };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        static struct head h;
        heads_make(&h, (const char *const[]){ "Host", "a", NULL });
        for (size_t k = 0; rows[i].line[k]; k++) {
            heads_add(&h, "if-none-match", rows[i].line[k]);
            heads_add(&h, "Accept", "\"v1\""); /* other fields are others */
        }
        ROW_CHECK(rows[i].row, etag_list_match(&h, FIELD_IF_NONE_MATCH, v1,
                                               false) == rows[i].weak);
        ROW_CHECK(rows[i].row, etag_list_match(&h, FIELD_IF_NONE_MATCH, v1,
                                               true) == rows[i].strong);
        ROW_CHECK(rows[i].row, etag_list_match(&h, FIELD_IF_MATCH, v1, true) ==
                                   ETAG_LIST_ABSENT);
    }
}

static void without_a_tag(void **state)
{
    static struct head h;
    const struct etag none = { SPAN_NONE, false };
    (void)state;
    heads_make(&h, (const char *const[]){ "If-Match", "*", "If-None-Match",
                                          "\"\", \"a\"", NULL });
    assert_int_equal(etag_list_match(&h, FIELD_IF_MATCH, none, true),
                     ETAG_LIST_ANY);
    assert_int_equal(etag_list_match(&h, FIELD_IF_NONE_MATCH, none, false),
                     ETAG_LIST_NO_MATCH);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_tag),
        cmocka_unit_test(comparisons),
        cmocka_unit_test(lists),
        cmocka_unit_test(without_a_tag),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
