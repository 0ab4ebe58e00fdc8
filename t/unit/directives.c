/* SPDX-License-Identifier: MIT
 *
 * directives: wrong values of Cache-Control and what was meant, right ones, and
 * those in doubt; characters of other keyboards.
 */
#include "unit.h"

#include "conf/directives.h"
#include "conf/wide.h"

/* value, and what its first finding must say */
static const char *const wrong[][2] = {
    { "no-chache", "did you mean \"no-cache\"?" },
    { "nocache", "did you mean \"no-cache\"?" },
    { "no_cache", "did you mean \"no-cache\"?" },
    { "no cache", "did you mean \"no-cache\"?" },
    { "no-cahce", "did you mean \"no-cache\"?" },
    { "no-cach", "did you mean \"no-cache\"?" },
    { "no store", "did you mean \"no-store\"?" },
    { "nostore", "did you mean \"no-store\"?" },
    { "no-sotre", "did you mean \"no-store\"?" },
    { "no - store", "did you mean \"no-store\"?" },
    { "no-store;", "did you mean \"no-store\"?" },
    { "max-age 60", "did you mean \"max-age=60\"?" },
    { "max-age: 60", "did you mean \"max-age=60\"?" },
    { "Max-Age: 60", "did you mean \"max-age=60\"?" },
    { "max-age:60", "did you mean \"max-age=60\"?" },
    { "max-age = 60", "did you mean \"max-age=60\"?" },
    { "max-age= 60", "did you mean \"max-age=60\"?" },
    { "max-age=1m", "did you mean \"max-age=60\"?" },
    { "max-age=60s", "did you mean \"max-age=60\"?" },
    { "max-age=1h", "did you mean \"max-age=3600\"?" },
    { "max-age=7d", "did you mean \"max-age=604800\"?" },
    { "max-age=1 hour", "did you mean \"max-age=3600\"?" },
    { "max-age=10 minutes", "did you mean \"max-age=600\"?" },
    { "max-age=1y", "did you mean \"max-age=31536000\"?" },
    { "max-age=2h30m", "did you mean \"max-age=9000\"?" },
    { "max-age=1d 12h", "did you mean \"max-age=129600\"?" },
    { "max-age=1小时30分", "did you mean \"max-age=5400\"?" },
    { "max-age=1e6", "takes digits alone; did you mean \"max-age=1000000\"?" },
    { "max-age=1.5e3", "did you mean \"max-age=1500\"?" },
    { "max-age=0x3c", "takes digits alone; did you mean \"max-age=60\"?" },
    { "max-age=1e99", "did you mean" },
    { "max-age=2h x", "did you mean" },
    { "max-age=-1", "did you mean \"max-age=0\"?" },
    { "max-age=+60", "did you mean \"max-age=60\"?" },
    { "max-age=1.5", "did you mean \"max-age=2\"?" },
    { "max-age=0.5h", "did you mean \"max-age=1800\"?" },
    { "max-age=1,000", "did you mean \"max-age=1000\"?" },
    { "max-age=60*60*24", "did you mean \"max-age=86400\"?" },
    { "max-age=\"60\"", "did you mean \"max-age=60\"?" },
    { "max-age='60'", "did you mean \"max-age=60\"?" },
    { "max-age", "did you mean \"max-age=60\"?" },
    { "max-age=", "did you mean \"max-age=60\"?" },
    { "max-age==60", "did you mean \"max-age=60\"?" },
    { "max-age=soon", "did you mean \"max-age=60\"?" },
    { "max-age60", "did you mean \"max-age=60\"?" },
    { "maxage=60", "did you mean \"max-age=60\"?" },
    { "max_age=60", "did you mean \"max-age=60\"?" },
    { "max age=60", "did you mean \"max-age=60\"?" },
    { "mx-age=60", "did you mean \"max-age=60\"?" },
    { "s-max-age=60", "did you mean \"s-maxage=60\"?" },
    { "smaxage=60", "did you mean \"s-maxage=60\"?" },
    { "shared-max-age=60", "did you mean \"s-maxage=60\"?" },
    { "public max-age=60", "did you mean \"public, max-age=60\"?" },
    { "public; max-age=60", "did you mean \"public, max-age=60\"?" },
    { "public|max-age=60", "did you mean \"public, max-age=60\"?" },
    { "no-cache no-store", "did you mean \"no-cache, no-store\"?" },
    { "no-store and no-cache", "did you mean \"no-store, no-cache\"?" },
    { "pubilc", "did you mean \"public\"?" },
    { "publc, max-age=5", "did you mean \"public\"?" },
    { "privat", "did you mean \"private\"?" },
    { "imutable", "did you mean \"immutable\"?" },
    { "must revalidate", "did you mean \"must-revalidate\"?" },
    { "must-revalidat", "did you mean \"must-revalidate\"?" },
    { "revalidate", "did you mean \"must-revalidate\"?" },
    { "proxy-revaildate", "did you mean \"proxy-revalidate\"?" },
    { "stale-while-revalidation=60",
      "did you mean \"stale-while-revalidate=60\"?" },
    { "stale-if-errors=60", "did you mean \"stale-if-error=60\"?" },
    { "stale-while-revalidate", "did you mean \"stale-while-revalidate=60\"?" },
    { "no-store=1", "did you mean \"no-store\"?" },
    { "no-cache=true", "did you mean \"no-cache\"?" },
    { "immutable=1", "did you mean \"immutable\"?" },
    { "public=yes", "did you mean \"public\"?" },
    { "private=60", "did you mean \"private\"?" },
    { "no-cache=Set-Cookie", "did you mean \"no-cache=\"Set-Cookie\"\"?" },
    { "no-cache=\"Set-Cookie", "did you mean \"no-cache=\"Set-Cookie\"\"?" },
    { "\"no-cache\"", "did you mean \"no-cache\"?" },
    { "'no-store'", "did you mean \"no-store\"?" },
    { "\"public, max-age=60\"", "did you mean \"public, max-age=60\"?" },
    { "no-cache,", "leave it out" },
    { "no-cache,, private", "leave it out" },
    { "60", "did you mean \"max-age=60\"?" },
    { "1h", "did you mean \"max-age=3600\"?" },
    { "ttl=60", "did you mean \"max-age=60\"?" },
    { "expires=60", "did you mean \"max-age=60\"?" },
    { "Cache-Control: no-cache", "did you mean \"no-cache\"?" },
    { "no-cache # always ask", "did you mean \"no-cache\"?" },
    { "only-if-cached", "leave it out" },
    { "max-stale=60", "did you mean \"stale-while-revalidate=60\"?" },
    { "no-cache, no-cache", "no-cache" },
    { "max-age=60, max-age=120", "max-age=60" },
    { "no-store, max-age=60", "did you mean \"no-store\"?" },
    { "public, private", "did you mean \"private\"?" },
    { "no-store, public", "did you mean \"no-store\"?" },
    { "max-age＝60", "did you mean \"max-age=60\"?" },
    { "no-cache，max-age=0", "did you mean \"no-cache, max-age=0\"?" },
    { "max-age=６０", "did you mean \"max-age=60\"?" },
    { "no－store", "did you mean \"no-store\"?" },
    { "“no-cache”", "did you mean \"no-cache\"?" },
    { "no–cache", "did you mean \"no-cache\"?" },
    { "public、max-age=60", "did you mean \"public, max-age=60\"?" },
    { "max-age：60；public", "did you mean \"max-age=60, public\"?" },
    { "public，maxage＝1h", "did you mean \"public, max-age=3600\"?" },
    { "no-chache, max-age=1m", "did you mean \"no-cache\"?" },
};

