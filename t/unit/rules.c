/* SPDX-License-Identifier: MIT
 *
 * Tests of conf/rules: globs, patterns, and which rule has the last word.
 */
#include <stdbool.h>

#include "unit.h"

#include "base/buf.h"
#include "conf/rules.h"
#include "http/accept.h"

static void glob_rows(void **state)
{
    static const struct {
        const char *pattern, *text;
        bool match;
    } rows[] = {
        { "", "", true },
        { "", "a", false },
        { "*", "", true },
        { "*", "a/b", true },
        { "**", "", true },
        { "?", "", false },
        { "?", "a", true },
        { "?", "/", false },
        { "a?c", "abc", true },
        { "a?c", "a/c", false },
        { "*.png", "logo.png", true },
        { "*.png", ".png", true },
        { "*.png", "logo.png.gz", false },
        { "*.png", "logo.PNG", false },
        { "/img/*", "/img/", true },
        { "/img/*", "/img/a/b.png", true },
        { "/img/*", "/img", false },
        { "/*/b/*.c", "/a/b/x/b/y.c", true },
        { "a*b*c", "aXbXbXc", true },
        { "a*b*c", "aXcXb", false },
        { "*?", "", false },
        { "*?", "/", false },
        { "*?", "//x", true },
        { "[a]", "a", false }, /* everything else is itself */
        { "\\*", "\\x", true },
        { "\xff*", "\xff\xfe", true },
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++)
        ROW_CHECK(rows[i].pattern,
                  rules_glob(span_str(rows[i].pattern),
                             span_str(rows[i].text)) == rows[i].match);
}

/* A matcher that recurses at each star would not come back from this. */
static void glob_does_not_blow_up(void **state)
{
    char pattern[181], *text = test_malloc(100000);

    (void)state;
    for (size_t i = 0; i < 180; i++)
        pattern[i] = i % 2 ? '*' : 'a';
    pattern[180] = '\0';
    memset(text, 'a', 100000);
    text[99999] = 'b';
    assert_true(rules_glob(span_str(pattern), span_of(text, 100000)));
    pattern[179] = 'c';
    assert_false(rules_glob(span_str(pattern), span_of(text, 100000)));
    test_free(text);
}

static void match_rows(void **state)
{
    static const struct {
        const char *pattern, *host, *path;
        bool match;
    } rows[] = {
        { "*.png", "", "/a/b/logo.png", true },
        { "*.png", "", "/a.png/b", false },
        { "*", "", "/", true },
        { "*", "", "/a", true },
        { "index.html", "", "/x/index.html", true },
        { "index.html", "", "/x/index.html/", false },
        { "/index.html", "", "/x/index.html", false },
        { "/", "", "/", true },
        { "/", "", "/a", false },
        { "/*", "any.example", "/a/b", true },
        { "//a.example/*", "a.example", "/x", true },
        { "//a.example/*", "b.example", "/x", false },
        { "//a.example/*", "", "/x", false },
        { "//A.example/x", "a.example", "/x", true },
        { "//b.example/*", "a.example b.example", "/x", true },
        { "//a.example/*", "a.example b.example", "/x", true },
        { "//c.example/*", "a.example b.example", "/x", false },
        { "//a.example*/*", "a.example b.example", "/x", true },
        { "//*.example/x", "a.example", "/x", true },
        { "//a.example/*.css", "a.example", "/deep/x.css", true },
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++)
        ROW_CHECK(rows[i].pattern,
                  rules_match(rows[i].pattern, span_str(rows[i].host),
                              span_str(rows[i].path)) == rows[i].match);
}

static struct conf_field all_fields[] = {
    { (char *)(uintptr_t) "Cache-Control", (char *)(uintptr_t) "no-cache" },
    { (char *)(uintptr_t) "X-A", (char *)(uintptr_t) "1" },
};
static struct conf_field png_fields[] = {
    { (char *)(uintptr_t) "cache-control", (char *)(uintptr_t) "no-store" },
};
static struct conf_field missing_fields[] = {
    { (char *)(uintptr_t) "X-a", NULL },
};

