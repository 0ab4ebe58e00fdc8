/* SPDX-License-Identifier: MIT
 *
 * Tests of target_decode(), target_host(), target_authority() and
 * target_encode().
 */
#include "unit.h"

#include <stdio.h>

#include "http/scan.h"
#include "http/target.h"

static struct head request(enum method m, const char *raw)
{
    return (struct head){ .method = m, .target = span_str(raw), .minor = 1 };
}

static char storage[4096];

static void paths(void **state)
{
    enum { DIR = 1, PLAIN = 2, DOTTED = 4 };
    static const struct {
        const char *raw, *path;
        unsigned flags;
    } rows[] = {
        { "/", "/", DIR | PLAIN },
        { "/a", "/a", PLAIN },
        { "/a/", "/a/", DIR | PLAIN },
        { "/a.b/c..d/e.", "/a.b/c..d/e.", PLAIN },
        { "/a;b=c,d", "/a;b=c,d", PLAIN },
        /* RFC 3986 2.1, 6.2.2.2 */
        { "/%61%2Eb%2e", "/a.b.", 0 },
        { "/%C3%A9%20x", "/\303\251 x", 0 },
        { "/a%3Fb%23%25", "/a?b#%", 0 },
        { "/%252F", "/%2F", 0 },
        { "/%5C", "/\\", 0 },
        /* RFC 3986 5.2.4 */
        { "/.", "/", DIR },
        { "/a/.", "/a/", DIR },
        { "/a/./b", "/a/b", 0 },
        { "/a/..", "/", DIR },
        { "/a/../", "/", DIR },
        { "/a/../b", "/b", 0 },
        { "/a/b/../../c/", "/c/", DIR },
        { "/a/b/..", "/a/", DIR },
        { "/a/%2e%2E/b", "/b", 0 },
        { "/a/%2e/b", "/a/b", 0 },
        { "/a/b/../../a/b", "/a/b", 0 },
        /* empty components */
        { "//", "/", DIR },
        { "//a", "/a", 0 },
        { "/a//b///", "/a/b/", DIR },
        { "/a//../b", "/b", 0 },
        { "//evil.example/..", "/", DIR },
        /* dots at the front of names */
        { "/.git/config", "/.git/config", PLAIN | DOTTED },
        { "/a/.b", "/a/.b", PLAIN | DOTTED },
        { "/%2egit", "/.git", DOTTED },
        { "/...", "/...", PLAIN | DOTTED },
        { "/..a/", "/..a/", DIR | PLAIN | DOTTED },
        { "/.well-known/", "/.well-known/", DIR | PLAIN },
        { "/.well-known/x", "/.well-known/x", PLAIN },
        { "/.well-known/.x", "/.well-known/.x", PLAIN | DOTTED },
        { "/.well-known", "/.well-known", PLAIN | DOTTED },
        { "/a/.well-known/x", "/a/.well-known/x", PLAIN | DOTTED },
        { "/a/../.well-known/x", "/.well-known/x", 0 },
        { "/.well-knownx/", "/.well-knownx/", DIR | PLAIN | DOTTED },
        /* RFC 3629: the ends of each row of its table */
        { "/%7e%c2%80%df%bf", "/~\302\200\337\277", 0 },
        { "/%e0%a0%80%ed%9f%bf%ee%80%80",
          "/\340\240\200\355\237\277\356\200"
          "\200",
          0 },
        { "/%e1%80%80%ef%bf%bf", "/\341\200\200\357\277\277", 0 },
        { "/%f0%90%80%80%f1%80%80%80%f4%8f%bf%bf",
          "/\360\220\200\200\361\200\200\200\364\217\277\277", 0 },
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct head h = request(METHOD_GET, rows[i].raw);
        struct target t;
        enum fault f = target_decode(&t, &h, storage, h.target.n + 2);
        ROW_CHECK(rows[i].raw, f == FAULT_NONE);
        ROW_CHECK(rows[i].raw, t.form == TARGET_ORIGIN);
        ROW_CHECK(rows[i].raw, strcmp(storage, rows[i].path) == 0);
        ROW_CHECK(rows[i].raw, span_eq(t.path, span_str(rows[i].path)));
        ROW_CHECK(rows[i].raw, t.directory == !!(rows[i].flags & DIR));
        ROW_CHECK(rows[i].raw, t.plain == !!(rows[i].flags & PLAIN));
        ROW_CHECK(rows[i].raw, t.dotted == !!(rows[i].flags & DOTTED));
        ROW_CHECK(rows[i].raw, !t.host.p && !t.query.p);
        /* those that the parser calls simple, and no others, stay as they are
         * but for what is hidden */
        const char *done = scan_path(rows[i].raw, rows[i].raw + h.target.n,
                                     rows[i].raw + h.target.n);
        h.simple = *done ? 0 : h.target.n;
        ROW_CHECK(rows[i].raw, !h.simple == !(rows[i].flags & PLAIN) ||
                                   t.dotted ||
                                   span_starts(t.path, SPAN("/.well-known/")));
        struct target again;
        f = target_decode(&again, &h, storage, h.target.n + 2);
        ROW_CHECK(rows[i].raw, f == FAULT_NONE);
        ROW_CHECK(rows[i].raw, strcmp(storage, rows[i].path) == 0);
        ROW_CHECK(rows[i].raw, again.directory == t.directory);
        ROW_CHECK(rows[i].raw, again.plain == t.plain);
        ROW_CHECK(rows[i].raw, again.dotted == t.dotted);
        ROW_CHECK(rows[i].raw, again.path.n == t.path.n && !again.query.p);
    }
}

