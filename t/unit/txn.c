/* SPDX-License-Identifier: MIT
 *
 * Tests of answer/txn: the pool, when it gives memory back, and that records
 * own their texts.
 */
#include "unit.h"

#include <string.h>
#include <sys/mman.h>

#include "answer/txn.h"

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
    txn_input_add(held, span_of("held", sizeof "held"));
    use(&pool, N - 1);
    for (int i = 0; i < 3; i++) {
        txn_pool_rest(&pool);
        assert_string_equal(txn_input(held).p, "held");
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

static struct record *open_record(struct txn *t, struct span target)
{
    struct record *r = &t->record[t->record_n++];

    *r = (struct record){ .line.target = target };
    txn_record_texts(t, target.n);
    return r;
}

/* What a record says is its own: no move of the input changes it. */
static void texts_outlive_input(void **state)
{
    struct txn_pool pool;

    (void)state;
    assert_true(txn_pool_init(&pool, 1, 1000));
    struct txn *t = txn_borrow(&pool);
    txn_input_add(t, SPAN("/one /second /third"));
    struct span in = txn_input(t);
    struct record *one = open_record(t, span_to(in, 4));
    struct record *two = open_record(t, span_of(in.p + 5, 7));
    txn_input_keep(t, span_from(in, 13), SPAN(""));
    txn_input_add(t, SPAN(" and more"));
    assert_true(span_eq(txn_input(t), SPAN("/third and more")));
    assert_true(span_eq(one->line.target, SPAN("/one")));
    assert_true(span_eq(two->line.target, SPAN("/second")));
    txn_input_keep(t, SPAN(""), SPAN(""));
    assert_int_equal(txn_input(t).n, 0);
    assert_true(span_eq(two->line.target, SPAN("/second")));
    t->record_at = t->record_n;
    txn_reset_out(t);
    txn_return(&pool, t);
    txn_pool_free(&pool);
}

/* As many requests are queued as there is room for copies of their texts. */
static void room_for_texts(void **state)
{
    static char longest[LOGLINE_TARGET_MAX + 100];
    struct txn_pool pool;
    unsigned n = 0;

    (void)state;
    memset(longest, 'x', sizeof longest);
    assert_true(txn_pool_init(&pool, 1, 1000));
    struct txn *t = txn_borrow(&pool);
    for (; txn_room(t, 1000); n++)
        open_record(t, span_of(longest, sizeof longest));
    assert_true(n > 10 && n < TXN_RECORDS_MAX);
    txn_keep_texts(t);
    for (unsigned i = 0; i < n; i++)
        assert_int_equal(t->record[i].line.target.n, LOGLINE_TARGET_MAX);
    t->record_at = t->record_n;
    txn_reset_out(t);
    txn_return(&pool, t);
    txn_pool_free(&pool);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_follows_use),
        cmocka_unit_test(what_is_held_is_kept),
        cmocka_unit_test(small),
        cmocka_unit_test(texts_outlive_input),
        cmocka_unit_test(room_for_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
