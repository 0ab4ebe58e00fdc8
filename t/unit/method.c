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
        if (m != METHOD_OTHER)
            ROW_CHECK(rows[i].text,
                      span_eq(method_name(m), span_str(rows[i].text)));
    }
    assert_true(span_eq(method_name(METHOD_OTHER), SPAN("-")));
}

/* RFC 9110 10.2.1: Allow lists what is served, all of it */
static void allow_lists_what_is_served(void **state)
{
    char want[64] = "";
    size_t n = 0;
    (void)state;
    for (enum method m = 0; m < METHOD_COUNT; m++) {
        if (method_support(m) != METHOD_SERVED)
            continue;
        struct span name = method_name(m);
        if (n) {
            memcpy(want + n, ", ", 2);
            n += 2;
        }
        memcpy(want + n, name.p, name.n);
        n += name.n;
    }
    assert_true(span_eq(method_allow(), span_of(want, n)));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(methods_by_name),
        cmocka_unit_test(allow_lists_what_is_served),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