static void refused_paths(void **state)
{
    static const struct {
        const char *raw;
        enum fault fault;
    } rows[] = {
        { "/%", FAULT_TARGET_PERCENT },
        { "/%4", FAULT_TARGET_PERCENT },
        { "/a%4/b", FAULT_TARGET_PERCENT },
        { "/%4g", FAULT_TARGET_PERCENT },
        { "/%g4", FAULT_TARGET_PERCENT },
        { "/%%41", FAULT_TARGET_PERCENT },
        { "/%u0041", FAULT_TARGET_PERCENT },
        { "/a%00.png", FAULT_TARGET_NUL },
        { "/%0d%0aX", FAULT_TARGET_NUL },
        { "/%1f", FAULT_TARGET_NUL },
        { "/%7F", FAULT_TARGET_NUL },
        { "/a%2fb", FAULT_TARGET_SLASH },
        { "/..%2Fb", FAULT_TARGET_SLASH },
        { "/..", FAULT_TARGET_ABOVE },
        { "/../a", FAULT_TARGET_ABOVE },
        { "/a/../../a", FAULT_TARGET_ABOVE },
        { "/a/../%2e%2e/a", FAULT_TARGET_ABOVE },
        { "//../a", FAULT_TARGET_ABOVE },
        { "/./..", FAULT_TARGET_ABOVE },
        { "/%80", FAULT_TARGET_UTF8 },
        { "/%bf", FAULT_TARGET_UTF8 },
        { "/%c0%af", FAULT_TARGET_UTF8 },       /* over-long '/' */
        { "/%c0%ae%c0%ae", FAULT_TARGET_UTF8 }, /* over-long ".." */
        { "/%c1%bf", FAULT_TARGET_UTF8 },
        { "/%c3", FAULT_TARGET_UTF8 },
        { "/%c3/%a9", FAULT_TARGET_UTF8 },
        { "/%c3%c3", FAULT_TARGET_UTF8 },
        { "/%e0%80%af", FAULT_TARGET_UTF8 }, /* over-long */
        { "/%e0%9f%bf", FAULT_TARGET_UTF8 },
        { "/%e2%82", FAULT_TARGET_UTF8 },
        { "/%e2%82x", FAULT_TARGET_UTF8 },
        { "/%e2%82%c0", FAULT_TARGET_UTF8 },
        { "/%ed%a0%80", FAULT_TARGET_UTF8 }, /* surrogate */
        { "/%ed%bf%bf", FAULT_TARGET_UTF8 },
        { "/%f0%80%80%af", FAULT_TARGET_UTF8 },
        { "/%f4%90%80%80", FAULT_TARGET_UTF8 }, /* U+110000 */
        { "/%f5%80%80%80", FAULT_TARGET_UTF8 },
        { "/%fe", FAULT_TARGET_UTF8 },
        { "/%ff/..", FAULT_TARGET_UTF8 }, /* though it is left again */
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct head h = request(METHOD_GET, rows[i].raw);
        struct target t;
        enum fault f = target_decode(&t, &h, storage, sizeof storage);
        ROW_CHECK(rows[i].raw, f == rows[i].fault);
        ROW_CHECK(rows[i].raw, t.path.n == 0 && storage[0] == '\0');
    }
}

