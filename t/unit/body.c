/* SPDX-License-Identifier: MIT
 *
 * Tests of body_framing() and body_take(): each row of chunked content is taken
 * whole, cut in two at every byte, and byte by byte.
 */
#include "unit.h"

#include "http/body.h"

#define BYTES_MAX 1000

static const struct head_limits roomy = { 8192, 8192, 32768, 100 };

#define ONE "HTTP/1.1\r\n"
#define TE "Transfer-Encoding: "
#define CL "Content-Length: "

static void framing_rows(void **state)
{
    static const struct {
        const char *name, *text; /* version line and fields */
        enum fault fault;
        enum body_kind kind;
        uint64_t left;
    } rows[] = {
        { "9112 6.3: none", ONE, FAULT_NONE, BODY_NONE, 0 },
        { "9112 6.2: length", ONE CL "5\r\n", FAULT_NONE, BODY_LENGTH, 5 },
        { "9110 8.6: leading zeros", ONE CL "005\r\n", FAULT_NONE, BODY_LENGTH,
          5 },
        { "9110 8.6: zero", ONE CL "0\r\n", FAULT_NONE, BODY_NONE, 0 },
        { "9110 8.6: of the limit", ONE CL "1000\r\n", FAULT_NONE, BODY_LENGTH,
          1000 },
        { "9110 15.5.14: above", ONE CL "1001\r\n", FAULT_BODY_LONG, 0, 0 },
        { "9110 8.6: 2^63-1", ONE CL "9223372036854775807\r\n", FAULT_BODY_LONG,
          0, 0 },
        { "9110 8.6: 2^63", ONE CL "9223372036854775808\r\n",
          FAULT_LENGTH_MALFORMED, 0, 0 },
        { "9110 8.6: 2^64", ONE CL "18446744073709551616\r\n",
          FAULT_LENGTH_MALFORMED, 0, 0 },
        { "9110 8.6: plus", ONE CL "+5\r\n", FAULT_LENGTH_MALFORMED, 0, 0 },
        { "9110 8.6: minus", ONE CL "-5\r\n", FAULT_LENGTH_MALFORMED, 0, 0 },
        { "9110 8.6: empty", ONE CL "\r\n", FAULT_LENGTH_MALFORMED, 0, 0 },
        { "9110 8.6: hexadecimal", ONE CL "0x5\r\n", FAULT_LENGTH_MALFORMED, 0,
          0 },
        { "9110 8.6: space inside", ONE CL "5 5\r\n", FAULT_LENGTH_MALFORMED, 0,
          0 },
        { "9110 8.6: equal list", ONE CL "5, 5\r\n", FAULT_LENGTH_MALFORMED, 0,
          0 },
        { "9110 8.6: trailing comma", ONE CL "5,\r\n", FAULT_LENGTH_MALFORMED,
          0, 0 },
        { "9110 8.6: repeated", ONE CL "5\r\n" CL "5\r\n",
          FAULT_LENGTH_REPEATED, 0, 0 },
        { "9110 8.6: repeated, different", ONE CL "5\r\n" CL "6\r\n",
          FAULT_LENGTH_REPEATED, 0, 0 },
        { "9112 6.1: chunked", ONE TE "chunked\r\n", FAULT_NONE, BODY_CHUNKED,
          0 },
        { "9112 7: any case", ONE TE "ChunKED \r\n", FAULT_NONE, BODY_CHUNKED,
          0 },
        { "9112 6.1: in HTTP/1.0", "HTTP/1.0\r\n" TE "chunked\r\n",
          FAULT_CODING_HTTP10, 0, 0 },
        { "9112 6.3: with a length", ONE CL "5\r\n" TE "chunked\r\n",
          FAULT_LENGTH_AND_CODING, 0, 0 },
        { "9112 6.3: with a length behind", ONE TE "gzip\r\n" CL "x\r\n",
          FAULT_LENGTH_AND_CODING, 0, 0 },
        { "9112 7.1: twice", ONE TE "chunked, chunked\r\n", FAULT_CODING_BAD, 0,
          0 },
        { "9112 7.1: on two lines", ONE TE "chunked\r\n" TE "chunked\r\n",
          FAULT_CODING_BAD, 0, 0 },
        { "9112 6.1: two codings", ONE TE "gzip, chunked\r\n",
          FAULT_CODING_UNKNOWN, 0, 0 },
        { "9112 6.1: three", ONE TE "x;a=b,deflate ,\tChunked\r\n",
          FAULT_CODING_UNKNOWN, 0, 0 },
        { "9110 5.3: two on two lines", ONE TE "gzip\r\n" TE "chunked\r\n",
          FAULT_CODING_UNKNOWN, 0, 0 },
        { "9112 6.1: not last, on two lines",
          ONE TE "chunked\r\n" TE "gzip\r\n", FAULT_CODING_BAD, 0, 0 },
        { "9112 6.3: two, and no end", ONE TE "gzip, deflate\r\n",
          FAULT_CODING_BAD, 0, 0 },
        { "9112 7.1: twice, behind another",
          ONE TE "gzip, chunked, chunked\r\n", FAULT_CODING_BAD, 0, 0 },
        { "9112 6.1: empty member before it", ONE TE "gzip,, chunked\r\n",
          FAULT_CODING_BAD, 0, 0 },
        { "9112 7: quoted, behind another", ONE TE "gzip, \"chunked\"\r\n",
          FAULT_CODING_BAD, 0, 0 },
        { "9112 6.1: not last", ONE TE "chunked, gzip\r\n", FAULT_CODING_BAD, 0,
          0 },
        { "9112 6.1: empty member", ONE TE "chunked,\r\n", FAULT_CODING_BAD, 0,
          0 },
        { "9112 6.1: empty", ONE TE "\r\n", FAULT_CODING_BAD, 0, 0 },
        { "9112 7.1: parameter of chunked", ONE TE "chunked;a=b\r\n",
          FAULT_CODING_BAD, 0, 0 },
        { "9112 7: quoted", ONE TE "\"chunked\"\r\n", FAULT_CODING_BAD, 0, 0 },
        { "9112 7: two words", ONE TE "gzip chunked\r\n", FAULT_CODING_BAD, 0,
          0 },
        { "9112 6.1: unknown", ONE TE "gzip\r\n", FAULT_CODING_UNKNOWN, 0, 0 },
        { "9112 6.1: unknown, like chunked", ONE TE "xchunked\r\n",
          FAULT_CODING_UNKNOWN, 0, 0 },
        { "9112 7: identity is gone", ONE TE "identity\r\n",
          FAULT_CODING_UNKNOWN, 0, 0 },
        { "9112 7: unknown with a parameter", ONE TE "x ;a=b\r\n",
          FAULT_CODING_UNKNOWN, 0, 0 },
    };
    static struct head h;
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char text[256] = "GET / ";
        size_t n = 6, more = strlen(rows[i].text);
        struct body b;
        memcpy(text + n, rows[i].text, more);
        memcpy(text + n + more, "\r\n", 2);
        ROW_CHECK(rows[i].name,
                  head_parse(&h, text, n + more + 2, &roomy) == FAULT_NONE);
        ROW_CHECK(rows[i].name,
                  body_framing(&h, BYTES_MAX, &b) == rows[i].fault);
        if (rows[i].fault == FAULT_NONE) {
            ROW_CHECK(rows[i].name, b.kind == rows[i].kind);
            ROW_CHECK(rows[i].name, b.left == rows[i].left);
        } else {
            ROW_CHECK(rows[i].name, !fault_row(rows[i].fault)->lives);
        }
    }
}

