/* SPDX-License-Identifier: MIT
 *
 * Tests of the method table.
 */
#include "unit.h"

#include "http/method.h"

static void methods_by_name(void **state)
{
    static const struct {
        const char *text;
        enum method method;
        enum method_support support;
    } rows[] = {
        { "GET", METHOD_GET, METHOD_SERVED },
        { "HEAD", METHOD_HEAD, METHOD_SERVED },
        { "OPTIONS", METHOD_OPTIONS, METHOD_SERVED },
        { "POST", METHOD_POST, METHOD_NOT_ALLOWED },
        { "PUT", METHOD_PUT, METHOD_NOT_ALLOWED },
        { "DELETE", METHOD_DELETE, METHOD_NOT_ALLOWED },
        { "PATCH", METHOD_PATCH, METHOD_NOT_ALLOWED },
        { "TRACE", METHOD_TRACE, METHOD_NOT_ALLOWED },
        { "CONNECT", METHOD_CONNECT, METHOD_NOT_ALLOWED },
        /* RFC 9110 9.1: methods are case-sensitive */
        { "get", METHOD_OTHER, METHOD_UNKNOWN },
        { "Get", METHOD_OTHER, METHOD_UNKNOWN },
        { "GETT", METHOD_OTHER, METHOD_UNKNOWN },
        { "GE", METHOD_OTHER, METHOD_UNKNOWN },
        { "", METHOD_OTHER, METHOD_UNKNOWN },
        { "-", METHOD_OTHER, METHOD_UNKNOWN },
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        enum method m = method_of(span_str(rows[i].text));
        ROW_CHECK(rows[i].text, m == rows[i].method);
        ROW_CHECK(rows[i].text, method_support(m) == rows[i].support);
    }
}

/* RFC 9110 10.2.1: Allow lists what is served, all of it */
static void allow_lists_what_is_served(void **state)
{
    unsigned listed = 0;

    (void)state;
    for (struct span rest = method_allow(); rest.n;) {
        size_t n = span_find(rest, ',');
        enum method m = method_of(span_trim(span_to(rest, n)));
        assert_int_equal(method_support(m), METHOD_SERVED);
        assert_int_equal(listed >> m & 1, 0);
        listed |= 1u << m;
        rest = span_from(rest, n + 1);
    }
    for (enum method m = 0; m < METHOD_COUNT; m++)
        assert_int_equal(listed >> m & 1, method_support(m) == METHOD_SERVED);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(methods_by_name),
        cmocka_unit_test(allow_lists_what_is_served),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
