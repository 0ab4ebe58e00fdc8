/* SPDX-License-Identifier: MIT
 *
 * Tests of src/base: spans, buffers, numbers, classes of bytes.
 */
#include "unit.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/chars.h"
#include "base/check.h"
#include "base/hash.h"
#include "base/num.h"
#include "base/slots.h"
#include "base/span.h"
#include "base/sum.h"

static void number_rows(void **state)
{
    static const struct {
        const char *text;
        bool ok;
        uint64_t value;
    } rows[] = {
        { "0", true, 0 },
        { "007", true, 7 },
        { "18446744073709551615", true, UINT64_MAX },
        { "18446744073709551616", false, 0 },
        { "99999999999999999999", false, 0 },
        { "", false, 0 },
        { "+1", false, 0 },
        { "-1", false, 0 },
        { " 1", false, 0 },
        { "1 ", false, 0 },
        { "1a", false, 0 },
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        uint64_t v = 0;
        bool ok = num_u64(span_str(rows[i].text), &v);
        ROW_CHECK(rows[i].text, ok == rows[i].ok);
        ROW_CHECK(rows[i].text, v == rows[i].value);
    }
}

static void hex_rows(void **state)
{
    uint64_t v = 0;
    (void)state;
    assert_true(num_hex(SPAN("ffffffffffffffff"), &v));
    assert_true(v == UINT64_MAX);
    assert_false(num_hex(SPAN("10000000000000000"), &v));
    assert_true(num_hex(SPAN("aF"), &v));
    assert_int_equal(v, 0xaf);
    assert_false(num_hex(SPAN(""), &v));
    assert_false(num_hex(SPAN("0x1"), &v));
}

static void buffer_overflow_is_sticky(void **state)
{
    char storage[8];
    struct buf b = buf_over(storage, sizeof storage);
    (void)state;
    buf_str(&b, "12345");
    buf_str(&b, "6789");
    assert_true(b.overflow);
    assert_int_equal(b.n, 5);
    buf_char(&b, 'x');
    assert_int_equal(b.n, 5);
    assert_false(buf_cstr(&b));
}

static void buffer_writes_numbers(void **state)
{
    char storage[64];
    struct buf b = buf_over(storage, sizeof storage);
    (void)state;
    buf_u64(&b, 0);
    buf_char(&b, ' ');
    buf_u64(&b, UINT64_MAX);
    buf_char(&b, ' ');
    buf_u64_pad(&b, 7, 3);
    buf_char(&b, ' ');
    buf_hex(&b, 0xbeef);
    buf_fmt(&b, " %s", "end");
    assert_true(buf_cstr(&b));
    assert_string_equal(storage, "0 18446744073709551615 007 beef end");
}

static void numbers_of_every_length(void **state)
{
    uint64_t v = 1;
    (void)state;
    for (int digits = 1; digits <= 20; digits++, v *= 10) {
        for (int width = 0; width <= 24; width++) {
            char storage[64], want[64];
            for (uint64_t n = v - 1; n <= v + 1; n++) {
                struct buf b = buf_over(storage, sizeof storage);
                buf_u64_pad(&b, n, width);
                assert_true(buf_cstr(&b));
                snprintf(want, sizeof want, "%0*llu", width ? width : 1,
                         (unsigned long long)n);
                assert_string_equal(storage, want);
            }
        }
    }
}

static void spans_compare_and_trim(void **state)
{
    (void)state;
    assert_true(span_eq_nocase(SPAN("HoSt"), SPAN("hOsT")));
    assert_false(span_eq_nocase(SPAN("@"), SPAN("`")));
    assert_true(span_eq(span_trim(SPAN(" \t a b\t ")), SPAN("a b")));
    assert_int_equal(span_trim(SPAN(" \t ")).n, 0);
    assert_true(span_starts(SPAN("abc"), SPAN("ab")));
    assert_false(span_starts(SPAN("a"), SPAN("ab")));
    assert_true(span_ends(SPAN("logo.png"), SPAN(".png")));
    assert_int_equal(span_find(SPAN("a,b"), ','), 1);
    assert_int_equal(span_find(SPAN("ab"), ','), 2);
}