static struct conf_rule rules[] = {
    { .is_cache = true,
      .pattern = (char *)(uintptr_t) "*",
      .line = 1,
      .set_etag = true,
      .etag = ETAG_SCHEME_WEAK,
      .set_expires = true,
      .expires = EXPIRES_ACCESS,
      .expires_s = 60,
      .fields = all_fields,
      .n_fields = 2 },
    { .is_cache = true,
      .pattern = (char *)(uintptr_t) "*.png",
      .line = 2,
      .set_last_modified = true,
      .last_modified = false,
      .when_type = (char *)(uintptr_t) "image/*",
      .fields = png_fields,
      .n_fields = 1 },
    { .pattern = (char *)(uintptr_t) "*",
      .line = 3,
      .set_clock = true,
      .clock_s = -5,
      .when_status = 404,
      .fields = missing_fields,
      .n_fields = 1 },
};
static const struct conf conf = { .rules = rules, .n_rules = 3 };

static void last_match_wins_per_field(void **state)
{
    struct policy p;

    (void)state;
    rules_resolve(&conf, SPAN(""), SPAN("/logo.png"), SPAN("IMAGE/png"), 200,
                  &p);
    assert_int_equal(p.etag, ETAG_SCHEME_WEAK);
    assert_false(p.last_modified);
    assert_int_equal(p.expires, EXPIRES_ACCESS);
    assert_int_equal(p.expires_s, 60);
    assert_int_equal(p.clock_s, 0);
    assert_int_equal(p.n_fields, 2); /* names compare without case */
    assert_string_equal(p.field[0]->value, "no-store");
    assert_string_equal(p.field[1]->value, "1");
    assert_ptr_equal(p.cache_rule, &rules[1]);
}

static void conditions_of_a_rule(void **state)
{
    struct policy p;

    (void)state;
    /* another media type: the second rule has no say */
    rules_resolve(&conf, SPAN(""), SPAN("/logo.png"), SPAN("text/html"), 200,
                  &p);
    assert_true(p.last_modified);
    assert_string_equal(p.field[0]->value, "no-cache");
    assert_ptr_equal(p.cache_rule, &rules[0]);
    /* the status: removed fields stay in the list, without a value */
    rules_resolve(&conf, SPAN(""), SPAN("/x"), SPAN(""), 404, &p);
    assert_int_equal(p.clock_s, -5);
    assert_int_equal(p.n_fields, 1);
    assert_null(p.field[0]->value);
    /* [cache] rules speak of files, not of their absence */
    assert_null(p.cache_rule);
    assert_int_equal(p.expires, EXPIRES_NONE);
    rules_resolve(&conf, SPAN(""), SPAN("/x"), SPAN(""), 204, &p);
    assert_null(p.cache_rule);
}

static void status_rows(void **state)
{
    static const struct {
        const char *name;
        bool is_cache;
        int when, status;
        bool applies;
    } rows[] = {
        { "any: 200", false, 0, 200, true },
        { "any: 404", false, 0, 404, true },
        { "cache: 301", true, 0, 301, true },
        { "cache: 304", true, 0, 304, true },
        { "cache: 404", true, 0, 404, false },
        { "cache: 500", true, 0, 500, false },
        { "cache: 204, OPTIONS", true, 0, 204, false },
        { "200: 200", false, 200, 200, true },
        { "200: 206, RFC 9110 15.3.7", false, 200, 206, true },
        { "200: 304, RFC 9110 15.4.5", false, 200, 304, true },
        { "200: 301", false, 200, 301, false },
        { "200: 404", false, 200, 404, false },
        { "206: 200", false, 206, 200, false },
        { "304: 200", false, 304, 200, false },
        { "404: 404", false, 404, 404, true },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct conf_rule r = { .is_cache = rows[i].is_cache,
                               .pattern = (char *)(uintptr_t) "*",
                               .when_status = rows[i].when };
        ROW_CHECK(rows[i].name,
                  rules_applies(&r, SPAN(""), SPAN("/x"), SPAN(""),
                                rows[i].status) == rows[i].applies);
    }
}