static void long_components(void **state)
{
    char raw[1024];
    struct target t;
    (void)state;
    memset(raw, 'a', sizeof raw);
    raw[0] = raw[256] = '/';
    raw[512] = '\0';
    struct head h = request(METHOD_GET, raw);
    assert_int_equal(target_decode(&t, &h, storage, sizeof storage),
                     FAULT_NONE);
    assert_true(t.plain);
    assert_int_equal(t.path.n, 512);
    /* no file has this name; whether something else answers is seen later */
    raw[512] = 'a';
    raw[513] = '\0';
    h = request(METHOD_GET, raw);
    assert_int_equal(target_decode(&t, &h, storage, sizeof storage),
                     FAULT_NONE);
    assert_true(t.plain);
    assert_int_equal(t.path.n, 513);
    memcpy(raw + 511, "/..", 4);
    raw[256] = 'a';
    h = request(METHOD_GET, raw);
    assert_int_equal(target_decode(&t, &h, storage, sizeof storage),
                     FAULT_NONE);
    assert_true(span_eq(t.path, SPAN("/")));
    /* 85 times three decoded bytes */
    int n = 1;
    for (int i = 0; i < 85; i++)
        n += snprintf(raw + n, sizeof raw - (size_t)n, "%%e2%%82%%ac");
    h = request(METHOD_GET, raw);
    assert_int_equal(target_decode(&t, &h, storage, sizeof storage),
                     FAULT_NONE);
    assert_int_equal(t.path.n, 256);
}

static void forms(void **state)
{
    static const struct {
        enum method method;
        const char *raw;
        enum fault fault;
        enum target_form form;
        const char *host, *path, *query; /* NULL: none */
    } rows[] = {
        { METHOD_GET, "/a?b", FAULT_NONE, TARGET_ORIGIN, NULL, "/a", "b" },
        { METHOD_GET, "/a?", FAULT_NONE, TARGET_ORIGIN, NULL, "/a", "" },
        { METHOD_GET, "/?a?b/../%zz", FAULT_NONE, TARGET_ORIGIN, NULL, "/",
          "a?b/../%zz" },
        { METHOD_GET, "http://h", FAULT_NONE, TARGET_ABSOLUTE, "h", "/", NULL },
        { METHOD_GET, "http://h/a/../b?c", FAULT_NONE, TARGET_ABSOLUTE, "h",
          "/b", "c" },
        { METHOD_GET, "HTTPS://[::1]:443/", FAULT_NONE, TARGET_ABSOLUTE,
          "[::1]", "/", NULL },
        { METHOD_GET, "http://h?q", FAULT_NONE, TARGET_ABSOLUTE, "h", "/",
          "q" },
        { METHOD_GET, "http://h:80?q", FAULT_NONE, TARGET_ABSOLUTE, "h", "/",
          "q" },
        { METHOD_OPTIONS, "*", FAULT_NONE, TARGET_ASTERISK, NULL, "", NULL },
        { METHOD_OPTIONS, "/", FAULT_NONE, TARGET_ORIGIN, NULL, "/", NULL },
        { METHOD_CONNECT, "h:443", FAULT_NONE, TARGET_AUTHORITY, "h", "",
          NULL },
        { METHOD_GET, "*", FAULT_TARGET_FORM, 0, NULL, NULL, NULL },
        { METHOD_OPTIONS, "*a", FAULT_TARGET_FORM, 0, NULL, NULL, NULL },
        { METHOD_GET, "h:443", FAULT_TARGET_FORM, 0, NULL, NULL, NULL },
        { METHOD_GET, "127.0.0.1:80", FAULT_TARGET_FORM, 0, NULL, NULL, NULL },
        { METHOD_GET, "[::1]:80", FAULT_TARGET_FORM, 0, NULL, NULL, NULL },
        { METHOD_GET, "index.html", FAULT_TARGET_FORM, 0, NULL, NULL, NULL },
        { METHOD_GET, "?q", FAULT_TARGET_FORM, 0, NULL, NULL, NULL },
        { METHOD_GET, "", FAULT_TARGET_FORM, 0, NULL, NULL, NULL },
        { METHOD_GET, "://h/", FAULT_TARGET_FORM, 0, NULL, NULL, NULL },
        { METHOD_GET, "+x://h/", FAULT_TARGET_FORM, 0, NULL, NULL, NULL },
        { METHOD_CONNECT, "/", FAULT_TARGET_FORM, 0, NULL, NULL, NULL },
        { METHOD_CONNECT, "h", FAULT_TARGET_FORM, 0, NULL, NULL, NULL },
        { METHOD_CONNECT, "h:", FAULT_TARGET_FORM, 0, NULL, NULL, NULL },
        { METHOD_CONNECT, "http://h:1/", FAULT_TARGET_FORM, 0, NULL, NULL,
          NULL },
        { METHOD_GET, "ftp://h/", FAULT_TARGET_SCHEME, 0, NULL, NULL, NULL },
        { METHOD_GET, "a+b-c.1://h/", FAULT_TARGET_SCHEME, 0, NULL, NULL,
          NULL },
        { METHOD_GET, "mailto:a@b", FAULT_TARGET_SCHEME, 0, NULL, NULL, NULL },
        { METHOD_GET, "httpx://h/", FAULT_TARGET_SCHEME, 0, NULL, NULL, NULL },
        { METHOD_GET, "http:/a", FAULT_HOST_MALFORMED, 0, NULL, NULL, NULL },
        { METHOD_GET, "http:", FAULT_HOST_MALFORMED, 0, NULL, NULL, NULL },
        { METHOD_GET, "http:///a", FAULT_HOST_MALFORMED, 0, NULL, NULL, NULL },
        { METHOD_GET, "http://u@h/", FAULT_HOST_MALFORMED, 0, NULL, NULL,
          NULL },
        { METHOD_GET, "http://h:x/", FAULT_HOST_MALFORMED, 0, NULL, NULL,
          NULL },
        { METHOD_GET, "http://h/../", FAULT_TARGET_ABOVE, 0, NULL, NULL, NULL },
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct head h = request(rows[i].method, rows[i].raw);
        struct target t;
        enum fault f = target_decode(&t, &h, storage, sizeof storage);
        ROW_CHECK(rows[i].raw, f == rows[i].fault);
        if (f != FAULT_NONE)
            continue;
        ROW_CHECK(rows[i].raw, t.form == rows[i].form);
        ROW_CHECK(rows[i].raw, !t.host.p == !rows[i].host);
        ROW_CHECK(rows[i].raw, span_eq(t.host, span_str(rows[i].host)));
        ROW_CHECK(rows[i].raw, span_eq(t.path, span_str(rows[i].path)));
        ROW_CHECK(rows[i].raw, !t.query.p == !rows[i].query);
        ROW_CHECK(rows[i].raw, span_eq(t.query, span_str(rows[i].query)));
    }
}