static void classes_of_bytes(void **state)
{
    (void)state;
    for (int c = 0; c < 256; c++) {
        bool ctl = c < 32 || c == 127;
        bool token = c < 128 && !ctl && !strchr("\"(),/:;<=>?@[\\]{} ", c);
        assert_int_equal(chars_is((char)c, CHAR_TOKEN), token);
        assert_int_equal(chars_is((char)c, CHAR_FIELD), c == 9 || !ctl);
        assert_int_equal(chars_is((char)c, CHAR_ETAGC),
                         c == 0x21 || (c >= 0x23 && c <= 0x7e) || c >= 0x80);
    }
    assert_int_equal(chars_hex('f'), 15);
    assert_int_equal(chars_hex('A'), 10);
    assert_int_equal(chars_hex('g'), -1);
}

/* Every byte counts, where it is and how many there are. */
/* As with 128 bits, so without them. */
static void a_product_in_halves(void **state)
{
    static const struct {
        uint64_t a, b, folded; /* of the product's two halves */
    } rows[] = {
        { 0, 0, 0 },
        { 1, 1, 1 },
        { UINT64_MAX, 1, UINT64_MAX },
        { UINT64_MAX, UINT64_MAX, UINT64_MAX },
        { UINT64_C(1) << 63, 2, 1 },
        { UINT64_C(1) << 32, UINT64_C(1) << 32, 1 },
        { UINT32_MAX, UINT32_MAX, UINT64_C(0xfffffffe00000001) },
        { UINT64_C(0x123456789abcdef0), UINT64_C(0xfedcba9876543210),
          UINT64_C(0x317228f48165bb22) },
    };
    uint64_t a = 1;

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        assert_true(hash_fold(rows[i].a, rows[i].b) == rows[i].folded);
        assert_true(hash_fold_halves(rows[i].a, rows[i].b) == rows[i].folded);
    }
    for (int i = 0; i < 1000; i++) {
        a = a * HASH_KEY + 1;
        assert_true(hash_fold(a, ~a) == hash_fold_halves(a, ~a));
    }
}

/* Every byte counts, and so do its place and the length. */
static void a_hash_tells_spans_apart(void **state)
{
    enum { LENGTHS = 40 };
    char text[LENGTHS] = { 0 };
    const uint64_t seed = UINT64_C(0x5bd1e9955bd1e995);
    uint64_t seen[LENGTHS * LENGTHS];
    size_t n = 0;

    (void)state;
    for (size_t len = 0; len < LENGTHS; len++) {
        seen[n++] = hash_span(seed, span_of(text, len));
        for (size_t i = 0; i < len; i++) {
            text[i] = 'x';
            seen[n++] = hash_span(seed, span_of(text, len));
            text[i] = 0;
        }
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t k = i + 1; k < n; k++)
            assert_true(seen[i] != seen[k]);
    }
    assert_true(hash_span(seed, SPAN("/")) != hash_span(~seed, SPAN("/")));
}

static void sums_tell_blocks_apart(void **state)
{
    static char p[SUM_BLOCK];
    uint64_t seen[1024];
    size_t n = 0;
    (void)state;
    memset(p, 'A', sizeof p);
    uint64_t whole = sum_of(p, sizeof p);
    assert_true(sum_of(p, sizeof p) == whole);
    for (size_t at = 0; at < sizeof p; at += at < 200 ? 1 : 997) {
        for (int bit = 0; bit < 8; bit += 7) {
            p[at] = (char)('A' ^ 1 << bit);
            seen[n++] = sum_of(p, sizeof p);
            assert_true(seen[n - 1] != whole);
        }
        p[at] = 'A';
    }
    for (size_t bytes = 0; bytes < 200; bytes++)
        seen[n++] = sum_of(p, bytes);
    memset(p, 0, sizeof p);
    for (size_t bytes = 1; bytes < 200; bytes++)
        seen[n++] = sum_of(p, bytes);
    assert_true(n <= ROWS(seen));
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < i; k++)
            assert_true(seen[i] != seen[k]);
    }
    /* two lanes, two words, two strides changed for one another */
    for (size_t by = 8; by <= 64; by *= 2) {
        p[0] = 1;
        p[by] = 2;
        uint64_t one = sum_of(p, 256);
        p[0] = 2;
        p[by] = 1;
        assert_true(sum_of(p, 256) != one);
        p[0] = p[by] = 0;
    }
}

static void blocks_of_a_file(void **state)
{
    (void)state;
    assert_int_equal(sum_blocks(0), 0);
    assert_int_equal(sum_blocks(1), 1);
    assert_int_equal(sum_blocks(SUM_BLOCK), 1);
    assert_int_equal(sum_blocks(SUM_BLOCK + 1), 2);
    assert_true(sum_blocks(UINT64_MAX) == UINT64_MAX / SUM_BLOCK + 1);
}

static void tells(const char *text)
{
    fprintf(stderr, "told <%s>\n", text);
}

