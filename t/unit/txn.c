/* SPDX-License-Identifier: MIT
 *
 * Tests of serve/txn: the pool, and when it gives memory back.
 */
#include "unit.h"

#include <string.h>
#include <sys/mman.h>

#include "serve/txn.h"

#define N 100

static size_t resident(const struct txn_pool *pool)
{
    static unsigned char page[N * 64];
    size_t n = 0, pages = pool->bytes / 4096;

    assert_true(pages <= sizeof page);
    assert_int_equal(mincore(pool->memory, pool->bytes, page), 0);
    for (size_t i = 0; i < pages; i++)
        n += page[i] & 1;
    return n;
}

/* Borrows so many, uses all their memory, and gives them back. */
static void use(struct txn_pool *pool, size_t n)
{
    struct txn *t[N];

    for (size_t i = 0; i < n; i++) {
        t[i] = txn_borrow(pool);
        assert_non_null(t[i]);
        for (size_t j = 0; j < i; j++)
            assert_ptr_not_equal(t[j], t[i]);
        t[i]->out_bytes[TXN_OUT_BYTES / 2] = 'x';
    }
    if (n == N)
        assert_null(txn_borrow(pool));
    for (size_t i = 0; i < n; i++)
        txn_return(pool, t[i]);
}

static void memory_follows_use(void **state)
{
    struct txn_pool pool;

    (void)state;
    assert_true(txn_pool_init(&pool, N, 1000));
    assert_int_equal(resident(&pool), 0);
    use(&pool, N);
    size_t all = resident(&pool);
    assert_true(all >= N);
    txn_pool_rest(&pool); /* in use since the last time */
    assert_int_equal(resident(&pool), all);
    use(&pool, N / 2);
    txn_pool_rest(&pool); /* half of it was not */
    assert_true(resident(&pool) <= all / 2 + all / 10);
    assert_true(resident(&pool) >= all / 2 - all / 10);
    use(&pool, 1);
    txn_pool_rest(&pool);
    size_t few = resident(&pool);
    assert_true(few > 0 && few <= all / 5); /* a handful is kept warm */
    for (int i = 0; i < 3; i++)
        txn_pool_rest(&pool);
    assert_int_equal(resident(&pool), few);
    use(&pool, N);
    assert_int_equal(resident(&pool), all);
    txn_pool_free(&pool);
}

/* Whoever is held while others come and go keeps its memory. */
static void what_is_held_is_kept(void **state)
{
    struct txn_pool pool;

    (void)state;
    assert_true(txn_pool_init(&pool, N, 1000));
    use(&pool, N);
    struct txn *held = txn_borrow(&pool);
    memcpy(held->in, "held", sizeof "held");
    use(&pool, N - 1);
    for (int i = 0; i < 3; i++) {
        txn_pool_rest(&pool);
        assert_string_equal(held->in, "held");
        use(&pool, 3);
    }
    txn_return(&pool, held);
    txn_pool_free(&pool);
}

/* Fewer than are kept warm. */
static void small(void **state)
{
    struct txn_pool pool;

    (void)state;
    assert_true(txn_pool_init(&pool, 3, 100));
    for (int i = 0; i < 3; i++) {
        use(&pool, 3);
        txn_pool_rest(&pool);
    }
    txn_pool_free(&pool);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_follows_use),
        cmocka_unit_test(what_is_held_is_kept),
        cmocka_unit_test(small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
