/* SPDX-License-Identifier: MIT
 *
 * Tests of src/master/respawn: kills are mended at once, a crash loop is slowed
 * down.
 */
#include "unit.h"

#include "master/respawn.h"

#define S UINT64_C(1000000)

/* Ends after `life_us` each time; the waits of n deaths. */
static void deaths(uint64_t life_us, unsigned n, uint32_t *waits)
{
    struct respawn r = { 0 };
    uint64_t now = 7 * S;

    for (unsigned i = 0; i < n; i++) {
        uint64_t started = now;
        now += life_us;
        waits[i] = respawn_after(&r, started, now);
        now += waits[i] * 1000ull;
    }
}

static void one_that_lives_is_replaced_at_once(void **state)
{
    static const uint64_t lives[] = { RESPAWN_LIFE_US, S, 60 * S, 86400 * S };
    uint32_t waits[100];

    (void)state;
    for (size_t i = 0; i < sizeof lives / sizeof *lives; i++) {
        deaths(lives[i], 100, waits);
        for (unsigned k = 0; k < 100; k++)
            assert_int_equal(waits[k], 0);
    }
}

static void one_that_dies_at_once_waits(void **state)
{
    static const uint32_t expected[] = { 0,   0,   0,    0,    100,  200,
                                         400, 800, 1600, 3200, 5000, 5000 };
    uint32_t waits[64];

    (void)state;
    deaths(1000, 64, waits);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_int_equal(waits[i], expected[i]);
    assert_int_equal(waits[63], RESPAWN_MOST_MS);
}

static void life_makes_up_for_deaths(void **state)
{
    struct respawn r = { 0 };

    (void)state;
    for (unsigned i = 0; i < 40; i++)
        (void)respawn_after(&r, S, S + 1);
    assert_int_equal(respawn_after(&r, S, S + 1), RESPAWN_MOST_MS);
    /* it has worked for a minute: all is forgotten */
    assert_int_equal(respawn_after(&r, S, 61 * S), 0);
    assert_int_equal(r.quick, 1);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_lives_is_replaced_at_once),
        cmocka_unit_test(one_that_dies_at_once_waits),
        cmocka_unit_test(life_makes_up_for_deaths),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
