/* SPDX-License-Identifier: MIT
 *
 * Tests of unpack: what an encoder made of a file is the file's, and nothing
 * else is: not that of another one, not cut, not changed, not followed by more.
 */
#include "unit.h"

#include <stdatomic.h>

#include "prepare/compress.h"
#include "prepare/unpack.h"

#define PLAIN_BYTES 200000

static char plain[PLAIN_BYTES], coded[PLAIN_BYTES];

static size_t fill(enum coding c, size_t n)
{
    atomic_bool stop = false;
    uint32_t x = 1;

    for (size_t i = 0; i < n; i++) {
        x = x * 1664525 + 1013904223;
        plain[i] = "etaoin shrdlu\n<>"[(x >> 24) % 16];
    }
    size_t made =
        compress_bytes((struct compress_form){ c, .text = true },
                       span_of(plain, n), coded, sizeof coded - 16, &stop);
    assert_true(made > 0);
    return made;
}

static bool same(enum coding c, size_t n, size_t plain_n)
{
    /* exact copies, so that an over-read is one for the sanitizer */
    char *a = test_malloc(n ? n : 1), *b = test_malloc(plain_n ? plain_n : 1);

    memcpy(a, coded, n);
    memcpy(b, plain, plain_n);
    bool yes = unpack_same(c, span_of(a, n), span_of(b, plain_n));
    test_free(a);
    test_free(b);
    return yes;
}

static void what_was_packed(void **state)
{
    static const size_t sizes[] = { 0, 1, 1000, 65536, PLAIN_BYTES };

    (void)state;
    for (unsigned c = CODING_IDENTITY + 1; c < CODING_COUNT; c++) {
        if (!compress_can((enum coding)c))
            continue; /* etagd was built without it */
        for (size_t i = 0; i < ROWS(sizes); i++) {
            size_t n = fill((enum coding)c, sizes[i]);
            assert_true(same((enum coding)c, n, sizes[i]));
        }
    }
}

static void nothing_else(void **state)
{
    const size_t size = 70000;

    (void)state;
    for (unsigned k = CODING_IDENTITY + 1; k < CODING_COUNT; k++) {
        if (!compress_can((enum coding)k))
            continue; /* etagd was built without it */
        enum coding c = (enum coding)k;
        size_t n = fill(c, size);
        assert_false(same(c, n, size - 1)); /* the file was longer */
        assert_false(same(c, n, size + 1)); /* or shorter */
        assert_false(same(c, 0, size));
        assert_false(same(c, n, 0));
        for (size_t cut = 1; cut < 40; cut++)
            assert_false(same(c, n - cut, size));
        for (unsigned d = CODING_IDENTITY + 1; d < CODING_COUNT; d++)
            assert_true(!compress_can((enum coding)d) ||
                        same((enum coding)d, n, size) == (d == k));
        plain[size - 1] ^= 1; /* another file of that length */
        assert_false(same(c, n, size));
        plain[size - 1] ^= 1;
        plain[100] ^= 1;
        assert_false(same(c, n, size));
        plain[100] ^= 1;
        memset(coded + n, 0, 16); /* more behind it */
        for (size_t more = 1; more < 16; more++)
            assert_false(same(c, n + more, size));
        assert_true(same(c, n, size));
    }
}

/* Whatever bytes there are: an answer, and no crash. */
static void any_bytes(void **state)
{
    uint32_t x = 7;

    (void)state;
    for (unsigned c = CODING_IDENTITY + 1; c < CODING_COUNT; c++) {
        if (!compress_can((enum coding)c))
            continue; /* etagd was built without it */
        size_t n = fill((enum coding)c, 3000);
        for (size_t i = 0; i < n; i++) {
            char was = coded[i];
            x = x * 1664525 + 1013904223;
            coded[i] = (char)(x >> 24);
            (void)same((enum coding)c, n, 3000);
            coded[i] = was;
        }
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_packed),
        cmocka_unit_test(nothing_else),
        cmocka_unit_test(any_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
