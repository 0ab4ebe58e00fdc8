/* SPDX-License-Identifier: MIT
 *
 * Tests of the access log's forms and of the small pages.
 */
#include "unit.h"

#include <stdio.h>

#include "http/errorline.h"
#include "http/logline.h"
#include "http/page.h"
#include "http/status.h"

#define TIME 1795740123004005 /* Fri, 27 Nov 2026 00:42:03.004005 */

#define TRACE "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

static char storage[LOGLINE_BYTES_MAX];

static struct logline good(void)
{
    return (struct logline){
        .time_us = TIME,
        .worker = 1,
        .connection = 3,
        .request = 2,
        .peer = "::1",
        .port = 4711,
        .method = SPAN("GET"),
        .target = SPAN("/a.png"),
        .host = SPAN("a.example"),
        .user_agent = SPAN("curl/8"),
        .minor = 1,
        .status = 304,
        .duration_us = 77,
        .reason = REASON_TAG_MATCHES,
        .end = END_SENT,
    };
}

static void says(void (*put)(struct buf *, const struct logline *),
                 const struct logline *l, const char *want)
{
    struct buf b = buf_over(storage, sizeof storage);

    put(&b, l);
    assert_false(b.overflow);
    assert_true(buf_cstr(&b));
    assert_string_equal(storage, want);
}

static void combined(void **state)
{
    struct logline l = good();

    (void)state;
    says(logline_combined, &l,
         "::1 - - [27/Nov/2026:00:42:03 +0000] \"GET /a.png HTTP/1.1\" 304 0 "
         "\"-\" \"curl/8\"\n");
    l.referer = SPAN("http://x/\"\\\n\x7f\xe9");
    l.user_agent = SPAN("");
    l.minor = 0;
    l.status = 200;
    l.bytes = 12;
    says(logline_combined, &l,
         "::1 - - [27/Nov/2026:00:42:03 +0000] \"GET /a.png HTTP/1.0\" 200 12 "
         "\"http://x/\\x22\\x5c\\x0a\\x7f\\xe9\" \"-\"\n");
    /* a method and no whole line; then not even that */
    l.minor = -1;
    l.referer = SPAN_NONE;
    l.target = SPAN_NONE;
    l.status = 0;
    says(logline_combined, &l,
         "::1 - - [27/Nov/2026:00:42:03 +0000] \"GET\" 000 12 \"-\" \"-\"\n");
    l.target = SPAN("/a\"");
    says(logline_combined, &l,
         "::1 - - [27/Nov/2026:00:42:03 +0000] \"GET /a\\x22\" 000 12 \"-\" "
         "\"-\"\n");
    l.method = SPAN_NONE;
    l.target = SPAN_NONE;
    says(logline_combined, &l,
         "::1 - - [27/Nov/2026:00:42:03 +0000] \"-\" 000 12 \"-\" \"-\"\n");
}

/* One word, whoever it is. */
static void users(void **state)
{
    static const struct {
        struct span user;
        const char *word;
    } rows[] = {
        { SPAN_NONE, "-" },
        { SPAN("alice"), "alice" },
        { SPAN("-"), "\\x2d" },
        { SPAN("--"), "--" },
        { SPAN(" a  b "), "\\x20a\\x20\\x20b\\x20" },
        { SPAN("B\xc3\xa4r \"1\\"), "B\\xc3\\xa4r\\x20\\x221\\x5c" },
    };
    struct logline l = good();
    char want[256];

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        l.user = rows[i].user;
        (void)snprintf(want, sizeof want,
                       "::1 - %s [27/Nov/2026:00:42:03 +0000] \"GET /a.png "
                       "HTTP/1.1\" 304 0 \"-\" \"curl/8\"\n",
                       rows[i].word);
        says(logline_combined, &l, want);
    }
    l.user = SPAN("B\xc3\xa4r 1");
    says(logline_json, &l,
         "{\"time\":\"2026-11-27T00:42:03.004005Z\",\"worker\":1,"
         "\"connection\":3,\"request\":2,\"peer\":\"::1\",\"port\":4711,"
         "\"user\":\"B\\u00e4r 1\",\"method\":\"GET\",\"target\":\"/a.png\","
         "\"host\":\"a.example\",\"status\":304,\"bytes\":0,"
         "\"duration_us\":77,\"encoding\":\"identity\","
         "\"reason\":\"tag matches\",\"end\":\"sent\",\"referer\":null,"
         "\"user_agent\":\"curl/8\"}\n");
    says(logline_readable, &l,
         "00:42:03.004 w1 c3.2 GET /a.png 304 0 tag matches, user "
         "B\\xc3\\xa4r 1\n");
}