/* RFC 9111 5.2.2, RFC 5861 and RFC 8246 as sites write them */
static const char *const right[] = {
    "no-cache",
    "no-store",
    "private",
    "public",
    "immutable",
    "no-transform",
    "must-revalidate",
    "proxy-revalidate",
    "max-age=0",
    "max-age=60",
    "max-age=31536000",
    "max-age=2147483648",
    "s-maxage=60",
    "max-age=060",
    "No-Cache",
    "MAX-AGE=60",
    "Public, Max-Age=60",
    "max-age=31536000, immutable",
    "public, max-age=31536000, immutable",
    "public, max-age=604800",
    "private, max-age=3600",
    "private, no-cache",
    "no-cache, private",
    "no-cache, no-store",
    "no-store, max-age=0",
    "no-cache, no-store, must-revalidate",
    "no-cache, no-store, max-age=0, must-revalidate",
    "no-store, no-cache, must-revalidate, post-check=0, pre-check=0",
    "max-age=0, must-revalidate",
    "max-age=0, private, must-revalidate",
    "max-age=60,must-revalidate",
    "max-age=60 , public",
    "max-age=60,\tpublic",
    "no-store, must-understand",
    "max-age=3600, s-maxage=86400",
    "public, s-maxage=60, max-age=0",
    "max-age=600, stale-while-revalidate=30",
    "max-age=600, stale-if-error=86400",
    "max-age=1, stale-while-revalidate=60, stale-if-error=60",
    "no-cache=\"Set-Cookie\"",
    "no-cache=\"Set-Cookie, X-A\", max-age=60",
    "private=\"X-User\"",
    "public, private=\"Set-Cookie\", max-age=60",
    "no-cache, max-age=0",
    "no-transform, public, max-age=5",
    "private, no-store",
    "max-age=60, proxy-revalidate",
    "public, no-cache",
    "public, must-revalidate, max-age=60",
    "no-store, private, no-cache",
};

