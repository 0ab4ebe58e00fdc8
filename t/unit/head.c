/* SPDX-License-Identifier: MIT
 *
 * Tests of head_parse(), scan.h and field.h: one table of request heads; each
 * row is parsed whole, cut at every byte and with bytes behind it, up against
 * an unreadable page.
 */
#include "unit.h"

#include <sys/mman.h>
#include <unistd.h>

#include "http/head.h"
#include "http/scan.h"

static const struct head_limits roomy = { 8192, 8192, 32768, 100 };

static char *guard; /* the first byte that may not be read */

static int make_guard(void **state)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), room = 64 * page;
    char *p = mmap(NULL, room + page, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    (void)state;
    if (p == MAP_FAILED || mprotect(p + room, page, PROT_NONE))
        return 1;
    guard = p + room;
    return 0;
}

/* The first n bytes, ending where nothing may be read any more. */
static enum fault parse(struct head *h, const char *p, size_t n,
                        const struct head_limits *limits)
{
    memcpy(guard - n, p, n);
    return head_parse(h, guard - n, n, limits);
}

/* Every prefix is MORE until the verdict falls, which then stays. */
static void check_row(const char *name, const char *p, size_t n,
                      enum fault want, const struct head_limits *limits)
{
    static struct head h;
    bool fallen = false;

    for (size_t i = 0; i <= n; i++) {
        enum fault f = parse(&h, p, i, limits);
        ROW_CHECK(name, f == FAULT_MORE || f == want);
        ROW_CHECK(name, !fallen || f == want);
        ROW_CHECK(name, f != FAULT_NONE || h.bytes == n);
        ROW_CHECK(name, f == FAULT_NONE || h.bytes == 0);
        fallen = f != FAULT_MORE;
    }
    ROW_CHECK(name, fallen == (want != FAULT_MORE));
    if (want == FAULT_MORE)
        return;

    static const char *const tails[] = { "\r\n\r\n", "\n", " x", "\1",
                                         "GET / " };
    static char longer[40000];
    for (size_t i = 0; i < ROWS(tails); i++) {
        size_t more = strlen(tails[i]);
        memcpy(longer, p, n);
        memcpy(longer + n, tails[i], more);
        ROW_CHECK(name, parse(&h, longer, n + more, limits) == want);
    }
}

struct row {
    const char *name, *text;
    size_t n;
    enum fault fault;
};

#define LINE " HTTP/1.1\r\n"
#define END "\r\n\r\n"
#define ROW(name, text, fault)                      \
    {                                               \
        name, text, sizeof(text) - 1, FAULT_##fault \
    }

