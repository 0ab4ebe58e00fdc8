/* SPDX-License-Identifier: MIT
 *
 * Tests of what a parsed head says: list members, persistence, Host, Expect.
 */
#include "unit.h"

#include <stdio.h>

#include "http/head.h"

static const struct head_limits roomy = { 8192, 8192, 32768, 100 };

/* "GET / HTTP/1.<minor>" and the given field lines, each with its CR LF */
static const struct head *head_of(int minor, const char *lines)
{
    static char text[1024];
    static struct head h;
    int n =
        snprintf(text, sizeof text, "GET / HTTP/1.%d\r\n%s\r\n", minor, lines);
    enum fault f = head_parse(&h, text, (size_t)n, &roomy);

    ROW_CHECK(lines, f == FAULT_NONE);
    return &h;
}

static void members_of_lists(void **state)
{
    static const struct {
        const char *name, *lines;
        enum field_id id;
        const char *members; /* each in angle brackets */
    } rows[] = {
        { "absent", "A: b\r\n", FIELD_ACCEPT, "" },
        { "one", "Accept: a\r\n", FIELD_ACCEPT, "<a>" },
        { "9110 5.6.1: several", "Accept: a, b\t,c ;q=1\r\n", FIELD_ACCEPT,
          "<a><b><c ;q=1>" },
        { "9110 5.6.1.2: empty members", "Accept: ,, a, ,b,\r\n", FIELD_ACCEPT,
          "<a><b>" },
        { "only empty members", "Accept: , ,\r\nAccept:\r\n", FIELD_ACCEPT,
          "" },
        { "9110 5.3: several lines",
          "X: y\r\nAccept: a,b\r\nRange: r\r\nACCEPT:\r\naccept: c\r\n",
          FIELD_ACCEPT, "<a><b><c>" },
        { "9110 5.6.4: quoted comma", "Accept: a;b=\"c,d\", e\r\n",
          FIELD_ACCEPT, "<a;b=\"c,d\"><e>" },
        { "9110 5.6.4: escaped quote", "Accept: \"a\\\",b\\\\\",c\r\n",
          FIELD_ACCEPT, "<\"a\\\",b\\\\\"><c>" },
        { "unclosed quote", "Accept: a, \"b, c\r\nAccept: d\r\n", FIELD_ACCEPT,
          "<a><\"b, c><d>" },
        { "escape at the end", "Accept: \"a,\\\r\n", FIELD_ACCEPT, "<\"a,\\>" },
        { "9110 8.8.3: entity tags", "If-None-Match: \"a,b\", W/\"c\"\r\n",
          FIELD_IF_NONE_MATCH, "<\"a,b\"><W/\"c\">" },
        { "9110 8.8.3: a backslash in a tag",
          "If-None-Match: \"a\\\", \"b\"\r\n", FIELD_IF_NONE_MATCH,
          "<\"a\\\"><\"b\">" },
        { "9110 8.8.3: the same in If-Match", "If-Match: \"\\\",\"\\\"\r\n",
          FIELD_IF_MATCH, "<\"\\\"><\"\\\">" },
        { "9110 8.8.3: the same in If-Range", "If-Range: \"\\\",x\r\n",
          FIELD_IF_RANGE, "<\"\\\"><x>" },
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        const struct head *h = head_of(1, rows[i].lines);
        struct head_cursor at = { 0 };
        struct span member;
        char got[256];
        size_t n = 0;
        while (head_next(h, rows[i].id, &at, &member)) {
            got[n++] = '<';
            memcpy(got + n, member.p, member.n);
            n += member.n;
            got[n++] = '>';
        }
        got[n] = '\0';
        assert_string_equal(got, rows[i].members);
        ROW_CHECK(rows[i].name, !head_next(h, rows[i].id, &at, &member));
    }
}