/* RFC 3986 3.2.2, 3.2.3 */
static void authorities(void **state)
{
    static const struct {
        const char *text, *host; /* NULL: refused */
    } rows[] = {
        { "a", "a" },
        { "A.Example.", "A.Example." },
        { "a:80", "a" },
        { "a:", "a" },
        { "a:65535", "a" },
        { "a:00080", "a" },
        { "a:65536", NULL },
        { "a:-1", NULL },
        { "a:+1", NULL },
        { "a:http", NULL },
        { "a:80:80", NULL },
        { "a: 80", NULL },
        { "", NULL },
        { ":80", NULL },
        { "u@a", NULL },
        { "u:p@a", NULL },
        { "a/b", NULL },
        { "a?b", NULL },
        { "a b", NULL },
        { "a,b", "a,b" }, /* sub-delims may be in a registered name */
        { "a_b-c~d!$&'()*+;=", "a_b-c~d!$&'()*+;=" },
        { "%c3%a9.example", "%c3%a9.example" },
        { "%c", NULL },
        { "%", NULL },
        { "%gg", NULL },
        { "%cg", NULL },
        { "\303\251", NULL },
        { "a\\b", NULL },
        { "1.2.3.4", "1.2.3.4" },
        { "[::1]", "[::1]" },
        { "[::1]:443", "[::1]" },
        { "[::1]:", "[::1]" },
        { "[::]", "[::]" },
        { "[1::]", "[1::]" },
        { "[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7:8]" },
        { "[fe80::ABCD:0db8]", "[fe80::ABCD:0db8]" },
        { "[1:2:3:4:5:6:7::]", "[1:2:3:4:5:6:7::]" },
        { "[::2:3:4:5:6:7:8]", "[::2:3:4:5:6:7:8]" },
        { "[::ffff:192.0.2.1]", "[::ffff:192.0.2.1]" },
        { "[1:2:3:4:5:6:192.0.2.255]", "[1:2:3:4:5:6:192.0.2.255]" },
        { "[]", NULL },
        { "[", NULL },
        { "[:]", NULL },
        { "[::1", NULL },
        { "[::1]x", NULL },
        { "[::1]]", NULL },
        { "[:::]", NULL },
        { "[1:::2]", NULL },
        { "[1::2::3]", NULL },
        { "[1:2:3:4:5:6:7]", NULL },
        { "[1:2:3:4:5:6:7:8:9]", NULL },
        { "[1:2:3:4::5:6:7:8]", NULL },
        { "[:1:2:3:4:5:6:7]", NULL },
        { "[1:2:3:4:5:6:7:]", NULL },
        { "[12345::]", NULL },
        { "[g::]", NULL },
        { "[::1.2.3]", NULL },
        { "[::1.2.3.4.5]", NULL },
        { "[::1.2.3.256]", NULL },
        { "[::1.2.3.04]", NULL },
        { "[::1..3.4]", NULL },
        { "[::1.2.3.4:5]", NULL },
        { "[1.2.3.4::]", NULL },
        { "[1.2.3.4]", NULL },
        { "[1:2:3:4:5:6:7:1.2.3.4]", NULL },
        { "[fe80::1%25eth0]", NULL }, /* a zone means nothing to a server */
        { "[v1.a]", NULL },           /* IPvFuture */
        { "::1", NULL },
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct span host = SPAN("untouched");
        bool ok = target_authority(span_str(rows[i].text), &host);
        ROW_CHECK(rows[i].text, ok == !!rows[i].host);
        ROW_CHECK(rows[i].text, span_eq(host, span_str(rows[i].host)));
    }
    struct span host;
    assert_false(target_authority(span_of("a\0b", 3), &host));
}

