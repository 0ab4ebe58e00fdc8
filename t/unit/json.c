/* SPDX-License-Identifier: MIT
 *
 * Tests of http/json (RFC 8259): any bytes give a string in ASCII.
 */
#include "unit.h"

#include "http/json.h"

static void strings(void **state)
{
    static const struct {
        struct span in;
        const char *out;
    } rows[] = {
        { SPAN(""), "\"\"" },
        { SPAN("abc"), "\"abc\"" },
        { SPAN("a\"b\\c"), "\"a\\\"b\\\\c\"" },
        { SPAN("\t\n\r\0\x1f\x7f"),
          "\"\\u0009\\u000a\\u000d\\u0000\\u001f\\u007f\"" },
        { SPAN("r\xc3\xa9sum\xc3\xa9"), "\"r\\u00e9sum\\u00e9\"" },
        { SPAN("\xe4\xb8\xad"), "\"\\u4e2d\"" },
        { SPAN("\xf0\x9f\x98\x80"), "\"\\ud83d\\ude00\"" }, /* RFC 8259 7 */
        { SPAN("\xf4\x8f\xbf\xbf"), "\"\\udbff\\udfff\"" },
        { SPAN("\xe2\x80\xa8"), "\"\\u2028\"" }, /* ends lines in scripts */
        /* what is no UTF-8 is Latin-1, byte by byte */
        { SPAN("caf\xe9"), "\"caf\\u00e9\"" },
        { SPAN("\xe4\xb8"), "\"\\u00e4\\u00b8\"" },
        { SPAN("\xed\xa0\x80"), "\"\\u00ed\\u00a0\\u0080\"" }, /* surrogate */
        { SPAN("\xc0\xaf"), "\"\\u00c0\\u00af\"" },            /* over-long */
        { SPAN("\xff\xfe"), "\"\\u00ff\\u00fe\"" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char text[256];
        struct buf b = buf_over(text, sizeof text - 1);
        json_string(&b, rows[i].in);
        assert_true(buf_cstr(&b));
        assert_string_equal(text, rows[i].out);
        assert_true(b.n <= 2 + JSON_BYTE_MAX * rows[i].in.n);
    }
}

static void objects(void **state)
{
    char text[256];
    struct buf b = buf_over(text, sizeof text - 1);

    (void)state;
    buf_char(&b, '{');
    json_put_u64(&b, "a", UINT64_MAX);
    json_put_bool(&b, "b", false);
    json_put_i64(&b, "i", INT64_MIN);
    JSON_KEY(&b, "c");
    buf_char(&b, '[');
    for (int i = 0; i < 2; i++) {
        json_comma(&b);
        buf_char(&b, '{');
        json_put(&b, "d", SPAN_NONE);
        json_put_str(&b, "e", "{["); /* ends with what opens something */
        buf_char(&b, '}');
    }
    buf_char(&b, ']');
    json_put(&b, "f", SPAN(""));
    buf_char(&b, '}');
    assert_true(buf_cstr(&b));
    assert_string_equal(
        text,
        "{\"a\":18446744073709551615,\"b\":false,\"i\":-9223372036854775808,"
        "\"c\":["
        "{\"d\":null,\"e\":\"{[\"},{\"d\":null,\"e\":\"{[\"}],\"f\":\"\"}");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings),
        cmocka_unit_test(objects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