static const struct row request_lines[] = {
    ROW("9112 3: plain", "GET /" LINE "\r\n", NONE),
    ROW("9112 3: HTTP/1.0", "GET / HTTP/1.0" END, NONE),
    ROW("9112 2.2: one empty line before", "\r\nGET /" LINE "\r\n", NONE),
    ROW("9112 2.2: two empty lines before", "\r\n\r\nGET /" LINE, LINE_EMPTY),
    ROW("9112 2.2: bare LF before", "\nGET /" LINE, LINE_BARE_LF),
    ROW("9112 2.2: CR LF LF before", "\r\n\nGET /" LINE, LINE_BARE_LF),
    ROW("9112 2.2: bare CR before", "\rGET /" LINE, LINE_BARE_CR),
    ROW("9112 2.2: bare CR after the empty line", "\r\n\rGET", LINE_BARE_CR),
    ROW("9112 3: leading space", " GET /" LINE, LINE_SPACES),
    ROW("9112 3: two spaces after the method", "GET  /" LINE, LINE_SPACES),
    ROW("9112 3: tab after the method", "GET\t/" LINE, LINE_SPACES),
    ROW("9112 3: tab after the target", "GET /\tHTTP/1.1\r\n", LINE_SPACES),
    ROW("9112 3: two spaces after the target", "GET / " LINE, LINE_SPACES),
    ROW("9112 3: trailing space", "GET / HTTP/1.1 \r\n", LINE_SPACES),
    ROW("9112 3: trailing tab", "GET / HTTP/1.1\t\r\n", LINE_SPACES),
    ROW("9112 3: space for the version", "GET / \r\n", LINE_SPACES),
    ROW("9112 3: CR for the version", "GET / \rX", LINE_BARE_CR),
    ROW("9112 3: method alone", "GET\r\n", LINE_SPACES),
    ROW("9112 3: method and space alone", "GET \r\n", LINE_SPACES),
    ROW("9110 9.1: lower-case method", "get /" LINE "\r\n", NONE),
    ROW("9110 9.1: every tchar", "!#$%&'*+-.^_`|~09azAZ /" LINE "\r\n", NONE),
    ROW("9110 9.1: method with a colon", "GE:T /" LINE, METHOD_MALFORMED),
    ROW("9110 9.1: method with NUL", "GE\0T /" LINE, LINE_CONTROL),
    ROW("9110 9.1: method with DEL", "GE\177T /" LINE, LINE_CONTROL),
    ROW("9110 9.1: method with a high byte", "G\303\211T /" LINE,
        METHOD_MALFORMED),
    ROW("9110 9.1: TLS hello", "\026\003\001\002\001", LINE_CONTROL),
    ROW("9110 9.1: method of 32 bytes",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF /" LINE "\r\n", NONE),
    ROW("9110 9.1: method of 33 bytes", "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG",
        METHOD_LONG),
    ROW("9110 9.1: 32 bytes and CR", "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF\r",
        METHOD_LONG),
    ROW("9112 3: method and LF", "GET\n", LINE_BARE_LF),
    ROW("9112 3.2: LF after the target", "GET /\n", LINE_BARE_LF),
    ROW("9112 3.2: bare CR in the target", "GET /a\rb" LINE, LINE_BARE_CR),
    ROW("9112 3.2: raw UTF-8", "GET /\303\251" LINE, TARGET_MALFORMED),
    ROW("9112 3.2: first byte is high", "GET \377" LINE, TARGET_MALFORMED),
    ROW("9112 3.2: fragment", "GET /a#b" LINE, TARGET_MALFORMED),
    ROW("9112 3.2: quote", "GET /\"" LINE, TARGET_MALFORMED),
    ROW("9112 3.2: angle", "GET /<" LINE, TARGET_MALFORMED),
    ROW("9112 3.2: backslash", "GET /a\\b" LINE, TARGET_MALFORMED),
    ROW("WHATWG: bar and circumflex", "GET /|^?^|" LINE "\r\n", NONE),
    ROW("WHATWG: what a query may hold",
        "GET /0123456789abcdef0123456789abcdef?a={`b`}&c=\\|" LINE "\r\n",
        NONE),
    ROW("9112 3.2: backslash before a query", "GET /a|b\\?c" LINE,
        TARGET_MALFORMED),
    ROW("9112 3.2: quote behind what browsers send", "GET /?{}\"" LINE,
        TARGET_MALFORMED),
    ROW("9112 3.2: back quote", "GET /`" LINE, TARGET_MALFORMED),
    ROW("9112 3.2: brace", "GET /0123456789abcdef{x}" LINE, TARGET_MALFORMED),
    ROW("9112 3.2: NUL", "GET /a\0b" LINE, LINE_CONTROL),
    ROW("9112 3.2: DEL", "GET /a\177b" LINE, LINE_CONTROL),
    ROW("9112 3.2: escape", "GET /\033" LINE, LINE_CONTROL),
    ROW("9112 3.2: all that may be there",
        "GET /azAZ09-._~:/?[]@!$&'()*+,;=%2F" LINE "\r\n", NONE),
    ROW("9112 3.2.4: asterisk", "OPTIONS *" LINE "\r\n", NONE),
    ROW("9112 3.2.2: absolute", "GET http://a/b" LINE "\r\n", NONE),
    ROW("1945 4.1: HTTP/0.9", "GET /\r\n", VERSION_09),
    ROW("9112 3: a space in the target", "GET /a b HTTP/1.1\r\n",
        VERSION_MALFORMED),
    ROW("9112 2.3: lower case", "GET / http/1.1\r\n", VERSION_MALFORMED),
    ROW("9112 2.3: mixed case", "GET / HtTP/1.1\r\n", VERSION_MALFORMED),
    ROW("9112 2.3: other protocol", "GET / ICY/1.1\r\n", VERSION_MALFORMED),
    ROW("9112 2.3: no minor", "GET / HTTP/1\r\n", VERSION_MALFORMED),
    ROW("9112 2.3: cut and bare CR", "GET / HTTP/1\r\r", LINE_BARE_CR),
    ROW("9112 2.3: cut and LF", "GET / HTTP\n", LINE_BARE_LF),
    ROW("9112 2.3: cut and NUL", "GET / HTTP\0", LINE_CONTROL),
    ROW("9112 2.3: two digits", "GET / HTTP/1.10\r\n", VERSION_MALFORMED),
    ROW("9112 2.3: two-digit major", "GET / HTTP/11.1\r\n", VERSION_MALFORMED),
    ROW("9112 2.3: comma", "GET / HTTP/1,1\r\n", VERSION_MALFORMED),
    ROW("9112 2.3: letter", "GET / HTTP/1.x\r\n", VERSION_MALFORMED),
    ROW("9112 2.3: space inside", "GET / HTTP/ 1.1\r\n", LINE_SPACES),
    ROW("9112 2.3: bare LF", "GET / HTTP/1.1\n", LINE_BARE_LF),
    ROW("9112 2.3: bare CR", "GET / HTTP/1.1\rX", LINE_BARE_CR),
    ROW("9112 2.3: control", "GET / HTTP/1.1\001", LINE_CONTROL),
    ROW("9110 2.5: HTTP/1.2 is served as 1.1", "GET / HTTP/1.2" END, NONE),
    ROW("9110 2.5: HTTP/1.9 is served as 1.1", "GET / HTTP/1.9" END, NONE),
    ROW("9110 15.6.6: 0.9 spelt out", "GET / HTTP/0.9\r\n",
        VERSION_UNSUPPORTED),
    ROW("9110 15.6.6: 2.0", "GET / HTTP/2.0\r\n", VERSION_UNSUPPORTED),
    ROW("9110 15.6.6: 3.1", "GET / HTTP/3.1\r\n", VERSION_UNSUPPORTED),
    ROW("9113 3.4: preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        VERSION_UNSUPPORTED),
    ROW("prefix: nothing", "", MORE),
    ROW("prefix: CR", "\r", MORE),
    ROW("prefix: no blank line", "GET / HTTP/1.1\r\nHost: a\r\n", MORE),
};

#define GET "GET / HTTP/1.1\r\n"

static const struct row field_lines[] = {
    ROW("9112 5: one", GET "Host: a" END, NONE),
    ROW("9112 5: no space after the colon", GET "Host:a" END, NONE),
    ROW("9112 5: spaces and tabs around", GET "Host: \t a \t " END, NONE),
    ROW("9112 5: empty value", GET "Host:" END, NONE),
    ROW("9112 5: only spaces", GET "Host: \t  " END, NONE),
    ROW("9112 5: empty name", GET ": a" END, FIELD_NAME),
    ROW("9112 5.1: space before the colon", GET "Host : a" END, FIELD_SPACE),
    ROW("9112 5.1: tab before the colon", GET "Host\t: a" END, FIELD_SPACE),
    ROW("9112 5: space in the name", GET "Ho st: a" END, FIELD_SPACE),
    ROW("9112 5: no colon", GET "Host" END, FIELD_NO_COLON),
    ROW("9112 5: no colon, bare CR", GET "Host\rX", LINE_BARE_CR),
    ROW("9112 5: no colon, bare LF", GET "Host\n", LINE_BARE_LF),
    ROW("9110 5.1: slash in the name", GET "Ho/st: a" END, FIELD_NAME),
    ROW("9110 5.1: high byte in the name", GET "Ho\303\251: a" END, FIELD_NAME),
    ROW("9110 5.1: NUL in the name", GET "Ho\0st: a" END, LINE_CONTROL),
    ROW("9110 5.1: every tchar", GET "!#$%&'*+-.^_`|~09azAZ: a" END, NONE),
    ROW("9112 2.2: space before the first field", GET " Host: a" END,
        FIELD_FOLDED),
    ROW("9112 5.2: folded", GET "A: a\r\n b" END, FIELD_FOLDED),
    ROW("9112 5.2: folded by a tab", GET "A: a\r\n\tb" END, FIELD_FOLDED),
    ROW("9112 5.2: folded, nothing else", GET "A: a\r\n " END, FIELD_FOLDED),
    ROW("9110 5.5: NUL in a value", GET "A: a\0b" END, LINE_CONTROL),
    ROW("9110 5.5: DEL in a value", GET "A: a\177b" END, LINE_CONTROL),
    ROW("9110 5.5: control far in a value",
        GET "A: 0123456789abcdef0123456789abcde\002f" END, LINE_CONTROL),
    ROW("9110 5.5: tab in a value", GET "A: a\tb" END, NONE),
    ROW("9110 5.5: high bytes in a value", GET "A: \200\377\303\251" END, NONE),
    ROW("9112 2.2: bare LF", GET "A: a\nB: b" END, LINE_BARE_LF),
    ROW("9112 2.2: bare CR in a value", GET "A: a\rb" END, LINE_BARE_CR),
    ROW("9112 2.2: CR CR LF", GET "A: a\r\r\n", LINE_BARE_CR),
    ROW("9112 2.2: bare LF ends the head", GET "A: a\r\n\n", LINE_BARE_LF),
    ROW("9112 2.2: CR and no LF end the head", GET "A: a\r\n\rX", LINE_BARE_CR),
    ROW("long name", GET "x-a-name-of-more-than-two-vectors-of-bytes_1: a" END,
        NONE),
};

static void each_row_cut_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(request_lines); i++) {
        const struct row *r = &request_lines[i];
        check_row(r->name, r->text, r->n, r->fault, &roomy);
    }
    for (size_t i = 0; i < ROWS(field_lines); i++) {
        const struct row *r = &field_lines[i];
        check_row(r->name, r->text, r->n, r->fault, &roomy);
    }
}