static void json(void **state)
{
    struct logline l = good();

    (void)state;
    l.target = SPAN("/\"\\\t\xe9");
    l.coding = CODING_BR;
    says(logline_json, &l,
         "{\"time\":\"2026-11-27T00:42:03.004005Z\",\"worker\":1,"
         "\"connection\":3,\"request\":2,\"peer\":\"::1\",\"port\":4711,"
         "\"method\":\"GET\",\"target\":\"/\\\"\\\\\\u0009\\u00e9\","
         "\"host\":\"a.example\",\"status\":304,\"bytes\":0,"
         "\"duration_us\":77,\"encoding\":\"br\",\"reason\":\"tag matches\","
         "\"end\":\"sent\",\"referer\":null,\"user_agent\":\"curl/8\"}\n");
    l = good();
    l.via = "unix:";
    l.request_id = SPAN("a\"\xc3\xa9\xff\t");
    l.traceparent = SPAN(TRACE);
    says(logline_json, &l,
         "{\"time\":\"2026-11-27T00:42:03.004005Z\",\"worker\":1,"
         "\"connection\":3,\"request\":2,\"peer\":\"::1\",\"port\":4711,"
         "\"via\":\"unix:\",\"via_port\":0,"
         "\"method\":\"GET\",\"target\":\"/a.png\","
         "\"host\":\"a.example\",\"status\":304,\"bytes\":0,"
         "\"duration_us\":77,\"encoding\":\"identity\","
         "\"reason\":\"tag matches\",\"end\":\"sent\",\"referer\":null,"
         "\"user_agent\":\"curl/"
         "8\",\"request_id\":\"a\\\"\\u00e9\\u00ff\\u0009\","
         "\"traceparent\":\"" TRACE "\"}\n");
    l = good();
    l.reason = REASON_FAULT;
    l.fault = FAULT_TARGET_NUL;
    l.method = l.target = l.host = l.user_agent = SPAN_NONE;
    says(logline_json, &l,
         "{\"time\":\"2026-11-27T00:42:03.004005Z\",\"worker\":1,"
         "\"connection\":3,\"request\":2,\"peer\":\"::1\",\"port\":4711,"
         "\"method\":null,\"target\":null,\"host\":null,\"status\":304,"
         "\"bytes\":0,\"duration_us\":77,\"encoding\":\"identity\","
         "\"reason\":\"target-nul\",\"end\":\"sent\",\"referer\":null,"
         "\"user_agent\":null}\n");
}

static void readable(void **state)
{
    struct logline l = good();

    (void)state;
    says(logline_readable, &l,
         "00:42:03.004 w1 c3.2 GET /a.png 304 0 tag matches\n");
    l.coding = CODING_GZIP;
    l.end = END_CLIENT_CLOSED;
    l.bytes = 5;
    char want[200];
    snprintf(want, sizeof want,
             "00:42:03.004 w1 c3.2 GET /a.png 304 5 tag matches, gzip; %s\n",
             end_word(END_CLIENT_CLOSED));
    says(logline_readable, &l, want);
    l = good();
    l.method = l.target = SPAN_NONE;
    l.end = END_OPEN;
    says(logline_readable, &l, "00:42:03.004 w1 c3.2 - - 304 0 tag matches\n");
}

static void long_targets_are_cut(void **state)
{
    static char target[LOGLINE_TARGET_MAX + 2];
    struct logline l = good();
    struct buf b = buf_over(storage, sizeof storage);

    (void)state;
    memset(target, 'a', sizeof target);
    l.target = span_of(target, LOGLINE_TARGET_MAX);
    logline_readable(&b, &l);
    assert_false(b.overflow || memmem(b.p, b.n, "...", 3));
    size_t whole = b.n;
    l.target = span_of(target, LOGLINE_TARGET_MAX + 1);
    b = buf_over(storage, sizeof storage);
    logline_readable(&b, &l);
    assert_int_equal(b.n, whole + 3);
    assert_true(memmem(b.p, b.n, "a... 304", 8) != NULL);
}

/* A text that is too long ends with a whole character, in each form. */
static void cut_between_characters(void **state)
{
    static char text[LOGLINE_TARGET_MAX + 8];
    struct logline l = good();

    (void)state;
    memset(text, 'a', sizeof text);
    memcpy(text + LOGLINE_TARGET_MAX - 2, "\xe4\xbd\xa0", 3);
    l.target = l.user_agent = span_of(text, sizeof text);
    struct buf b = buf_over(storage, sizeof storage);
    logline_json(&b, &l);
    assert_null(memmem(b.p, b.n, "\\u", 2));
    assert_non_null(memmem(b.p, b.n, "aaa\",\"host\"", 11));
    b = buf_over(storage, sizeof storage);
    logline_combined(&b, &l);
    assert_null(memmem(b.p, b.n, "\\x", 2));
    assert_non_null(memmem(b.p, b.n, "aaa... HTTP", 11));
}

/* Whatever a client sends, its line fits: one that could make it too long could
 * ask unseen. */
