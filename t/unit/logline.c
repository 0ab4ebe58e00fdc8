/* SPDX-License-Identifier: MIT
 *
 * Tests of http/logline: each form of a line, to the byte, and that nothing
 * which came from outside can end a line or a string in it.
 */
#include "unit.h"

#include "http/logline.h"

static const struct logline usual = {
    .time_us = 1795395723000456,
    .worker = 2,
    .connection = 7,
    .request = 3,
    .peer = "192.0.2.7",
    .port = 40000,
    .method = { "GET", sizeof "GET" - 1 },
    .target = { "/logo.png?x=1", sizeof "/logo.png?x=1" - 1 },
    .host = { "a.test", sizeof "a.test" - 1 },
    .referer = { "http://a.test/", sizeof "http://a.test/" - 1 },
    .user_agent = { "curl/8", sizeof "curl/8" - 1 },
    .minor = 1,
    .status = 200,
    .bytes = 10240,
    .duration_us = 321,
    .coding = CODING_BR,
    .reason = REASON_NEW,
    .end = END_SENT,
};

typedef void form(struct buf *b, const struct logline *l);

static const char *line(form *f, const struct logline *l)
{
    static char storage[LOGLINE_BYTES_MAX + 1];
    struct buf b = buf_over(storage, sizeof storage);

    f(&b, l);
    assert_true(buf_cstr(&b));
    assert_true(b.n <= LOGLINE_BYTES_MAX);
    return storage;
}

static void the_usual_one(void **state)
{
    (void)state;
    assert_string_equal(line(logline_combined, &usual),
                        "192.0.2.7 - - [23/Nov/2026:01:02:03 +0000] "
                        "\"GET /logo.png?x=1 HTTP/1.1\" 200 10240 "
                        "\"http://a.test/\" \"curl/8\"\n");
    assert_string_equal(
        line(logline_json, &usual),
        "{\"time\":\"2026-11-23T01:02:03.000456Z\",\"worker\":2,"
        "\"connection\":7,\"request\":3,\"peer\":\"192.0.2.7\","
        "\"port\":40000,\"method\":\"GET\",\"target\":\"/logo.png?x=1\","
        "\"host\":\"a.test\",\"status\":200,\"bytes\":10240,"
        "\"duration_us\":321,\"encoding\":\"br\",\"reason\":\"new\","
        "\"end\":\"sent\",\"referer\":\"http://a.test/\","
        "\"user_agent\":\"curl/8\"}\n");
    assert_string_equal(line(logline_readable, &usual),
                        "01:02:03.000 w2 c7.3 GET /logo.png?x=1 200 10240 "
                        "new, br\n");
}

/* A connection that sent nothing that could be read. */
static void nothing_was_read(void **state)
{
    struct logline l = { .time_us = 1795395723000456,
                         .peer = "unix:",
                         .request = 1,
                         .minor = -1,
                         .end = END_HEAD_TIMEOUT };

    (void)state;
    assert_string_equal(line(logline_combined, &l),
                        "unix: - - [23/Nov/2026:01:02:03 +0000] "
                        "\"-\" 000 0 \"-\" \"-\"\n");
    assert_non_null(strstr(line(logline_json, &l), "\"method\":null"));
    assert_string_equal(line(logline_readable, &l),
                        "01:02:03.000 w0 c0.1 - - 000 0 -; "
                        "request too slow\n");
}

/* A faulty request is named by its fault, and may have no version. */
static void a_fault_is_named(void **state)
{
    struct logline l = usual;

    (void)state;
    l.reason = REASON_FAULT;
    l.fault = FAULT_LINE_BARE_LF;
    l.minor = -1;
    l.status = 400;
    l.coding = CODING_IDENTITY;
    assert_non_null(strstr(line(logline_json, &l), "\"reason\":\"bare-lf\""));
    assert_non_null(strstr(line(logline_readable, &l), " 400 10240 bare-lf\n"));
    assert_non_null(
        strstr(line(logline_combined, &l), "\"GET /logo.png?x=1\" 400"));
}

static void not_all_was_sent(void **state)
{
    struct logline l = usual;

    (void)state;
    l.end = END_CLIENT_RESET;
    assert_non_null(strstr(line(logline_readable, &l), "br; client reset\n"));
    assert_non_null(strstr(line(logline_json, &l), "\"end\":\"client reset\""));
}

/* Log injection: no byte of a client's ends a line, a field or a string. */
static void bytes_from_outside_are_escaped(void **state)
{
    static const char nasty[] = "a\"b\\c\nd\x1b[0m\x7f\xff\te";
    struct logline l = usual;

    (void)state;
    l.target = l.referer = l.user_agent = l.host =
        span_of(nasty, sizeof nasty - 1);
    const char *escaped = "a\\x22b\\x5cc\\x0ad\\x1b[0m\\x7f\\xff\\x09e";
    assert_non_null(strstr(line(logline_combined, &l), escaped));
    assert_non_null(strstr(line(logline_readable, &l), escaped));
    assert_non_null(
        strstr(line(logline_json, &l),
               "a\\u0022b\\u005cc\\u000ad\\u001b[0m\\u007f\\u00ff\\u0009e"));
    static form *const forms[] = { logline_combined, logline_json,
                                   logline_readable };
    for (size_t i = 0; i < ROWS(forms); i++) {
        const char *text = line(forms[i], &l);
        size_t n = strlen(text);
        assert_int_equal(text[n - 1], '\n');
        for (size_t k = 0; k + 1 < n; k++)
            assert_true(text[k] >= ' ' && text[k] < 127);
    }
}

/* The longest of everything, all of it escaped, still is one whole line. */
static void long_texts_are_cut(void **state)
{
    static char much[4 * LOGLINE_TARGET_MAX];
    struct logline l = usual;

    (void)state;
    memset(much, 'a', sizeof much);
    l.target = span_of(much, sizeof much);
    const char *text = line(logline_combined, &l);
    const char *dots = strstr(text, "... HTTP/1.1\"");
    assert_non_null(dots);
    assert_int_equal(dots - strchr(text, '/') > LOGLINE_TARGET_MAX, 1);
    l.referer = l.user_agent = l.host = l.target;
    for (const char *p = line(logline_json, &l); *p; p++)
        assert_true(*p != '\n' || p[1] == '\0');
}

/* Before 1970 seconds are rounded down, not towards zero. */
static void times(void **state)
{
    static const struct {
        int64_t us;
        const char *text;
    } rows[] = {
        { 0, "1970-01-01T00:00:00.000000Z" },
        { -1, "1969-12-31T23:59:59.999999Z" },
        { -1000000, "1969-12-31T23:59:59.000000Z" },
        { 1709208000000001, "2024-02-29T12:00:00.000001Z" },
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char storage[64];
        struct buf b = buf_over(storage, sizeof storage);
        logline_time(&b, rows[i].us);
        assert_true(buf_cstr(&b));
        assert_string_equal(storage, rows[i].text);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_usual_one),
        cmocka_unit_test(nothing_was_read),
        cmocka_unit_test(a_fault_is_named),
        cmocka_unit_test(not_all_was_sent),
        cmocka_unit_test(bytes_from_outside_are_escaped),
        cmocka_unit_test(long_texts_are_cut),
        cmocka_unit_test(times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
