/* SPDX-License-Identifier: MIT
 *
 * wording: each text is there in each language, and fits a page.
 */
#include "http/wording.h"

#include "http/page.h"
#include "http/status.h"
#include "unit.h"

/* A byte of a letter of neither English nor markup. */
static bool chinese(const char *text)
{
    for (; *text; text++) {
        if ((unsigned char)*text >= 0xe3 && (unsigned char)*text <= 0xe9)
            return true;
    }
    return false;
}

static void check(struct wording w, const char *what)
{
    ROW_CHECK(what, w.in[LANGUAGE_EN] && *w.in[LANGUAGE_EN]);
    ROW_CHECK(what, w.in[LANGUAGE_ZH] && chinese(w.in[LANGUAGE_ZH]));
    ROW_CHECK(what, !chinese(w.in[LANGUAGE_EN]));
    for (unsigned l = 0; l < LANGUAGE_COUNT; l++) {
        char storage[PAGE_BYTES_MAX];
        struct buf b = buf_over(storage, sizeof storage);

        page_error(&b, (enum language)l, 500, w);
        ROW_CHECK(what, !b.overflow);
    }
}

static void words(void **state)
{
    (void)state;
    for (unsigned i = 0; i < WORD_COUNT; i++) {
        struct wording w = wording((enum word)i);
        if (i != WORD_NOTHING)
            check(w, w.in[LANGUAGE_EN]);
        /* a number has its place in all of them, or in none */
        assert_int_equal(strstr(w.in[LANGUAGE_EN], "%1") != NULL,
                         strstr(w.in[LANGUAGE_ZH], "%1") != NULL);
    }
}

static void faults(void **state)
{
    (void)state;
    for (int f = 0; f < FAULT_COUNT; f++) {
        struct wording w = wording_fault((enum fault)f);
        if (f == FAULT_NONE || f == FAULT_MORE)
            assert_true(!*w.in[LANGUAGE_EN] && !*w.in[LANGUAGE_ZH]);
        else
            check(w, fault_row((enum fault)f)->word);
    }
}

static void statuses(void **state)
{
    struct wording unknown = wording_status(599);
    unsigned n = 0;

    (void)state;
    assert_string_equal(unknown.in[LANGUAGE_EN], status_reason(599));
    for (int code = 100; code < 600; code++) {
        struct wording w = wording_status(code);
        if (strcmp(status_reason(code), status_reason(599)) == 0)
            continue;
        check(w, status_reason(code));
        assert_string_not_equal(w.in[LANGUAGE_ZH], unknown.in[LANGUAGE_ZH]);
        n++;
    }
    assert_true(n > 40);
}

static void refusals(void **state)
{
    (void)state;
    check(wording_refused(REASON_NOT_FOUND), "not found");
    assert_string_equal(wording_refused(REASON_WHOLE).in[LANGUAGE_EN], "");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(words),
        cmocka_unit_test(faults),
        cmocka_unit_test(statuses),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