static const struct {
    const char *value;
    enum directive_kind kind;
    const char *text;
} doubts[] = {
    { "community=\"UCI\"", DIRECTIVE_UNKNOWN, /* RFC 9111 5.2.3 */
      "\"community=\"UCI\"\" is not a directive that caches know (an "
      "extension?)" },
    { "no-cache, x-mine", DIRECTIVE_UNKNOWN, "\"x-mine\" is not a directive" },
    { "max-age=2147483649", DIRECTIVE_LARGE, "more seconds than caches count" },
    { "max-age=99999999999999999999999", DIRECTIVE_LARGE,
      "\"max-age=2147483648\"?" },
    { "no-store, max-age=60", DIRECTIVE_COMPETING,
      "says no-store and max-age: the first wins, the second misleads; did you "
      "mean \"no-store\"?" },
    { "max-age=60, public, private", DIRECTIVE_COMPETING,
      "did you mean \"max-age=60, private\"?" },
    { "must-revalidate, max-age=1, stale-while-revalidate=60",
      DIRECTIVE_COMPETING, "did you mean \"must-revalidate, max-age=1\"?" },
};

static void wrong_values(void **state)
{
    struct directives d;

    (void)state;
    assert_true(ROWS(wrong) >= 60);
    for (size_t i = 0; i < ROWS(wrong); i++) {
        directives_check(span_str(wrong[i][0]), &d);
        ROW_CHECK(wrong[i][0], d.n > 0);
        ROW_CHECK(wrong[i][0], strstr(d.found[0].text, wrong[i][1]));
    }
}

/* What is suggested is right by itself. */
static void suggestions_are_right(void **state)
{
    static const char said[] = "did you mean \"";
    struct directives d, again;

    (void)state;
    for (size_t i = 0; i < ROWS(wrong); i++) {
        directives_check(span_str(wrong[i][0]), &d);
        const char *at = strstr(d.found[0].text, said);
        if (!at)
            continue;
        struct span s = span_str(at + strlen(said));
        ROW_CHECK(wrong[i][0], span_ends(s, SPAN("\"?")));
        directives_check(span_to(s, s.n - 2), &again);
        ROW_CHECK(wrong[i][0], again.n == 0);
    }
}

