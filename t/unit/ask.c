/* SPDX-License-Identifier: MIT
 *
 * Tests of the pure parts of src/prepare: asks, UTF-8, what is worth it.
 */
#include "unit.h"

#include "http/utf8.h"
#include "prepare/ask.h"
#include "prepare/compress.h"

static void ask_rows(void **state)
{
    static const struct {
        const char *row;
        size_t less, n_fds; /* bytes missing */
        uint32_t sidecars, want_bytes, want_codings;
        const char *name;
        enum ask_fault fault;
        uint32_t make, bare;
    } rows[] = {
        { "plain", 0, 1, 0, 1, 0, "a.css", ASK_OK },
        { "all sidecars", 0, 4, 14, 1, 1, "a.css", ASK_OK },
        { "short", 1, 1, 0, 1, 0, "a.css", ASK_SIZE },
        { "no descriptor", 0, 0, 0, 1, 0, "a.css", ASK_FDS },
        { "one too many", 0, 2, 0, 1, 0, "a.css", ASK_FDS },
        { "one too few", 0, 1, 2, 1, 0, "a.css", ASK_FDS },
        { "identity as sidecar", 0, 2, 1, 1, 0, "a.css", ASK_SIDECARS },
        { "unknown sidecar", 0, 2, 16, 1, 0, "a.css", ASK_SIDECARS },
        { "unknown flag", 0, 1, 0, 2, 0, "a.css", ASK_FLAGS },
        { "unknown flag", 0, 1, 0, 0, 7, "a.css", ASK_FLAGS },
        { "a coding", 0, 1, 0, 1, 1, "a.css", ASK_OK, 8, 0 },
        { "an unknown one", 0, 1, 0, 1, 1, "a.css", ASK_FLAGS, 16, 0 },
        { "identity to be made", 0, 1, 0, 1, 1, "a.css", ASK_FLAGS, 1, 0 },
        { "bare", 0, 0, 0, 1, 1, "a.css", ASK_OK, 8, 1 },
        { "bare, of one with a sidecar", 0, 0, 8, 1, 1, "a.css", ASK_OK, 2, 1 },
        { "bare, with a descriptor", 0, 1, 0, 1, 1, "a.css", ASK_FDS, 8, 1 },
        { "bare and more", 0, 0, 0, 1, 1, "a.css", ASK_FLAGS, 8, 2 },
        { "no name", 0, 1, 0, 0, 0, "", ASK_NAME },
        { "dot", 0, 1, 0, 0, 0, ".", ASK_NAME },
        { "dot dot", 0, 1, 0, 0, 0, "..", ASK_NAME },
        { "path", 0, 1, 0, 0, 0, "a/b", ASK_NAME },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct prepare_ask ask = { .sidecars = rows[i].sidecars,
                                   .want_bytes = rows[i].want_bytes,
                                   .want_codings = rows[i].want_codings,
                                   .make = rows[i].make,
                                   .bare = rows[i].bare };
        struct prepare_ask out;
        memcpy(ask.name, rows[i].name, strlen(rows[i].name));
        enum ask_fault fault =
            ask_check(&ask, sizeof ask - rows[i].less, rows[i].n_fds, &out);
        ROW_CHECK(rows[i].row, fault == rows[i].fault);
        assert_true(strlen(ask_fault_text(fault)) > 0);
    }
}

static void ask_without_nul(void **state)
{
    struct prepare_ask ask, out;

    (void)state;
    memset(&ask, 0, sizeof ask);
    memset(ask.name, 'x', sizeof ask.name);
    assert_int_equal(ask_check(&ask, sizeof ask, 1, &out), ASK_NAME);
    ask.name[10] = '\0'; /* what follows is not part of the name */
    ask.sidecar_version[CODING_BR].ino = 5;
    assert_int_equal(ask_check(&ask, sizeof ask, 1, &out), ASK_OK);
    assert_int_equal(out.name[11], 0);
    assert_int_equal(out.sidecar_version[CODING_BR].ino, 0);
}

