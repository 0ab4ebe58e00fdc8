/* SPDX-License-Identifier: MIT
 *
 * Tests of src/os/heap: what is given back of an array, and what is kept.
 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/slots.h"
#include "os/heap.h"

#define N 20000u
#define EACH 100u

static unsigned char *array;
static struct slots slots;

static void take(size_t n)
{
    for (size_t i = 0; i < n; i++)
        memset(array + slots_take(&slots) * EACH, 'x', EACH);
}

static void leave(size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        slots_leave(&slots, i);
}

static bool is(size_t at, unsigned char c)
{
    for (size_t i = 0; i < EACH; i++) {
        if (array[at * EACH + i] != c)
            return false;
    }
    return true;
}

/* Far from its ends a run is given back, and comes back as zeroes; of what is
 * taken nothing changes. */
static void free_places_are_given_back(void **state)
{
    (void)state;
    array = calloc(N, EACH);
    assert_non_null(array);
    assert_true(slots_init(&slots, N));
    take(N);
    leave(5000, 10000);
    leave(11000, N - 1); /* the last one stays */
    heap_places(&slots, array, EACH);
    for (size_t i = 0; i < N; i++) {
        bool taken = i < 5000 || (i >= 10000 && i < 11000) || i == N - 1;
        bool far = (i > 5050 && i < 9950) || (i > 11050 && i < N - 50);
        if (taken)
            assert_true(is(i, 'x'));
        if (far)
            assert_true(is(i, 0));
    }
    /* again: nothing is left to do, nor when a few have come and gone */
    heap_places(&slots, array, EACH);
    take(100);
    leave(5000, 5100);
    heap_places(&slots, array, EACH);
    assert_true(is(5050, 'x'));
    slots_end(&slots);
    free(array);
}

/* Few are kept for the next ones. */
static void few_places_are_kept(void **state)
{
    (void)state;
    array = calloc(N, EACH);
    assert_non_null(array);
    assert_true(slots_init(&slots, N));
    take(2000);
    leave(0, 2000);
    heap_places(&slots, array, EACH);
    assert_true(is(0, 'x') && is(500, 'x'));
    assert_true(is(1500, 0));
    slots_end(&slots);
    free(array);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(free_places_are_given_back),
        cmocka_unit_test(few_places_are_kept),
    };
    heap_begin(); /* arrays have mappings of their own */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