static void limits_are_exact(void **state)
{
    static const struct head_limits tight = { 8, 12, 64, 3 };
    static const struct row rows[] = {
        ROW("target of the limit", "GET /1234567" LINE "\r\n", NONE),
        ROW("target one above", "GET /12345678", TARGET_LONG),
        ROW("fault at the byte above", "GET /1234567\n", LINE_BARE_LF),
        ROW("CR at the byte above", "GET /1234567\r", TARGET_LONG),
        ROW("line of the limit", GET "A: 3456789\r\n\r\n", NONE),
        ROW("line one above", GET "A: 3456789a\r", FIELD_LONG),
        ROW("name above", GET "ABCDEFGHIJKL", FIELD_LONG),
        ROW("spaces above", GET "A:          ", FIELD_LONG),
        ROW("fields of the limit", GET "A: 1\r\nB: 2\r\nC: 3" END, NONE),
        ROW("one field above", GET "A: 1\r\nB: 2\r\nC: 3\r\nD:", FIELD_MANY),
        ROW("a faulty field above",
            GET "A:1\r\nB:2\r\nC:3\r\nD :", FIELD_SPACE),
        ROW("head of the limit",
            "\r\nHEAD /1234567 HTTP/1.1\r\nA: 1234567\r\nB: 1234567\r\nC: "
            "1234567"
            "\r\n\r\n",
            NONE),
        ROW("head one above",
            "\r\nPATCH /1234567 HTTP/1.1\r\nA: 1234567\r\nB: 1234567\r\nC: "
            "1234567"
            "\r\n\r",
            HEAD_LONG),
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++)
        check_row(rows[i].name, rows[i].text, rows[i].n, rows[i].fault, &tight);
}