static void length_in_portions(void **state)
{
    struct body b = { .kind = BODY_LENGTH, .left = 5 };
    size_t used = 9;
    (void)state;
    assert_int_equal(body_take(&b, "", 0, &used), FAULT_MORE);
    assert_int_equal(used, 0);
    assert_int_equal(body_take(&b, "ab", 2, &used), FAULT_MORE);
    assert_int_equal(used, 2);
    assert_int_equal(body_take(&b, "cdeGET /", 8, &used), FAULT_NONE);
    assert_int_equal(used, 3);
    assert_int_equal(b.taken, 5);
    assert_int_equal(body_take(&b, "GET /", 5, &used), FAULT_NONE);
    assert_int_equal(used, 0);

    struct body none = { .kind = BODY_NONE };
    assert_int_equal(body_take(&none, "GET /", 5, &used), FAULT_NONE);
    assert_int_equal(used, 0);
}

struct row {
    const char *name, *text;
    size_t n;
    enum fault fault;
    size_t used; /* of the whole text */
};

/* used: all for NONE and MORE; what is before the faulty byte else */
#define GOOD(name, text)                                           \
    {                                                              \
        name, text, sizeof(text) - 1, FAULT_NONE, sizeof(text) - 1 \
    }
#define BAD(name, before, rest, fault)                             \
    {                                                              \
        name, before rest, sizeof(before rest) - 1, FAULT_##fault, \
            sizeof(before) - 1                                     \
    }
#define LAST "0\r\n\r\n"