/* RFC 9112 3.2.2: the absolute target's authority wins, but Host must be right
 */
static void whose_host(void **state)
{
    static const struct {
        const char *raw, *value; /* of Host; NULL: no such field */
        enum fault fault;
        const char *host;
    } rows[] = {
        { "/", "a:80", FAULT_NONE, "a" },
        { "http://b:81/", "a", FAULT_NONE, "b" },
        { "http://b/", "", FAULT_NONE, "b" },
        { "http://b/", NULL, FAULT_HOST_MISSING, NULL },
        { "http://b/", "a b", FAULT_HOST_MALFORMED, NULL },
        { "/", "", FAULT_HOST_EMPTY, "" },
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct head h = request(METHOD_GET, rows[i].raw);
        struct span host;
        struct target t;
        if (rows[i].value) {
            h.present = 1u << FIELD_HOST;
            h.fields[0].value = span_str(rows[i].value);
        }
        assert_int_equal(target_decode(&t, &h, storage, sizeof storage),
                         FAULT_NONE);
        ROW_CHECK(rows[i].raw, target_host(&t, &h, &host) == rows[i].fault);
        ROW_CHECK(rows[i].raw, span_eq(host, span_str(rows[i].host)));
    }
}

/* Every byte: what is encoded comes back, and stands for itself in markup. */
static void encoding_comes_back(void **state)
{
    char encoded[64];
    (void)state;
    for (int c = 0x20; c < 0x7f; c++) {
        char path[] = { '/', 'x', (char)c, 'y', '\0' };
        struct buf b = buf_over(encoded, sizeof encoded);
        struct target t;
        if (c == '/')
            continue;
        target_encode(&b, span_str(path));
        assert_true(buf_cstr(&b));
        assert_null(strpbrk(encoded, "\"'<>&:#? \\^`{|}"));
        struct head h = request(METHOD_GET, encoded);
        assert_int_equal(target_decode(&t, &h, storage, sizeof storage),
                         FAULT_NONE);
        assert_string_equal(storage, path);
    }
    struct buf b = buf_over(encoded, sizeof encoded);
    target_encode(&b, span_of("/a b/\303\251~\0?", 10));
    assert_true(buf_cstr(&b));
    assert_string_equal(encoded, "/a%20b/%C3%A9~%00%3F");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths),
        cmocka_unit_test(refused_paths),
        cmocka_unit_test(long_components),
        cmocka_unit_test(forms),
        cmocka_unit_test(authorities),
        cmocka_unit_test(whose_host),
        cmocka_unit_test(encoding_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