static void huge_parts(void **state)
{
    static char text[120000];
    static struct head h;
    (void)state;
    memset(text, 'A', sizeof text);
    assert_int_equal(parse(&h, text, 100000, &roomy), FAULT_METHOD_LONG);
    memcpy(text, "GET /", 5);
    assert_int_equal(parse(&h, text, 100000, &roomy), FAULT_TARGET_LONG);
    assert_int_equal(h.method, METHOD_GET);
    memcpy(text, GET "A: ", 19);
    assert_int_equal(parse(&h, text, 100000, &roomy), FAULT_FIELD_LONG);
    assert_true(span_eq(h.target, SPAN("/")));
    const struct head_limits none = { SIZE_MAX, SIZE_MAX, SIZE_MAX, 128 };
    assert_int_equal(parse(&h, text, 100000, &none), FAULT_MORE);
}

static void spans_and_fields(void **state)
{
    static struct head h;
    static const char text[] = "\r\nHEAD /a?b HTTP/1.0\r\nhOsT:x \r\n"
                               "X-Other: \t1 2\t\r\nACCEPT: a\r\naccept: b\r\n"
                               "\r\nGET /next";
    (void)state;
    assert_int_equal(parse(&h, text, sizeof text - 1, &roomy), FAULT_NONE);
    assert_int_equal(h.bytes, sizeof text - 1 - strlen("GET /next"));
    assert_int_equal(h.method, METHOD_HEAD);
    assert_true(span_eq(h.method_text, SPAN("HEAD")));
    assert_true(span_eq(h.target, SPAN("/a?b")));
    assert_int_equal(h.minor, 0);
    assert_int_equal(h.n_fields, 4);
    assert_true(span_eq(head_value(&h, FIELD_HOST), SPAN("x")));
    assert_true(span_eq(h.fields[0].name, SPAN("hOsT")));
    assert_int_equal(h.fields[1].id, FIELD_OTHER);
    assert_true(span_eq(h.fields[1].value, SPAN("1 2")));
    assert_int_equal(h.first[FIELD_ACCEPT], 2);
    assert_true(span_eq(head_value(&h, FIELD_ACCEPT), SPAN("a")));
    assert_true(h.repeated == (uint64_t)1 << FIELD_ACCEPT);
    assert_false(head_has(&h, FIELD_RANGE));
    assert_null(head_value(&h, FIELD_RANGE).p);
}