/* What $1 stands for. */
static void star_rows(void **state)
{
    static const struct {
        const char *pattern, *path, *star;
    } rows[] = {
        { "/old/*", "/old/a/b", "a/b" },
        { "/old/*", "/old/", "" },
        { "/a*z", "/a-z", "-" },
        { "/a*z", "/az", "" },
        { "*.php", "/deep/x.php", "x" },
        { "*", "/deep/x", "x" },
        { "/?/*/end", "/q/x/y/end", "x/y" },
        { "//host/p/*", "/p/x", "x" },
        { "/none", "/none", "" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++)
        ROW_CHECK(rows[i].pattern,
                  span_eq(rules_star(rows[i].pattern, span_str(rows[i].path)),
                          span_str(rows[i].star)));
}

static struct conf_access asked(const char *pattern, const char *basic)
{
    static char file[] = "users";

    return (struct conf_access){ .pattern = strdup(pattern),
                                 .set_basic = true,
                                 .basic = basic ? file : NULL };
}

/* Who is asked: sections, a path, and the index files of its site. */
static void access_rows(void **state)
{
    static const struct {
        const char *guards, *opens, *path;
        bool is_asked;
    } rows[] = {
        { "/a/*", NULL, "/a/b", true },
        { "/a/*", NULL, "/a/", true },
        { "/a/*", NULL, "/a", true }, /* leads to /a/ */
        { "/a/*", NULL, "/ab", false },
        { "/a/*", NULL, "/", false },
        { "/a/*", NULL, "/A/b", true }, /* where case does not count */
        { "/A/*", NULL, "/a/b", true },
        { "*.js", NULL, "/x/y.js", true },
        { "*.js", NULL, "/x/y.js.gz", true },
        { "*.js", NULL, "/x/y.js.zst", true },
        { "*.js", NULL, "/x/y.js.br", true },
        { "*.js", NULL, "/x/y.js.xz", false },
        { "*.js", NULL, "/x/y.json", false },
        { "*.js.gz", NULL, "/x/y.js", false },
        { "/index.html", NULL, "/", true },
        { "/d/other.htm", NULL, "/d/", true },
        { "/d/other.htm", NULL, "/d/index.html", false },
        { "index.html", NULL, "/a/b/", true },
        { "*", "/", "/", false }, /* it was said */
        { "*", "/pub/*", "/pub/a.js", false },
        { "*", "/pub/*", "/pub/", false },
        { "*", "/pub/*", "/Pub/", true },
        { "*", "/pub/*", "/pub", true },
        { "//a.example/*", NULL, "/x", true },
        { "//*.example/*", NULL, "/x", true },
        { "//b.example/*", NULL, "/x", false },
    };
    char *index[] = { (char[]){ "index.html" }, (char[]){ "other.htm" } };
    struct conf_site site = { .hosts = (char[]){ "a.example" },
                              .index = index,
                              .n_index = 2 };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct conf_access both[2] = { asked(rows[i].guards, "users") }, out;
        const struct conf c = { .accesses = both,
                                .n_accesses = rows[i].opens ? 2 : 1 };
        if (rows[i].opens)
            both[1] = asked(rows[i].opens, NULL);
        bool found = access_find(&c, &site, span_str(rows[i].path), &out);
        free(both[0].pattern);
        free(both[1].pattern);
        ROW_CHECK(rows[i].path, found == rows[i].is_asked);
        assert_string_equal(out.realm, "restricted");
        assert_int_equal(out.attempts, ACCESS_ATTEMPTS);
    }
}

/* A form that is served from beside its file is found out. */
static void access_knows_all_codings(void **state)
{
    char *index[] = { (char[]){ "index.html" } };
    struct conf_site site = { .index = index, .n_index = 1 };
    struct conf_access one = asked("/a.js", "users"), out;
    const struct conf c = { .accesses = &one, .n_accesses = 1 };

    (void)state;
    for (int i = CODING_IDENTITY + 1; i < CODING_COUNT; i++) {
        char path[64];
        struct buf b = buf_over(path, sizeof path);
        buf_str(&b, "/a.js");
        buf_str(&b, coding_row((enum coding)i)->suffix);
        assert_true(access_find(&c, &site, buf_span(&b), &out));
    }
    free(one.pattern);
}