/* RFC 3629, section 4 */
static void utf8_cuts(void **state)
{
    static const struct {
        struct span text;
        size_t max, want;
    } rows[] = {
        { SPAN(""), 0, 0 },
        { SPAN("ab"), 0, 0 },
        { SPAN("ab"), 1, 1 },
        { SPAN("ab"), 2, 2 },
        { SPAN("a\xc3\xa9z"), 1, 1 },
        { SPAN("a\xc3\xa9z"), 2, 1 },
        { SPAN("a\xc3\xa9z"), 3, 3 },
        { SPAN("a\xe4\xbd\xa0z"), 2, 1 },
        { SPAN("a\xe4\xbd\xa0z"), 3, 1 },
        { SPAN("a\xe4\xbd\xa0z"), 4, 4 },
        { SPAN("\xf0\x9f\x98\x80z"), 1, 0 },
        { SPAN("\xf0\x9f\x98\x80z"), 3, 0 },
        { SPAN("\xf0\x9f\x98\x80z"), 4, 4 },
        /* what is none anyway: where it may, or a little before */
        { SPAN("\xa9\xa9\xa9\xa9\xa9\xa9"), 5, 5 },
        { SPAN("a\xc3zz"), 2, 2 },
        { SPAN("\xff\xff\xff"), 2, 2 },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct span s = utf8_cut(rows[i].text, rows[i].max);
        ROW_CHECK(rows[i].text.p, s.p == rows[i].text.p);
        ROW_CHECK(rows[i].text.p, s.n == rows[i].want);
    }
}

static void utf8_rows(void **state)
{
    static const struct {
        const char *row, *p;
        size_t n;
        bool whole, prefix;
    } rows[] = {
        { "empty", "", 0, true, true },
        { "ASCII with NUL", "plain\0 words, more than eight", 29, true, true },
        { "two", "\xc3\xa4", 2, true, true },
        { "three", "\xe2\x82\xac", 3, true, true },
        { "four", "\xf0\x9f\x98\x80", 4, true, true },
        { "last code point", "\xf4\x8f\xbf\xbf", 4, true, true },
        { "beyond the last", "\xf4\x90\x80\x80", 4, false, false },
        { "cut", "a\xe2\x82", 3, false, true },
        { "over-long slash", "\xc0\xaf", 2, false, false },
        { "over-long of three", "\xe0\x80\xaf", 3, false, false },
        { "over-long of four", "\xf0\x80\x80\xaf", 4, false, false },
        { "surrogate", "\xed\xa0\x80", 3, false, false },
        { "lone continuation", "\x80", 1, false, false },
        { "Latin-1", "M\xfcnchen", 7, false, false },
        { "lead twice", "\xc3\xc3", 2, false, false },
        { "after eight", "12345678\xff", 9, false, false },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        for (size_t cut = 0; cut <= rows[i].n; cut++) {
            struct utf8 u;
            utf8_start(&u);
            utf8_add(&u, rows[i].p, cut);
            utf8_add(&u, rows[i].p + cut, rows[i].n - cut);
            ROW_CHECK(rows[i].row, utf8_whole_ok(&u) == rows[i].whole);
            ROW_CHECK(rows[i].row, utf8_prefix_ok(&u) == rows[i].prefix);
        }
    }
}

static void worth_rows(void **state)
{
    static const size_t rows[][2] = { { 0, 0 },       { 64, 0 },
                                      { 65, 0 },      { 100, 35 },
                                      { 1280, 1215 }, { 10000, 9499 } };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++)
        assert_int_equal(compress_room(rows[i][0]), rows[i][1]);
}

/* Equal input, equal output: the tags of two nodes depend on it.  A stop, or
 * too little room, is no result. */
static void compress_is_repeatable(void **state)
{
    static char in[300000], a[300000], b[300000];
    atomic_bool stop = false, stopped = true;
    uint32_t x = 1;

    (void)state;
    for (size_t i = 0; i < sizeof in; i++) {
        x = x * 1664525 + 1013904223;
        in[i] = (char)('a' + (x >> 24) % 16);
    }
    /* each coding as small as it gets, then soon */
    for (unsigned i = 2; i < 2 * CODING_COUNT; i++) {
        const struct compress_form form = { (enum coding)(i / 2), true, i % 2 };
        const struct span some = span_of(in, 100000);
        if (!compress_can(form.coding))
            continue; /* etagd was built without it */
        size_t n = compress_bytes(form, some, a, sizeof a, &stop);
        size_t m = compress_bytes(form, some, b, sizeof b, &stop);
        assert_true(n > 0 && n < 60000);
        assert_int_equal(n, m);
        assert_memory_equal(a, b, n);
        assert_int_equal(compress_bytes(form, some, b, n, &stop), n);
        assert_int_equal(compress_bytes(form, some, b, n - 1, &stop), 0);
        assert_int_equal(
            compress_bytes(form, span_of(in, sizeof in), b, sizeof b, &stopped),
            0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ask_rows),   cmocka_unit_test(ask_without_nul),
        cmocka_unit_test(utf8_rows),  cmocka_unit_test(utf8_cuts),
        cmocka_unit_test(worth_rows), cmocka_unit_test(compress_is_repeatable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