static void a_fault_keeps_what_was_read(void **state)
{
    static struct head h;
    (void)state;
    static const struct {
        const char *text, *method, *target;
        int minor;
    } rows[] = {
        { "", "", "", -1 },
        { "G\1", "G\1", "", -1 },
        { "\x16\3\1", "\x16", "", -1 },
        { "GE:T / HTTP/1.1\r\n", "GE:", "", -1 },
        { "GE", "GE", "", -1 },
        { "GET\r\n", "GET", "", -1 },
        { " GET / HTTP/1.1\r\n", "", "", -1 },
        { "\nGET / HTTP/1.1\r\n", "", "", -1 },
        { "GET  / HTTP/1.1\r\n", "GET", "", -1 },
        { "PUT /x\1y", "PUT", "/x\1", -1 },
        { "PUT /x", "PUT", "/x", -1 },
        { "GET /x\"y HTTP/1.1\r\n", "GET", "/x\"", -1 },
        { "GET /x\ty HTTP/1.1\r\n", "GET", "/x", -1 },
        { "GET /x\r\n", "GET", "/x", -1 },
        { "GET /x\rHTTP/1.1\r\n", "GET", "/x", -1 },
        { "PUT /x HTTP/1.0 ", "PUT", "/x", -1 },
        { "PUT /x HTTP/1.", "PUT", "/x", -1 },
        { "PUT /x HTTP/2.0\r\n", "PUT", "/x", -1 },
        { "PUT /x HTTP/1.0\r\n:", "PUT", "/x", 0 },
        { "PUT /x HTTP/1.1\r\n:", "PUT", "/x", 1 },
        { "PUT /x HTTP/1.9\r\n:", "PUT", "/x", 1 },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        const char *name = rows[i].text;
        enum fault f = parse(&h, name, strlen(name), &roomy);
        ROW_CHECK(name, f != FAULT_NONE);
        ROW_CHECK(name, span_eq(h.method_text, span_str(rows[i].method)));
        ROW_CHECK(name, span_eq(h.target, span_str(rows[i].target)));
        ROW_CHECK(name, h.minor == rows[i].minor);
    }
    assert_int_equal(parse(&h, "PUT /x\1", 7, &roomy), FAULT_LINE_CONTROL);
    assert_int_equal(h.method, METHOD_PUT);
    const struct head_limits tight = { 4, 100, 100, 10 };
    assert_int_equal(parse(&h, "GET /xyz12 H", 12, &tight), FAULT_TARGET_LONG);
    assert_true(span_eq(h.target, SPAN("/xyz1")));
    assert_int_equal(head_parse(&h, NULL, 0, &roomy), FAULT_MORE);
}