static const struct row chunked_rows[] = {
    GOOD("9112 7.1: nothing", "0\r\n\r\n"),
    GOOD("9112 7.1: one chunk", "5\r\nhello\r\n" LAST),
    GOOD("9112 7.1: three chunks",
         "1\r\na\r\n00a\r\n0123456789\r\nA\r\n\r\n0\r\n\r\n0\r\n\r\n" LAST),
    GOOD("9112 7.1: sixteen digits", "0000000000000001\r\na\r\n" LAST),
    GOOD("9112 7.1: a last chunk of many zeros", "0000\r\n\r\n"),
    { "what follows is not touched", LAST "GET /", 10, FAULT_NONE, 5 },
    BAD("9112 7.1: seventeen digits", "0000000000000000", "1\r\n", CHUNK_SIZE),
    BAD("9112 7.1: 2^64-1", "ffffffffffffffff", "\r\n", CHUNK_SIZE),
    BAD("9112 7.1: 2^64 and 5", "1000000000000000", "5\r\nhello", CHUNK_SIZE),
    BAD("9112 7.1: 2^63", "8000000000000000", "\r\n", CHUNK_SIZE),
    BAD("9112 7.1: above the limit", "7fffffffffffffff", "\r\n", BODY_LONG),
    BAD("9112 7.1: no size", "", "\r\n", CHUNK_SIZE),
    BAD("9112 7.1: minus", "", "-5\r\n", CHUNK_SIZE),
    BAD("9112 7.1: plus", "", "+5\r\n", CHUNK_SIZE),
    BAD("9112 7.1: 0x", "0", "x5\r\n", CHUNK_SIZE),
    BAD("9112 7.1: underscore", "1", "_0\r\n", CHUNK_SIZE),
    BAD("9112 7.1: space first", "", " 5\r\n", CHUNK_SIZE),
    BAD("9112 7.1: trailing space", "5 ", "\r\nhello", CHUNK_EXT),
    BAD("9112 7.1: bare LF", "5", "\nhello", CHUNK_SIZE),
    BAD("9112 7.1: bare CR", "5\r", "hello", CHUNK_SIZE),
    BAD("9112 7.1: NUL", "5", "\0\r\n", CHUNK_SIZE),
    BAD("9112 7.1: data longer than its size", "3\r\nabc", "de", CHUNK_END),
    BAD("9112 7.1: data ends with LF", "3\r\nabc", "\n" LAST, CHUNK_END),
    BAD("9112 7.1: data ends with CR", "3\r\nabc\r", "0" LAST, CHUNK_END),
    GOOD("9112 7.1.1: name", "1;a\r\nx\r\n" LAST),
    GOOD("9112 7.1.1: name and value", "1;a=b\r\nx\r\n" LAST),
    GOOD("9112 7.1.1: many", "1;a=b;c;d=\"e\";f\r\nx\r\n" LAST),
    GOOD("9112 7.1.1: bad white space",
         "1 \t ; \ta \t= \tb \t;c \t;d = \"e\" ;f\r\nx\r\n" LAST),
    GOOD("9112 7.1.1: quoted", "1;a=\"b;\\\"\\\\ \t\303\251\"\r\nx\r\n" LAST),
    GOOD("9112 7.1.1: on the last chunk", "0;a=b\r\n\r\n"),
    BAD("9112 7.1.1: no name", "1;", "\r\nx", CHUNK_EXT),
    BAD("9112 7.1.1: no name before =", "1;", "=b\r\nx", CHUNK_EXT),
    BAD("9112 7.1.1: no value", "1;a=", "\r\nx", CHUNK_EXT),
    BAD("9112 7.1.1: two values", "1;a=b", "=c\r\nx", CHUNK_EXT),
    BAD("9112 7.1.1: trailing space", "1;a ", "\r\nx", CHUNK_EXT),
    BAD("9112 7.1.1: trailing space after a value", "1;a=b ", "\r\nx",
        CHUNK_EXT),
    BAD("9112 7.1.1: name with a slash", "1;a", "/b\r\n", CHUNK_EXT),
    BAD("9112 7.1.1: LF in a name", "1;a", "\n", CHUNK_EXT),
    BAD("9112 7.1.1: LF in a value", "1;a=b", "\n", CHUNK_EXT),
    BAD("9112 7.1.1: LF after a size", "1 ", "\n", CHUNK_EXT),
    BAD("9112 7.1.1: CR inside a quoted value", "1;a=\"b", "\r\n\"", CHUNK_EXT),
    BAD("9112 7.1.1: LF escaped", "1;a=\"\\", "\n\"", CHUNK_EXT),
    BAD("9112 7.1.1: text after a quoted value", "1;a=\"b\"", "c\r\n",
        CHUNK_EXT),
    BAD("9112 7.1.1: CR and no LF", "1;a\r", "x", CHUNK_SIZE),
    GOOD("9112 7.1.2: trailers", "0\r\nA: b\r\nC:\r\nD: \t\303\251 \r\n\r\n"),
    BAD("9112 7.1.2: no colon", "0\r\nA", "\r\n", TRAILER_BAD),
    BAD("9112 7.1.2: empty name", "0\r\n", ": b\r\n", TRAILER_BAD),
    BAD("9112 7.1.2: space before the colon", "0\r\nA", " : b", TRAILER_BAD),
    BAD("9112 7.1.2: folded", "0\r\nA: b\r\n", " c\r\n", TRAILER_BAD),
    BAD("9112 7.1.2: bare LF", "0\r\nA: b", "\n\r\n", TRAILER_BAD),
    BAD("9112 7.1.2: bare CR", "0\r\nA: b\r", "x\r\n", TRAILER_BAD),
    BAD("9112 7.1.2: NUL", "0\r\nA: b", "\0\r\n", TRAILER_BAD),
    BAD("9112 7.1: LF ends it", "0\r\n", "\n", TRAILER_BAD),
    BAD("9112 7.1: CR and no LF end it", "0\r\n\r", "x", TRAILER_BAD),
    { "prefix: inside data", "5\r\nhel", 6, FAULT_MORE, 6 },
    { "prefix: no end", "5\r\nhello\r\n0\r\n", 13, FAULT_MORE, 13 },
};

