/* SPDX-License-Identifier: MIT
 *
 * Tests of what tags of coded forms are made from: the same of the same file
 * and encoder on every node, and another one as soon as any of it differs.
 */
#include "config.h"

#include "unit.h"

#include <stdio.h>

#if !defined HAVE_BROTLI || !defined HAVE_ZSTD
int main(void)
{
    puts("skipped: etagd was built without brotli or zstd");
    return 77;
}
#else
#include <stdatomic.h>

#include "prepare/codecs.h"
#include "prepare/compress.h"
#include "prepare/form.h"

/* The versions of the libraries as this program would have them: these stand
 * for their own. */
static const char *zlib_is = ZLIB_VERSION, *zstd_is = ZSTD_VERSION_STRING;
static uint32_t brotli_is = 0x1000009;

static const char *version_of_zlib(void)
{
    return zlib_is;
}

static const char *version_of_zstd(void)
{
    return zstd_is;
}

static uint32_t version_of_brotli(void)
{
    return brotli_is;
}

static int stand_for(void **state)
{
    (void)state;
    assert_true(codecs_can(CODING_GZIP));
    zlib.zlibVersion = version_of_zlib;
    zstd.ZSTD_versionString = version_of_zstd;
    brotlienc.BrotliEncoderVersion = version_of_brotli;
    return 0;
}

static void hex(const uint8_t *digest, char out[2 * DIGEST_BYTES + 1])
{
    for (size_t i = 0; i < DIGEST_BYTES; i++)
        snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

/* Made once with another program: nodes of different releases have to agree. */
static void vectors(void **state)
{
    static const struct {
        const char *row, *encoder, *digest;
        enum coding c;
    } rows[] = {
        { "gzip by zlib", "zlib 1.3.1",
          "1fb6c16e3df305bccbbf389a014ed116ba3bc84892175791b49701af27d0e28f",
          CODING_GZIP },
        { "zstd by zstd", "zstd 1.5.7",
          "9d837736808cba2a1d5f1610f8b10830058f06df622418ad1ee9dfc5107634db",
          CODING_ZSTD },
        { "br by brotli", "brotli 1.1.0",
          "e152ab51348e6117c91055e56bbe125e678c6cc312d74c92890159b4e5119cb2",
          CODING_BR },
        { "br by zlib", "zlib 1.3.1",
          "6cf5a34f32beca3da31834d60853c43511d0573c986238ca1ed252cbd84462eb",
          CODING_BR },
    };
    uint8_t identity[DIGEST_BYTES], out[DIGEST_BYTES];
    char text[2 * DIGEST_BYTES + 1];

    (void)state;
    for (size_t i = 0; i < DIGEST_BYTES; i++)
        identity[i] = (uint8_t)i;
    for (size_t i = 0; i < ROWS(rows); i++) {
        form_digest(out, identity, rows[i].c, rows[i].encoder);
        hex(out, text);
        ROW_CHECK(rows[i].row, strcmp(text, rows[i].digest) == 0);
    }
    identity[31]++;
    form_digest(out, identity, rows[0].c, rows[0].encoder);
    hex(out, text);
    assert_string_not_equal(text, rows[0].digest);
}

static void names(void **state)
{
    static struct form_encoders a, b;

    (void)state;
    form_encoders_find(&a);
    form_encoders_prove(&a);
    form_encoders_find(&b);
    form_encoders_prove(&b);
    assert_memory_equal(&a, &b, sizeof a);
    assert_string_equal(a.name[CODING_IDENTITY][0], "");
    for (int c = CODING_IDENTITY + 1; c < CODING_COUNT; c++) {
        for (int d = CODING_IDENTITY; d < c; d++)
            assert_string_not_equal(a.name[c][0], a.name[d][0]);
    }
    /* brotli is told what it is given, the others do not ask */
    assert_string_equal(a.name[CODING_GZIP][0], a.name[CODING_GZIP][1]);
    assert_string_equal(a.name[CODING_ZSTD][0], a.name[CODING_ZSTD][1]);
    assert_string_not_equal(a.name[CODING_BR][0], a.name[CODING_BR][1]);
    assert_non_null(strstr(a.name[CODING_GZIP][0], "zlib " ZLIB_VERSION " "));
    assert_non_null(
        strstr(a.name[CODING_ZSTD][0], "zstd " ZSTD_VERSION_STRING " "));
    assert_non_null(strstr(a.name[CODING_BR][1], "brotli 1.0.9 quality=11 "));
}

static void another_version_is_another_tag(void **state)
{
    static const uint8_t identity[DIGEST_BYTES];
    static struct form_encoders before, after;
    uint8_t a[DIGEST_BYTES], b[DIGEST_BYTES];

    (void)state;
    form_encoders_find(&before);
    form_encoders_prove(&before);
    zlib_is = "1.9.9";
    zstd_is = "1.9.9";
    brotli_is++;
    form_encoders_find(&after);
    form_encoders_prove(&after);
    for (unsigned c = CODING_IDENTITY + 1; c < CODING_COUNT; c++) {
        for (unsigned text = 0; text < 2; text++) {
            form_digest(a, identity, (enum coding)c, before.name[c][text]);
            form_digest(b, identity, (enum coding)c, after.name[c][text]);
            assert_memory_not_equal(a, b, DIGEST_BYTES);
        }
    }
}

/* What a name promises: nothing else has a say, the room neither. */
static void same_bytes(void **state)
{
    static char text[150000], a[sizeof text], b[sizeof text];
    atomic_bool stop = false;
    uint32_t x = 1;

    (void)state;
    for (size_t i = 0; i < sizeof text; i++) {
        x = x * 1664525 + 1013904223;
        text[i] = "etaoin shrdlu\n<>"[(x >> 24) % 16];
    }
    for (unsigned c = CODING_IDENTITY + 1; c < CODING_COUNT; c++) {
        const struct compress_form form = { (enum coding)c, .text = true };
        struct span in = span_of(text, sizeof text);
        size_t n = compress_bytes(form, in, a, compress_room(in.n), &stop);
        assert_true(n > 0);
        assert_int_equal(compress_bytes(form, in, b, n, &stop), n);
        assert_memory_equal(a, b, n);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors),
        cmocka_unit_test(names),
        cmocka_unit_test(same_bytes),
        cmocka_unit_test(another_version_is_another_tag),
    };

    return cmocka_run_group_tests(tests, stand_for, NULL);
}
#endif
