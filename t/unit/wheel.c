/* SPDX-License-Identifier: MIT
 *
 * Tests of src/serve/wheel: deadlines that come, move away and come nearer.
 */
#include "unit.h"

#include "serve/wheel.h"

static void expires_in_its_time(void **state)
{
    struct wheel w;
    struct wheel_item a = { .due_ms = 0 }, b = { .due_ms = 0 };
    (void)state;
    list_init(&a.node);
    list_init(&b.node);
    wheel_init(&w, 1000);
    assert_int_equal(wheel_wait_ms(&w, 1000), -1);
    wheel_set(&w, &a, 1500);
    wheel_set(&w, &b, 60000);
    assert_null(wheel_expired(&w, 1499));
    int ms = wheel_wait_ms(&w, 1499);
    assert_in_range(ms, 1, 2 * WHEEL_TICK_MS);
    assert_ptr_equal(wheel_expired(&w, 1499 + (uint64_t)ms), &a);
    assert_null(wheel_expired(&w, 1499 + (uint64_t)ms));
    assert_null(wheel_expired(&w, 59999));
    assert_ptr_equal(wheel_expired(&w, 60064), &b);
    assert_null(wheel_expired(&w, 60064));
    assert_int_equal(wheel_wait_ms(&w, 60064), -1);
}

static void moves_away_without_a_touch(void **state)
{
    struct wheel w;
    struct wheel_item a = { .due_ms = 0 };
    (void)state;
    list_init(&a.node);
    wheel_init(&w, 0);
    wheel_set(&w, &a, 1000);
    for (uint64_t now = 0; now < 200000; now += 100) {
        wheel_set(&w, &a, now + 1000);
        assert_null(wheel_expired(&w, now));
        assert_true(wheel_wait_ms(&w, now) >= 0);
    }
    assert_ptr_equal(wheel_expired(&w, 201000 + 64), &a);
}

static void comes_nearer(void **state)
{
    struct wheel w;
    struct wheel_item a = { .due_ms = 0 };
    (void)state;
    list_init(&a.node);
    wheel_init(&w, 0);
    wheel_set(&w, &a, 65000);
    wheel_set(&w, &a, 2000);
    assert_in_range(wheel_wait_ms(&w, 0), 2000, 2000 + 2 * WHEEL_TICK_MS);
    assert_ptr_equal(wheel_expired(&w, 2064), &a);
    wheel_set(&w, &a, 5000);
    wheel_cancel(&a);
    assert_null(wheel_expired(&w, 100000));
}

/* A model: every item expires at the first look at or after its deadline plus
 * two ticks, and never before it. */
static void agrees_with_a_model(void **state)
{
    enum { N = 300 };
    static struct wheel w;
    static struct wheel_item item[N];
    uint64_t now = 5000, seed = 7;
    (void)state;
    memset(item, 0, sizeof item);
    for (int i = 0; i < N; i++)
        list_init(&item[i].node);
    wheel_init(&w, now);
    for (int step = 0; step < 20000; step++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        size_t i = (size_t)(seed >> 33) % N;
        if ((seed >> 20) % 5 == 0)
            wheel_cancel(&item[i]);
        else
            wheel_set(&w, &item[i], now + (seed >> 40) % 90000);
        now += (seed >> 50) % 40;
        for (struct wheel_item *e; (e = wheel_expired(&w, now));)
            assert_int_equal(e->hung_ms, 0);
        for (int k = 0; k < N; k++) {
            if (item[k].hung_ms)
                assert_true(item[k].due_ms + 2 * WHEEL_TICK_MS > now);
        }
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(expires_in_its_time),
        cmocka_unit_test(moves_away_without_a_touch),
        cmocka_unit_test(comes_nearer),
        cmocka_unit_test(agrees_with_a_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