static void the_worst_line_fits(void **state)
{
    static void (*const formats[])(struct buf *, const struct logline *) = {
        logline_combined, logline_json, logline_readable
    };
    static char text[LOGLINE_TARGET_MAX + 1];
    struct logline l = good();

    (void)state;
    memset(text, '"', sizeof text);
    l.method = l.target = l.host = l.referer = l.user_agent =
        span_of(text, sizeof text);
    l.request_id = l.traceparent = span_of(text, LOGLINE_ID_MAX);
    l.user = span_of(text, LOGLINE_USER_MAX);
    l.connection = l.request = l.bytes = l.duration_us = UINT64_MAX;
    l.worker = l.port = UINT32_MAX;
    for (size_t i = 0; i < ROWS(formats); i++) {
        struct buf b = buf_over(storage, sizeof storage);
        formats[i](&b, &l);
        assert_false(b.overflow);
    }
}

static void errors(void **state)
{
    struct log_entry e = { .time_us = TIME,
                           .level = "warn",
                           .id = "W024",
                           .role = "worker 2",
                           .pid = 77,
                           .text = SPAN("a \"b\"\n\xff \xc3\xa9") };
    struct buf b = buf_over(storage, sizeof storage);

    (void)state;
    errorline_json(&b, &e);
    e.about = (struct log_about){ "a.example", "/x" };
    e.text = SPAN("");
    errorline_json(&b, &e);
    assert_true(buf_cstr(&b));
    assert_string_equal(
        storage, "{\"time\":\"2026-11-27T00:42:03.004005Z\",\"level\":\"warn\","
                 "\"id\":\"W024\",\"process\":\"worker 2\",\"pid\":77,"
                 "\"text\":\"a \\\"b\\\"\\u000a\\u00ff \\u00e9\"}\n"
                 "{\"time\":\"2026-11-27T00:42:03.004005Z\",\"level\":\"warn\","
                 "\"id\":\"W024\",\"process\":\"worker 2\",\"pid\":77,"
                 "\"site\":\"a.example\",\"file\":\"/x\",\"text\":\"\"}\n");
}

static void times(void **state)
{
    static const struct {
        int64_t us;
        const char *text;
    } rows[] = {
        { 0, "1970-01-01T00:00:00.000000Z" },
        { 999999, "1970-01-01T00:00:00.999999Z" },
        { -1, "1969-12-31T23:59:59.999999Z" },
        { 951827696000001, "2000-02-29T12:34:56.000001Z" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct buf b = buf_over(storage, sizeof storage);
        logline_time(&b, rows[i].us);
        ROW_CHECK(rows[i].text, span_eq(buf_span(&b), span_str(rows[i].text)));
    }
}

/* A stamp of another second is not used; one of the same changes nothing. */
static void stamps(void **state)
{
    struct logline_stamp right, wrong;
    struct logline l = { .time_us = 951827696000001, .peer = "::1" };
    static void (*const formats[])(struct buf *, const struct logline *) = {
        logline_combined, logline_json, logline_readable
    };

    (void)state;
    logline_stamp(&right, l.time_us + 999000);
    logline_stamp(&wrong, l.time_us - 2);
    for (size_t i = 0; i < ROWS(formats); i++) {
        char other[1024];
        struct buf a = buf_over(storage, sizeof storage);
        l.stamp = NULL;
        formats[i](&a, &l);
        for (int k = 0; k < 2; k++) {
            struct buf b = buf_over(other, sizeof other);
            l.stamp = k ? &wrong : &right;
            formats[i](&b, &l);
            assert_true(span_eq(buf_span(&a), buf_span(&b)));
        }
    }
}

static bool page_has(const struct buf *b, const char *text)
{
    return !b->overflow && memmem(b->p, b->n, text, strlen(text));
}

static void pages(void **state)
{
    char page[PAGE_BYTES_MAX];
    struct buf b = buf_over(page, sizeof page);

    (void)state;
    page_error(&b, LANGUAGE_EN, 404, (struct wording){ { "<&>\"'", "" } });
    assert_true(page_has(&b, "<!DOCTYPE html>"));
    assert_true(page_has(&b, "<title>404 Not Found</title>"));
    assert_true(page_has(&b, "<p>&lt;&amp;&gt;&quot;&#39;</p>\n"));
    size_t with = b.n;
    b = buf_over(page, sizeof page);
    page_error(&b, LANGUAGE_EN, 404, wording(WORD_NOTHING));
    assert_true(b.n + strlen("<p>&lt;&amp;&gt;&quot;&#39;</p>\n") == with);
    b = buf_over(page, sizeof page);
    page_redirect(&b, 308, SPAN("/a?b&c=\"d\""));
    assert_true(page_has(&b, "<title>308 Permanent Redirect</title>"));
    assert_true(page_has(
        &b,
        "<a href=\"/a?b&amp;c=&quot;d&quot;\">/a?b&amp;c=&quot;d&quot;</a>"));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(combined),
        cmocka_unit_test(users),
        cmocka_unit_test(json),
        cmocka_unit_test(readable),
        cmocka_unit_test(long_targets_are_cut),
        cmocka_unit_test(errors),
        cmocka_unit_test(times),
        cmocka_unit_test(stamps),
        cmocka_unit_test(pages),
        cmocka_unit_test(cut_between_characters),
        cmocka_unit_test(the_worst_line_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