/* A narrow section behind a wide one: other passwords, or a folder that is for
 * everybody but for one file of it. */
static void access_later_counts_everywhere(void **state)
{
    static const struct {
        const char *wide, *narrow, *path;
        int line; /* of the section that asks; 0: nobody is asked */
    } rows[] = {
        { "users", "/a/index.html", "/a/", 2 },
        { "users", "/a/index.html", "/a/index.html.gz", 2 },
        { "users", "/a/b.txt", "/a/b.txt.br", 2 },
        { "users", "/a/b/*", "/a/b", 2 },
        { "users", "/a/b.txt", "/a/c.txt.br", 1 },
        { "users", "/a/b.txt", "/a/", 1 },
        { NULL, "/a/index.html", "/a/", 2 },
        { NULL, "/a/b.txt", "/a/b.txt.zst", 2 },
        { NULL, "/a/b.txt", "/a/c.txt", 0 },
    };
    char *index[] = { (char[]){ "index.html" } };
    struct conf_site site = { .index = index, .n_index = 1 };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct conf_access both[2] = { asked("/*", rows[i].wide),
                                       asked(rows[i].narrow, "admins") },
                           out;
        const struct conf c = { .accesses = both, .n_accesses = 2 };
        both[0].line = 1;
        both[1].line = 2;
        bool found = access_find(&c, &site, span_str(rows[i].path), &out);
        free(both[0].pattern);
        free(both[1].pattern);
        ROW_CHECK(rows[i].path, found == (rows[i].line != 0));
        ROW_CHECK(rows[i].path, !found || out.line == rows[i].line);
    }
}

static void access_keys_are_apart(void **state)
{
    char a[] = "a", b[] = "b", f[] = "f";
    char any[] = "*", part[] = "/p/*";
    struct conf_access list[] = {
        { .pattern = any, .set_basic = true, .basic = f, .line = 1 },
        { .pattern = part, .set_realm = true, .realm = a, .line = 2 },
        { .pattern = part, .set_attempts = true, .attempts = 3 },
        { .pattern = any, .set_realm = true, .realm = b },
    };
    struct conf c = { .accesses = list, .n_accesses = 3 };
    struct conf_site site = { .n_index = 0 };
    struct conf_access out;

    (void)state;
    assert_true(access_find(&c, &site, SPAN("/p/x"), &out));
    assert_string_equal(out.realm, "a");
    assert_int_equal(out.attempts, 3);
    assert_int_equal(out.line, 1);
    assert_true(access_find(&c, &site, SPAN("/x"), &out));
    assert_string_equal(out.realm, "restricted");
    c.n_accesses = 4;
    assert_true(access_find(&c, &site, SPAN("/p/x"), &out));
    assert_string_equal(out.realm, "b");
    c.n_accesses = 0;
    assert_false(access_find(&c, &site, SPAN("/p/x"), &out));
}

static void without_rules(void **state)
{
    static const struct conf none;
    struct policy p;

    (void)state;
    rules_resolve(&none, SPAN(""), SPAN("/"), SPAN(""), 200, &p);
    assert_int_equal(p.etag, ETAG_SCHEME_CONTENT);
    assert_true(p.last_modified);
    assert_int_equal(p.expires, EXPIRES_NONE);
    assert_int_equal(p.n_fields, 0);
    assert_null(p.cache_rule);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(glob_rows),
        cmocka_unit_test(glob_does_not_blow_up),
        cmocka_unit_test(match_rows),
        cmocka_unit_test(last_match_wins_per_field),
        cmocka_unit_test(conditions_of_a_rule),
        cmocka_unit_test(without_rules),
        cmocka_unit_test(status_rows),
        cmocka_unit_test(star_rows),
        cmocka_unit_test(access_rows),
        cmocka_unit_test(access_knows_all_codings),
        cmocka_unit_test(access_later_counts_everywhere),
        cmocka_unit_test(access_keys_are_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