static void fails_itself(const char *text)
{
    fprintf(stderr, "told <%s>\n", text);
    CHECK(text == NULL);
}

/* What a process says that fails a CHECK, on standard error. */
static const char *last_words(void (*teller)(const char *))
{
    static char said[1024];
    int ends[2], status;
    ssize_t n;
    size_t at = 0;

    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        (void)dup2(ends[1], STDERR_FILENO);
        check_role("worker 7");
        check_teller(teller);
        CHECK(1 == 2);
    }
    close(ends[1]);
    while ((n = read(ends[0], said + at, sizeof said - 1 - at)) > 0)
        at += (size_t)n;
    said[at] = '\0';
    close(ends[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    return said;
}

static void a_failed_check_is_told(void **state)
{
    const char *said;

    (void)state;
    said = last_words(NULL);
    assert_ptr_equal(strstr(said, "etagd worker 7: CHECK failed: 1 == 2 ("),
                     said);
    said = last_words(tells);
    assert_ptr_equal(strstr(said, "told <CHECK failed: 1 == 2 ("), said);
    assert_string_equal(said + strlen(said) - 3, ")>\n");
    said = last_words(fails_itself);
    assert_non_null(
        strstr(said, "\netagd worker 7: CHECK failed: text == NULL ("));
}

/* One byte differs at every place of every length up to 40. */
static void same_texts(void **state)
{
    char a[40], b[sizeof a];

    (void)state;
    memset(a, 'a', sizeof a);
    memset(b, 'a', sizeof b);
    for (size_t n = 0; n <= sizeof a; n++) {
        assert_true(span_same(span_of(a, n), span_of(b, n)));
        if (n > 0)
            assert_false(span_same(span_of(a, n), span_of(b, n - 1)));
        for (size_t at = 0; at < sizeof a; at++) {
            b[at] = 'b';
            assert_true(span_same(span_of(a, n), span_of(b, n)) == (at >= n));
            b[at] = 'a';
        }
    }
    assert_true(span_same(SPAN_NONE, SPAN("")));
}

/* The lowest first, and what is free is told in runs. */
static void places_of_an_array(void **state)
{
    static const size_t sizes[] = { 1, 63, 64, 65, 128, 200 };
    struct slots s;

    (void)state;
    for (size_t k = 0; k < ROWS(sizes); k++) {
        size_t n = sizes[k], end;
        assert_true(slots_init(&s, n));
        assert_int_equal(slots_free_run(&s, 0, &end), 0);
        assert_int_equal(end, n);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(slots_take(&s), i);
        assert_int_equal(slots_free_run(&s, 0, &end), n);
        assert_int_equal(end, n);
        for (size_t i = n; i-- > 0;) {
            slots_leave(&s, i);
            assert_int_equal(slots_free_run(&s, 0, &end), i);
            assert_int_equal(end, n);
        }
        slots_end(&s);
    }
}

static void runs_of_free_places(void **state)
{
    struct slots s;
    size_t end;

    (void)state;
    assert_true(slots_init(&s, 300));
    for (size_t i = 0; i < 300; i++)
        slots_take(&s);
    for (size_t i = 10; i < 140; i++)
        slots_leave(&s, i);
    slots_leave(&s, 299);
    assert_int_equal(slots_free_run(&s, 0, &end), 10);
    assert_int_equal(end, 140);
    assert_int_equal(slots_free_run(&s, 100, &end), 100);
    assert_int_equal(end, 140);
    assert_int_equal(slots_free_run(&s, 140, &end), 299);
    assert_int_equal(end, 300);
    assert_int_equal(slots_take(&s), 10);
    slots_leave(&s, 3);
    assert_int_equal(slots_take(&s), 3);
    assert_int_equal(slots_take(&s), 11);
    slots_end(&s);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_texts),
        cmocka_unit_test(number_rows),
        cmocka_unit_test(hex_rows),
        cmocka_unit_test(buffer_overflow_is_sticky),
        cmocka_unit_test(buffer_writes_numbers),
        cmocka_unit_test(numbers_of_every_length),
        cmocka_unit_test(spans_compare_and_trim),
        cmocka_unit_test(classes_of_bytes),
        cmocka_unit_test(a_product_in_halves),
        cmocka_unit_test(a_hash_tells_spans_apart),
        cmocka_unit_test(sums_tell_blocks_apart),
        cmocka_unit_test(blocks_of_a_file),
        cmocka_unit_test(places_of_an_array),
        cmocka_unit_test(runs_of_free_places),
        cmocka_unit_test(a_failed_check_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
