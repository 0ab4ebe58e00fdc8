/* SPDX-License-Identifier: MIT
 *
 * Tests of share/issued: which tags were handed out for which bytes.
 */
#include "unit.h"

#include <stdio.h>

#include "http/cond.h"
#include "share/issued.h"

static uint64_t key_of(const struct issued *p, const char *path)
{
    return issued_key(p, 0, span_str(path), CODING_IDENTITY, false);
}

static void tags_and_dates(void **state)
{
    struct issued *p = issued_new();
    uint64_t k = key_of(p, "/a"), other = key_of(p, "/b");
    struct issued_version one = { 7, 101, 1000 }, two = { 7, 201, 1000 },
                          three = { 8, 301, 2000 };

    (void)state;
    issued_note(p, k, &one);
    assert_false(issued_others(p, k, 101));
    assert_true(issued_others(p, k, 201));
    issued_note(p, k, &two);
    assert_true(issued_tag_of_others(p, k, 7, 201));
    assert_true(issued_tag_of_others(p, k, 7, 101));
    assert_false(issued_tag_of_others(p, k, 8, 201));
    assert_false(issued_tag_of_others(p, other, 7, 201));
    issued_note(p, k, &three);
    assert_true(issued_date_of_others(p, k, 1000, 301));
    assert_false(issued_date_of_others(p, k, 2000, 301));
    issued_free(p);
}

static void debts(void **state)
{
    struct issued *p = issued_new();
    uint64_t k = key_of(p, "/a");
    struct issued_version one = { 1, 101, COND_NO_DATE },
                          two = { 2, 201, COND_NO_DATE };

    (void)state;
    issued_note(p, k, &one);
    issued_grant(p, k, 101, 5000);
    issued_grant(p, k, 101, 4000); /* an earlier one changes nothing */
    assert_true(issued_debt(p, k, 101) == ISSUED_NEVER);
    issued_note(p, k, &two);
    assert_true(issued_debt(p, k, 201) == 5000);
    assert_true(issued_debt_of(p, 0, SPAN("/a")) == 5000);
    assert_true(issued_debt_of(p, 0, SPAN("/b")) == ISSUED_NEVER);
    assert_true(issued_debt_news(p, k, 201) == 5000);
    assert_true(issued_debt_news(p, k, 201) == ISSUED_NEVER);
    issued_grant(p, k, 101, 6000);
    assert_true(issued_debt_news(p, k, 201) == 6000);
    issued_free(p);
}

/* The oldest gives way, the newest stay, and nothing grows. */
static void bounded(void **state)
{
    struct issued *p = issued_new();
    uint64_t k = key_of(p, "/a");

    (void)state;
    for (uint64_t i = 1; i <= 100; i++) {
        struct issued_version v = { i, 1000 + i, COND_NO_DATE };
        issued_note(p, k, &v);
    }
    assert_true(issued_tag_of_others(p, k, 100, 1));
    assert_true(issued_tag_of_others(p, k, 93, 1));
    assert_false(issued_tag_of_others(p, k, 92, 1));
    for (uint64_t i = 0; i < 100000; i++) {
        struct issued_version v = { i + 2, i + 2, COND_NO_DATE };
        issued_note(p, i * 0x9e3779b97f4a7c15ull, &v);
    }
    issued_free(p);
}

/* It is written all over within one load and stays: 2 MiB, once. */
static void small(void **state)
{
    (void)state;
    assert_true(issued_bytes() < (1u << 20) + 4096);
}

/* Versions that differ little, and paths, are told apart by what a row has. */
static void told_apart(void **state)
{
    struct issued *p = issued_new();
    char path[32];

    (void)state;
    for (unsigned i = 0; i < 20000; i++) {
        snprintf(path, sizeof path, "/%u", i);
        uint64_t k = key_of(p, path), was = i * 2 + 1, is = was + 2;
        struct issued_version one = { i + 1, was, i },
                              two = { i + 2, is, i + 1 };
        assert_false(issued_others(p, k, is));
        issued_note(p, k, &one);
        issued_note(p, k, &one);
        assert_false(issued_others(p, k, was));
        issued_note(p, k, &two);
        assert_true(issued_others(p, k, was));
        assert_true(issued_date_of_others(p, k, i, is));
        assert_false(issued_date_of_others(p, k, i + 1, is));
        assert_true(issued_tag_of_others(p, k, i + 1, is));
        assert_false(issued_tag_of_others(p, k, i + 2, is));
    }
    issued_free(p);
}

/* An instant beyond what a row can have is a very late one. */
static void late(void **state)
{
    struct issued *p = issued_new();
    uint64_t k = key_of(p, "/a");
    struct issued_version one = { 1, 101, COND_NO_DATE };

    (void)state;
    issued_note(p, k, &one);
    issued_grant(p, k, 101, INT64_MAX);
    assert_true(issued_debt(p, k, 201) == UINT32_MAX);
    assert_true(issued_debt_of(p, 0, SPAN("/a")) == ISSUED_NEVER);
    issued_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tags_and_dates), cmocka_unit_test(debts),
        cmocka_unit_test(bounded),        cmocka_unit_test(small),
        cmocka_unit_test(told_apart),     cmocka_unit_test(late),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