static void right_values(void **state)
{
    struct directives d;

    (void)state;
    assert_true(ROWS(right) >= 40);
    for (size_t i = 0; i < ROWS(right); i++) {
        directives_check(span_str(right[i]), &d);
        ROW_CHECK(right[i], d.n == 0);
    }
}

static void doubtful_values(void **state)
{
    struct directives d;

    (void)state;
    for (size_t i = 0; i < ROWS(doubts); i++) {
        directives_check(span_str(doubts[i].value), &d);
        ROW_CHECK(doubts[i].value, d.n > 0);
        ROW_CHECK(doubts[i].value, d.found[0].kind == doubts[i].kind);
        ROW_CHECK(doubts[i].value, strstr(d.found[0].text, doubts[i].text));
    }
}

/* Each wrong member of a value is told, as far as there is room. */
static void several(void **state)
{
    struct directives d;
    char many[700] = "";

    (void)state;
    directives_check(SPAN("no-chache, max-age=1m, x-mine, no-store=1"), &d);
    assert_int_equal(d.n, 4);
    assert_string_equal(d.found[1].text,
                        "\"max-age=1m\" takes a number of seconds without a "
                        "unit; did you mean \"max-age=60\"?");
    assert_int_equal(d.found[2].kind, DIRECTIVE_UNKNOWN);
    for (int i = 0; i < 60; i++)
        strcat(many, "no-chache,");
    directives_check(span_str(many), &d);
    assert_int_equal(d.n, DIRECTIVES_MAX);
}

/* Whatever the bytes: an end, and texts that end. */
static void any_bytes(void **state)
{
    static const char alphabet[] = "ae-=,\"; 019:.*#'\xef\xbc\x8c\xe2\x80";
    unsigned seed = 1;

    (void)state;
    for (int round = 0; round < 20000; round++) {
        char value[64];
        size_t n = (seed >> 8) % sizeof value;
        struct directives d;
        for (size_t i = 0; i < n; i++) {
            seed = seed * 1103515245u + 12345u;
            value[i] = alphabet[(seed >> 16) % (sizeof alphabet - 1)];
        }
        seed = seed * 1103515245u + 12345u;
        directives_check(span_of(value, n), &d);
        assert_true(d.n <= DIRECTIVES_MAX);
        for (size_t i = 0; i < d.n; i++)
            assert_true(strlen(d.found[i].text) < DIRECTIVE_TEXT_MAX);
    }
}

static void wide_characters(void **state)
{
    char storage[64];
    struct buf b = buf_over(storage, sizeof storage);
    struct wide w;

    (void)state;
    assert_false(wide_find(SPAN("[cache *.png]"), 0, &w));
    assert_false(wide_find(SPAN("\xe5\x9b\xbe \xc3\xa4 \xef\xbc"), 0, &w));
    wide_plain(SPAN("［a＝ｂ］：“；”、　–"), &b);
    assert_true(span_eq(buf_span(&b), SPAN("[a=b]:\";\", -")));
    b = buf_over(storage, sizeof storage);
    assert_true(wide_find(SPAN("a：b"), 0, &w));
    assert_int_equal(w.at, 1);
    wide_tell(SPAN("a：b"), &w, &b);
    assert_true(span_eq(buf_span(&b), SPAN("the full-width \"：\" (U+FF1A) "
                                           "where \":\" belongs")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_values),
        cmocka_unit_test(suggestions_are_right),
        cmocka_unit_test(right_values),
        cmocka_unit_test(doubtful_values),
        cmocka_unit_test(several),
        cmocka_unit_test(any_bytes),
        cmocka_unit_test(wide_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