/* Takes p[0..n) in portions: up to `cut`, then `step` bytes each. */
static enum fault take_cut(const char *p, size_t n, size_t cut, size_t step,
                           uint64_t bytes_max, size_t *total)
{
    struct body b = { .kind = BODY_CHUNKED, .bytes_max = bytes_max };
    enum fault f = FAULT_MORE;
    size_t at = 0;

    for (*total = 0; at < n && f == FAULT_MORE;) {
        size_t portion = at < cut ? cut - at : step, used;
        portion = portion < n - at ? portion : n - at;
        f = body_take(&b, p + at, portion, &used);
        assert_true(f != FAULT_MORE || used == portion);
        at += used;
        *total += used;
    }
    if (f == FAULT_NONE) {
        size_t used = 9;
        assert_int_equal(body_take(&b, "x", 1, &used), FAULT_NONE);
        assert_int_equal(used, 0);
    }
    return f;
}

static void chunked_rows_cut_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(chunked_rows); i++) {
        const struct row *r = &chunked_rows[i];
        for (size_t cut = 0; cut <= r->n; cut++) {
            size_t total;
            enum fault f =
                take_cut(r->text, r->n, cut, r->n, BYTES_MAX, &total);
            ROW_CHECK(r->name, f == r->fault);
            ROW_CHECK(r->name, total == r->used);
            f = take_cut(r->text, r->n, cut, 1, BYTES_MAX, &total);
            ROW_CHECK(r->name, f == r->fault);
            ROW_CHECK(r->name, total == r->used);
        }
    }
}

static void content_is_bounded(void **state)
{
    static const char text[] = "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    size_t n = sizeof text - 1, total;
    (void)state;
    assert_int_equal(take_cut(text, n, n, 1, 5, &total), FAULT_NONE);
    assert_int_equal(take_cut(text, n, n, 1, 4, &total), FAULT_BODY_LONG);
    assert_int_equal(total, 9);
    assert_int_equal(take_cut(text, n, n, 1, 0, &total), FAULT_BODY_LONG);
}

/* Extensions of one chunk, and the trailer, end at their limits. */
static void extensions_and_trailers_are_bounded(void **state)
{
    static char text[BODY_TRAILER_MAX + 100];
    size_t total, room = BODY_CHUNK_EXT_MAX;
    (void)state;
    memset(text, 'a', sizeof text);
    memcpy(text, "0;", 2);
    assert_int_equal(take_cut(text, sizeof text, 1, 99, 0, &total),
                     FAULT_CHUNK_EXT);
    /* the ";" is the size's end; the CR counts */
    assert_int_equal(total, 2 + room);
    memcpy(text + 2 + room - 1, "\r\n\r\n", 4);
    assert_int_equal(take_cut(text, 2 + room + 3, 1, 99, 0, &total),
                     FAULT_NONE);
    memset(text + 2, 'a', room + 4);
    memcpy(text, "0;a=\"", 5);
    assert_int_equal(take_cut(text, sizeof text, 1, 99, 0, &total),
                     FAULT_CHUNK_EXT);
    assert_int_equal(total, 2 + room);

    memset(text, 'a', sizeof text);
    memcpy(text, "0\r\nA:", 5);
    assert_int_equal(take_cut(text, sizeof text, 1, 99, 0, &total),
                     FAULT_TRAILER_LONG);
    assert_int_equal(total, 3 + BODY_TRAILER_MAX);
    memcpy(text + 3 + BODY_TRAILER_MAX - 4, "\r\n\r\n", 4);
    assert_int_equal(take_cut(text, 3 + BODY_TRAILER_MAX, 1, 99, 0, &total),
                     FAULT_NONE);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(framing_rows),
        cmocka_unit_test(length_in_portions),
        cmocka_unit_test(chunked_rows_cut_anywhere),
        cmocka_unit_test(content_is_bounded),
        cmocka_unit_test(extensions_and_trailers_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
