/* SPDX-License-Identifier: MIT
 *
 * Tests of http/basic (RFC 7617) and base/sip.
 */
#include "unit.h"

#include "base/sip.h"
#include "http/basic.h"

static void credentials(void **state)
{
    static const struct {
        const char *value, *user, *password; /* user NULL: none */
    } rows[] = {
        /* RFC 7617 2 and 2.1 */
        { "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin", "open sesame" },
        { "Basic dGVzdDoxMjPCow==", "test", "123\xc2\xa3" },
        { "basic dGVzdDoxMjPCow==", "test", "123\xc2\xa3" },
        { "BASIC   dGVzdDoxMjPCow==", "test", "123\xc2\xa3" },
        /* the first colon divides; either side may be empty */
        { "Basic YTpiOmM6", "a", "b:c:" },
        { "Basic Og==", "", "" },
        { "Basic YTo=", "a", "" },
        { "Basic OmE=", "", "a" },
        /* no credentials of this scheme */
        { "", NULL, NULL },
        { "Basic", NULL, NULL },
        { "Basic ", NULL, NULL },
        { "Basic\tYTpi", NULL, NULL },
        { "BasicYTpi", NULL, NULL },
        { "Bearer YTpi", NULL, NULL },
        { "Digest username=\"a\"", NULL, NULL },
        { "Basic YWI=", NULL, NULL },      /* no colon */
        { "Basic YTpi, x", NULL, NULL },   /* a list */
        { "Basic YTpi YTpi", NULL, NULL }, /* two */
        { "Basic YTo", NULL, NULL },       /* not padded */
        { "Basic YTpiYQ=", NULL, NULL },
        { "Basic YTo==", NULL, NULL },
        { "Basic Y===", NULL, NULL },
        { "Basic ====", NULL, NULL },
        { "Basic YT=piYTpi", NULL, NULL },
        { "Basic YTp=", NULL, NULL }, /* bits behind the last byte */
        { "Basic YTpj_-==", NULL, NULL },
        { "Basic YQo6Yg==", NULL, NULL }, /* a line feed in the name */
        { "Basic YTpiAA==", NULL, NULL }, /* a NUL in the password */
        { "Basic YTp/", NULL, NULL },     /* DEL in the password */
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char storage[BASIC_BYTES_MAX + 1];
        struct basic b;
        bool good = basic_parse(span_str(rows[i].value), storage, &b);
        ROW_CHECK(rows[i].value, good == (rows[i].user != NULL));
        if (!good)
            continue;
        ROW_CHECK(rows[i].value, span_eq(b.user, span_str(rows[i].user)));
        ROW_CHECK(rows[i].value,
                  span_eq(b.password, span_str(rows[i].password)));
        assert_string_equal(b.password.p, rows[i].password);
    }
}

static size_t with_lengths(size_t user, size_t password, char *value)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char text[2048];
    struct buf b = buf_over(value, 4096);
    size_t n = user + 1 + password;

    memset(text, 'x', sizeof text);
    text[user] = ':';
    BUF_LIT(&b, "Basic ");
    for (size_t i = 0; i < n; i += 3) {
        unsigned left = n - i < 3 ? (unsigned)(n - i) : 3, bits = 0;
        for (unsigned k = 0; k < 3; k++)
            bits = bits << 8 | (k < left ? (unsigned char)text[i + k] : 0);
        for (unsigned k = 0; k < 4; k++)
            buf_char(&b, k > left ? '=' : letters[bits >> (18 - 6 * k) & 63]);
    }
    return b.n;
}

static void lengths(void **state)
{
    static const struct {
        size_t user, password;
        bool good;
    } rows[] = {
        { 255, 511, true }, { 256, 1, false },   { 1, 511, true },
        { 1, 512, false },  { 255, 512, false }, { 900, 900, false },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char value[4096], storage[BASIC_BYTES_MAX + 1];
        struct basic b;
        size_t n = with_lengths(rows[i].user, rows[i].password, value);
        assert_int_equal(basic_parse(span_of(value, n), storage, &b),
                         rows[i].good);
    }
}

static void challenge(void **state)
{
    char text[200];
    struct buf b = buf_over(text, sizeof text - 1);

    (void)state;
    basic_challenge(&b, SPAN("The \"lab\" \\ 1"));
    assert_true(buf_cstr(&b));
    assert_string_equal(text, "WWW-Authenticate: Basic realm=\"The "
                              "\\\"lab\\\" \\\\ 1\", charset=\"UTF-8\"\r\n");
}

/* Computed by another program (openssl mac SIPHASH), with the
 * key of the authors' own vectors. */
static void digests(void **state)
{
    static const uint64_t key[2] = { 0x0706050403020100, 0x0f0e0d0c0b0a0908 };
    static const struct {
        uint64_t first;
        const char *text;
        uint64_t word[2];
    } rows[] = {
        { 0, "", { 0x96f2e6ef68ab93c2, 0x1d8057629da492bd } },
        { 0x0807060504030201, "", { 0xbd5d890beb772a53, 0x52717146eccfe50a } },
        { 0x0807060504030201,
          "alice:secret word",
          { 0xeb6065bb0bc51d77, 0x1519f89d4f49a8bb } },
        { 0x0807060504030201,
          "alice:se",
          { 0xee9a3916c2fdfe1a, 0x22bcd29e4351dc09 } },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct sip want = { { rows[i].word[0], rows[i].word[1] } };
        struct sip s = sip_of(key, rows[i].first, span_str(rows[i].text));
        ROW_CHECK(rows[i].text, sip_eq(&s, &want));
        want.word[i % 2] ^= 1;
        ROW_CHECK(rows[i].text, !sip_eq(&s, &want));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(credentials),
        cmocka_unit_test(lengths),
        cmocka_unit_test(challenge),
        cmocka_unit_test(digests),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