static void names_have_slots(void **state)
{
    static const char *const names[FIELD_OTHER] = {
#define X(id, name) [FIELD_##id] = (name),
        FIELD_ROWS(X)
#undef X
    };

    (void)state;
    for (enum field_id id = 0; id < FIELD_OTHER; id++) {
        struct span name = span_str(names[id]);
        char other[40];
        ROW_CHECK(name.p, field_of(name) == id);
        for (size_t i = 0; i < name.n; i++) {
            memcpy(other, name.p, name.n);
            other[i] = (char)(other[i] ^ 0x20); /* '-' becomes CR */
            ROW_CHECK(name.p, field_of(span_of(other, name.n)) ==
                                  (name.p[i] == '-' ? FIELD_OTHER : id));
            other[i] = '_';
            ROW_CHECK(name.p, field_of(span_of(other, name.n)) == FIELD_OTHER);
        }
        memcpy(other, name.p, name.n);
        other[name.n] = 's';
        ROW_CHECK(name.p, field_of(span_of(other, name.n + 1)) == FIELD_OTHER);
        ROW_CHECK(name.p, field_of(span_to(name, name.n - 1)) == FIELD_OTHER);
    }
    assert_int_equal(field_of(SPAN("")), FIELD_OTHER);
    assert_int_equal(field_of(SPAN("TE")), FIELD_OTHER);
    assert_int_equal(field_of(SPAN("X-Host")), FIELD_OTHER);
}

/* One odd byte of every value at every place of every length up to 40. */
static void scans_agree_with_their_twins(void **state)
{
    (void)state;
    for (size_t n = 0; n <= 40; n++) {
        char *p = guard - n;
        memset(p, 'a', n);
        assert_ptr_equal(scan_value(p, guard), guard);
        for (size_t at = 0; at < n; at++) {
            for (int c = 0; c < 256; c++) {
                p[at] = (char)c;
                assert_true(scan_name(p, guard) == scan_name_scalar(p, guard));
                assert_true(scan_value(p, guard) ==
                            scan_value_scalar(p, guard));
                assert_true(scan_target(p, guard) ==
                            scan_target_scalar(p, guard));
                assert_true(scan_plain(p, guard) ==
                            scan_plain_scalar(p, guard));
                assert_true(scan_path(p, guard, guard) ==
                            scan_path_scalar(p, p, guard));
                assert_true(scan_path(p, p + at, guard) ==
                            scan_path_scalar(p, p, p + at));
            }
            p[at] = 'a';
        }
    }
}

/* A '/' or '.' behind a '/' at every place, across the edges of vectors too. */
static void paths_of_every_length(void **state)
{
    (void)state;
    for (size_t n = 2; n <= 40; n++) {
        char *p = guard - n;
        for (size_t at = 0; at + 1 < n; at++) {
            memset(p, 'a', n);
            p[at] = '/';
            assert_ptr_equal(scan_path(p, guard, guard), guard);
            p[at + 1] = '.';
            assert_ptr_equal(scan_path(p, guard, guard), p + at + 1);
            p[at + 1] = '/';
            assert_ptr_equal(scan_path(p, guard, guard), p + at + 1);
            assert_ptr_equal(scan_path(p, p + at + 1, guard), p + at + 1);
            p[at] = '?';
            assert_ptr_equal(scan_path(p, guard, guard), p + at);
        }
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_cut_anywhere),
        cmocka_unit_test(limits_are_exact),
        cmocka_unit_test(huge_parts),
        cmocka_unit_test(spans_and_fields),
        cmocka_unit_test(a_fault_keeps_what_was_read),
        cmocka_unit_test(names_have_slots),
        cmocka_unit_test(scans_agree_with_their_twins),
        cmocka_unit_test(paths_of_every_length),
    };
    return cmocka_run_group_tests(tests, make_guard, NULL);
}
