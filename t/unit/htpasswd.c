/* SPDX-License-Identifier: MIT
 *
 * Tests of conf/htpasswd: which hashes are taken, and why others are not.
 */
#include "unit.h"

#include "conf/htpasswd.h"

#define B53 "zxfvtsa66zpA/JQmxRX0G.tbRW3g7zGB/2sOUQ2yZYtFQEkMVEyoy"
#define H43 "PSRUJq7xfVnJrFqrx3vfYO2lDtxORcIbSmZhvTKvVA7"
#define H86                                      \
    "10KfRoWV9Hhoog1bwyF3fTW5dWM0SmeI.MfrdThQ8x" \
    "J9j.T0ReVAiYOW5Px4Af8B5nhrG6sR57shCtygiIsAB0"

static void hashes(void **state)
{
    static const struct {
        const char *hash, *what; /* a part of why; NULL: good */
    } rows[] = {
        { "$2y$10$" B53, NULL },
        { "$2b$04$" B53, NULL },
        { "$2a$15$" B53, NULL },
        { "$2y$16$" B53, "costs seconds" },
        { "$2y$31$" B53, "costs seconds" },
        { "$2y$03$" B53, "not a whole bcrypt" },
        { "$2y$1$" B53, "not a whole bcrypt" },
        { "$2y$1x$" B53, "not a whole bcrypt" },
        { "$2y$10$" B53 "x", "not a whole bcrypt" },
        { "$2y$10$", "not a whole bcrypt" },
        { "$2y$10$" B53 ":x", "not a whole bcrypt" },
        { "$2y$", "not a whole bcrypt" },
        { "$2x$10$" B53, "library with a fault" },
        { "$5$Xaxa9TkeLQ.6ta9L$" H43, NULL },
        { "$6$Yhzh7PaUZVrCTCdS$" H86, NULL },
        { "$6$rounds=1000000$Yhzh7PaU$" H86, NULL },
        { "$6$rounds=1000001$Yhzh7PaU$" H86, "costs seconds" },
        { "$6$rounds=x$Yhzh7PaU$" H86, "not a whole SHA" },
        { "$6$$" H86, "not a whole SHA" },
        { "$6$Yhzh7PaUZVrCTCdSx$" H86, "not a whole SHA" },
        { "$6$Yhzh7PaU$" H43, "not a whole SHA" },
        { "$5$Yhzh7PaU$" H86, "not a whole SHA" },
        { "$5$Yhzh7PaU", "not a whole SHA" },
        { "$5$", "not a whole SHA" },
        { "$y$j9T$abcdefghijklmnopqrstu/$" H43, NULL },
        { "$y$j75$abcdefghijklmnopqrstu/$" H43, NULL },
        { "$y$jBT$abcdefghijklmnopqrstu/$" H43, NULL }, /* 64 MiB */
        { "$y$jCT$abcdefghijklmnopqrstu/$" H43, "64 MiB" },
        { "$y$jKj$abcdefghijklmnopqrstu/$" H43, "64 MiB" },
        { "$y$jzT$abcdefghijklmnopqrstu/$" H43, "not known here" },
        { "$y$j9T5$abcdefghijklmnopqrstu/$" H43, "not known here" },
        { "$y$k9T$abcdefghijklmnopqrstu/$" H43, "not known here" },
        { "$y$j9T$" H43, "not a whole yescrypt" },
        { "$y$j9T$$" H43, "not a whole yescrypt" },
        { "$y$", "not a whole yescrypt" },
        { "$7$CU..../....abc$" H43, "not known here" },
        { "$apr1$abcdefgh$abcdefghijklmnopqrstuv", "MD5 (apr1)" },
        { "$1$abcdefgh$abcdefghijklmnopqrstuv", "MD5" },
        { "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=", "SHA-1" },
        { "{SSHA}5en6G6MezRroT3XKqkdPOmY/BfQ=", "SHA-1" },
        { "rqXexS6ZhobKA", "DES" },
        { "*0", "locked" },
        { "!", "locked" },
        { "secret", "in clear" },
        { "", "no hash" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        const char *what = htpasswd_hash_fault(span_str(rows[i].hash));
        ROW_CHECK(rows[i].hash, !what == !rows[i].what);
        ROW_CHECK(rows[i].hash, !what || strstr(what, rows[i].what));
    }
    assert_in_range(htpasswd_memory(SPAN("$y$j9T$a/$" H43)), 16u << 20,
                    (16u << 20) + 100000);
    assert_in_range(htpasswd_memory(SPAN("$2y$10$" B53)), 1, 100000);
}

static void names(void **state)
{
    char long_name[256];

    (void)state;
    memset(long_name, 'x', sizeof long_name);
    assert_null(htpasswd_user_fault(SPAN("alice")));
    assert_null(htpasswd_user_fault(SPAN("Alice B\xc3\xa4r")));
    assert_null(htpasswd_user_fault(span_of(long_name, 255)));
    assert_non_null(htpasswd_user_fault(span_of(long_name, 256)));
    assert_non_null(htpasswd_user_fault(SPAN("")));
    assert_non_null(htpasswd_user_fault(SPAN("a:b")));
    assert_non_null(htpasswd_user_fault(SPAN("a\tb")));
    assert_non_null(htpasswd_user_fault(SPAN("a\x7f")));
    assert_non_null(htpasswd_user_fault(SPAN("a\xe4")));
}

static void lines(void **state)
{
    static const char text[] = "# people\n"
                               "\n"
                               "alice:$2y$10$" B53 "\r\n"
                               "bob\n"
                               "  \n"
                               "carol:$1$a$b:more\n"
                               "dave:$5$Xaxa9TkeLQ.6ta9L$" H43;
    static const enum htpasswd_kind kinds[] = {
        HTPASSWD_NOTE, HTPASSWD_NOTE,  HTPASSWD_USER, HTPASSWD_FAULT,
        HTPASSWD_NOTE, HTPASSWD_FAULT, HTPASSWD_USER, HTPASSWD_END,
    };
    struct htpasswd h = { .rest = SPAN("") };
    struct htpasswd_line line;
    size_t bytes = 0;

    (void)state;
    h.rest = span_str(text);
    for (size_t i = 0; i < ROWS(kinds); i++) {
        assert_int_equal(htpasswd_next(&h, &line), kinds[i]);
        if (kinds[i] == HTPASSWD_END)
            break;
        assert_int_equal(h.number, i + 1);
        bytes += line.whole.n;
        if (i == 2) {
            assert_true(span_eq(line.user, SPAN("alice")));
            assert_true(span_eq(line.hash, SPAN("$2y$10$" B53)));
        }
    }
    assert_int_equal(bytes, strlen(text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes),
        cmocka_unit_test(names),
        cmocka_unit_test(lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
