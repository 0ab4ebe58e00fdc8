/* SPDX-License-Identifier: MIT
 *
 * Tests of http/mask: what is shown of targets and fields.
 */
#include "unit.h"

#include "http/mask.h"

#define WORDS SPAN("token key secret auth session jwt")

static void texts(void **state)
{
    static const char *const rows[][2] = {
        { "/a?b=c&d=e#f=g", NULL },
        { "/a?token=x", "/a?token=***" },
        { "/a?b=1&access_token=x&c=2", "/a?b=1&access_token=***&c=2" },
        { "/a?API-KEY=x;y=z", "/a?API-KEY=***;y=z" },
        { "/a?%74o%6Ben=x", "/a?%74o%6Ben=***" },
        { "/a?token=a%26b%3Dc&d=e", "/a?token=***&d=e" },
        { "/a?token=/b?c=d&e=f", "/a?token=***&e=f" },
        { "/a?token", NULL },
        { "/a?token=", "/a?token=***" },
        { "/token/a.js", NULL },
        { "/a;jsessionid=x/b", "/a;jsessionid=***" }, /* to its very end */
        { "/a;v=1/b?auth=x", "/a;v=1/b?auth=***" },
        { "/cb#id_token=x&state=1", "/cb#id_token=***&state=1" },
        { "/a?next=/b?token=x&c=d", "/a?next=/b?token=***&c=d" },
        { "/a?next=%2Fb%3Ftoken%3Dx%26c%3Dd&e=f",
          "/a?next=%2Fb%3Ftoken%3D***%26c%3Dd&e=f" },
        { "http://u:p@h/?a=b", "http://***@h/?a=b" },
        { "http://u:p@q@h/", "http://***@h/" },
        { "http://h/a@b", NULL },
        { "http://h?a@b", NULL },
        { "/a?u=http%3A%2F%2Fu%3Ap%40h%2F", "/a?u=http%3A%2F%2F***%40h%2F" },
        { "//u@h/", NULL }, /* a path */
        { "5; url=/a?session=x", "5; url=/a?session=***" },
        { "</a?key=x>; rel=preload", "</a?key=***>; rel=preload" },
        { "text/html; charset=utf-8", NULL },
        { "form-data; token=\"x\"", "form-data; token=***" },
        { "a; token=\"x; y\"; b", "a; token=***; b" },
        { "a; token=\"x", "a; token=***" },
        { "", NULL },
        { "?", NULL },
        { "%", NULL },
        { "?token%", NULL },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char text[256];
        struct buf b = buf_over(text, sizeof text - 1);
        mask_text(&b, WORDS, span_str(rows[i][0]));
        assert_true(buf_cstr(&b));
        assert_string_equal(text, rows[i][1] ? rows[i][1] : rows[i][0]);
    }
}

static void names(void **state)
{
    static const struct {
        const char *name;
        bool field, parameter;
    } rows[] = {
        { "Cookie", true, false },
        { "set-cookie", true, false },
        { "AUTHORIZATION", true, true },
        { "Proxy-Authorization", true, true },
        { "X-Api-Key", true, true },
        { "X-CSRF-Token", true, true },
        { "Sessionid", true, true },
        { "Cf-Access-Jwt-Assertion", true, true },
        { "WWW-Authenticate", false, true },
        { "Host", false, false },
        { "Keep-Alive", false, false },
        { "If-None-Match", false, false },
        { "Accept", false, false },
        { "", false, false },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct span name = span_str(rows[i].name);
        ROW_CHECK(rows[i].name, mask_field(WORDS, name) == rows[i].field);
        ROW_CHECK(rows[i].name, mask_named(WORDS, name) == rows[i].parameter);
        ROW_CHECK(rows[i].name, !mask_named(SPAN_NONE, name));
        ROW_CHECK(rows[i].name, !mask_named(SPAN(" , "), name));
    }
    assert_true(mask_field(SPAN_NONE, SPAN("Cookie")));
    assert_true(mask_named(SPAN("a,b\tcd"), SPAN("xCdx")));
}

/* The bound, for what grows most. */
static void growth(void **state)
{
    char in[300], out[sizeof in * MASK_GROWTH];
    struct buf b = buf_over(out, sizeof out);

    (void)state;
    for (size_t i = 0; i + 3 <= sizeof in; i += 3)
        memcpy(in + i, "&a=", 3);
    mask_text(&b, SPAN("a"), span_of(in, sizeof in));
    assert_false(b.overflow);
    assert_int_equal(b.n, 600);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts),
        cmocka_unit_test(names),
        cmocka_unit_test(growth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