static void persistence(void **state)
{
    static const struct {
        const char *name, *lines;
        bool in_10, in_11;
    } rows[] = {
        { "9112 9.3: silent", "", false, true },
        { "close", "Connection: close\r\n", false, false },
        { "any case", "Connection: CLOSE\r\n", false, false },
        { "keep-alive", "Connection: Keep-Alive\r\n", true, true },
        { "close wins behind", "Connection: keep-alive, close\r\n", false,
          false },
        { "close wins before", "Connection: close, keep-alive\r\n", false,
          false },
        { "close on another line",
          "Connection: keep-alive\r\nA: b\r\nConnection: x,, close\r\n", false,
          false },
        { "other options", "Connection: upgrade, x-close\r\n", false, true },
        { "empty", "Connection:\r\n", false, true },
        { "another field", "X-Connection: close\r\n", false, true },
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        ROW_CHECK(rows[i].name,
                  head_persists(head_of(0, rows[i].lines)) == rows[i].in_10);
        ROW_CHECK(rows[i].name,
                  head_persists(head_of(1, rows[i].lines)) == rows[i].in_11);
    }
}

static void hosts(void **state)
{
    static const struct {
        const char *lines;
        int minor;
        enum fault fault;
        const char *host; /* NULL: none */
    } rows[] = {
        { "Host: a.example\r\n", 1, FAULT_NONE, "a.example" },
        { "Host: a.example:8080\r\n", 1, FAULT_NONE, "a.example" },
        { "Host: [::1]:80\r\n", 1, FAULT_NONE, "[::1]" },
        { "Host:\r\n", 1, FAULT_NONE, "" },
        { "Host:\r\n", 0, FAULT_NONE, "" },
        { "", 0, FAULT_NONE, NULL },
        { "", 1, FAULT_HOST_MISSING, NULL },
        { "Host: a\r\nHost: a\r\n", 1, FAULT_HOST_REPEATED, NULL },
        { "Host: a\r\nhost: b\r\n", 0, FAULT_HOST_REPEATED, NULL },
        { "Host: a b\r\n", 1, FAULT_HOST_MALFORMED, NULL },
        { "Host: a@b\r\n", 1, FAULT_HOST_MALFORMED, NULL },
        { "Host: a/b\r\n", 0, FAULT_HOST_MALFORMED, NULL },
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct span host = SPAN("untouched");
        enum fault f = head_host(head_of(rows[i].minor, rows[i].lines), &host);
        ROW_CHECK(rows[i].lines, f == rows[i].fault);
        ROW_CHECK(rows[i].lines, !host.p == !rows[i].host);
        ROW_CHECK(rows[i].lines, span_eq(host, span_str(rows[i].host)));
    }
}

static void expectations(void **state)
{
    static const struct {
        const char *lines;
        int minor;
        enum fault fault;
        bool wanted;
    } rows[] = {
        { "", 1, FAULT_NONE, false },
        { "Expect: 100-continue\r\n", 1, FAULT_NONE, true },
        { "Expect: 100-Continue\r\n", 1, FAULT_NONE, true },
        { "Expect: 100-continue, 100-continue\r\n", 1, FAULT_NONE, true },
        { "Expect: 100-continue\r\n", 0, FAULT_NONE, false },
        { "Expect: 200-ok\r\n", 0, FAULT_NONE, false },
        { "Expect:\r\n", 1, FAULT_NONE, false },
        { "Expect: 200-ok\r\n", 1, FAULT_EXPECT_UNKNOWN, false },
        { "Expect: 100-continue=1\r\n", 1, FAULT_EXPECT_UNKNOWN, false },
        { "Expect: 100-continue\r\nExpect: x\r\n", 1, FAULT_EXPECT_UNKNOWN,
          false },
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        bool wanted = !rows[i].wanted;
        enum fault f =
            head_expect(head_of(rows[i].minor, rows[i].lines), &wanted);
        ROW_CHECK(rows[i].lines, f == rows[i].fault);
        ROW_CHECK(rows[i].lines, wanted == rows[i].wanted);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_of_lists),
        cmocka_unit_test(persistence),
        cmocka_unit_test(hosts),
        cmocka_unit_test(expectations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
