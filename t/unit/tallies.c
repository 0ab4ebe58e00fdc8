/* SPDX-License-Identifier: MIT
 *
 * Tests of share/tallies: no sum falls back, whoever counts.
 */
#include "checked.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/shm.h"
#include "share/tallies.h"

static uint64_t requests_of(struct tallies *t, uint32_t worker)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < TALLIES_SLOTS; i++) {
        if (atomic_load(&t->slot[i].worker) == worker)
            sum += counters_get(&t->slot[i].requests);
    }
    return sum;
}

static void a_slot_goes_on_counting(void **state)
{
    int fd;
    struct tallies *t = tallies_new(&fd);
    struct counters a = { 0 }, b = { 0 }, c = { 0 };

    (void)state;
    assert_non_null(t);
    assert_true(tallies_claim(t, 2, &a));
    counters_add(&a.slot[0]->requests, 5);
    assert_true(tallies_claim(t, 2, &b)); /* beside it */
    assert_ptr_not_equal(a.slot[0], b.slot[0]);
    counters_add(&b.slot[0]->requests, 3);
    assert_int_equal(requests_of(t, 1), 8);
    assert_int_equal(requests_of(t, 2), 0);

    struct counters_slot *first = a.slot[0];
    counters_add(&first->accepted, 4);
    counters_add(&first->closed, 3);
    tallies_leave(&a, 2);
    assert_true(tallies_claim(t, 1, &c));
    assert_ptr_equal(c.slot[0], first);
    assert_int_equal(counters_get(&first->requests), 5);
    /* nothing of it is open */
    assert_int_equal(counters_get(&first->closed), 4);

    struct tally before = tally_of(first);
    counters_add(&first->requests, 2);
    counters_add(&first->bytes, 9);
    struct tally own = tally_since(first, &before);
    assert_int_equal(own.requests, 2);
    assert_int_equal(own.bytes, 9);
    assert_int_equal(own.accepted, 0);
    assert_int_equal(requests_of(t, 1), 10);
    tallies_free(t);
    close(fd);
}

static void another_program_goes_on(void **state)
{
    int fd, other;
    struct tallies *t = tallies_new(&fd);
    struct counters a = { 0 }, b = { 0 };

    (void)state;
    assert_true(tallies_claim(t, 1, &a));
    counters_add(&a.slot[0]->requests, 7);
    struct tallies *same = tallies_adopt(fd);
    assert_non_null(same);
    assert_true(tallies_claim(same, 1, &b));
    counters_add(&b.slot[0]->requests, 1);
    counters_add(&a.slot[0]->requests, 1); /* what it finishes counts, too */
    assert_int_equal(requests_of(t, 1), 9);
    assert_int_equal(requests_of(same, 1), 9);

    same->layout++;
    assert_null(tallies_adopt(fd));
    assert_null(tallies_adopt(-1));
    assert_null(tallies_adopt(0)); /* something else */
    void *short_one = shm_file(4096, &other);
    assert_null(tallies_adopt(other));
    shm_free(short_one, 4096);
    close(other);
    tallies_free(same);
    tallies_free(t);
    close(fd);
}

/* Of a master that was killed nobody gives anything back. */
static void the_dead_hold_nothing(void **state)
{
    int fd;
    struct tallies *t = tallies_new(&fd);
    struct counters a = { 0 }, b = { 0 };

    (void)state;
    pid_t pid = fork();
    if (pid == 0) {
        bool good = tallies_claim(t, 1, &a);
        counters_add(&a.slot[0]->requests, 11);
        _exit(good ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_true(tallies_claim(t, 1, &b));
    assert_int_equal(counters_get(&b.slot[0]->requests), 11);
    tallies_free(t);
    close(fd);
}

static void there_is_an_end(void **state)
{
    int fd;
    struct tallies *t = tallies_new(&fd);
    static struct counters c[TALLIES_SLOTS / COUNTERS_WORKERS_MAX + 1];
    unsigned n = TALLIES_SLOTS / COUNTERS_WORKERS_MAX;

    (void)state;
    for (unsigned i = 0; i < n; i++)
        assert_true(tallies_claim(t, COUNTERS_WORKERS_MAX, &c[i]));
    assert_false(tallies_claim(t, 1, &c[n]));
    tallies_leave(&c[0], COUNTERS_WORKERS_MAX);
    assert_true(tallies_claim(t, COUNTERS_WORKERS_MAX, &c[n]));
    tallies_free(t);
    close(fd);
}

/* 4 MB of slots, of which hardly any is ever used, must not cost 4 MB. */
static void what_nobody_has_had_costs_nothing(void **state)
{
    int fd;
    struct tallies *t = tallies_new(&fd);
    struct counters a = { 0 }, b = { 0 };
    struct stat st;

    (void)state;
    assert_int_equal(tallies_used(t), 0);
    assert_true(tallies_claim(t, 2, &a));
    assert_true(tallies_claim(t, 2, &b));
    assert_int_equal(tallies_used(t), 4);
    tallies_leave(&a, 2);
    tallies_leave(&b, 2);
    assert_int_equal(tallies_used(t), 4);
    assert_int_equal(fstat(fd, &st), 0);
    assert_true(st.st_blocks * 512 <= 64 << 10);
    tallies_free(t);
    close(fd);
}

static void statuses(void **state)
{
    static struct counters_slot s;
    static const unsigned rows[] = { 100, 200, 200, 206, 304, 404, 599 };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        counters_add(counters_status(&s, rows[i]), 1);
    assert_int_equal(counters_get(counters_status(&s, 200)), 2);
    assert_int_equal(counters_class(&s, 2), 3);
    assert_int_equal(counters_class(&s, 3), 1);
    assert_int_equal(counters_class(&s, 5), 1);
    /* beyond what there is: never beyond the array */
    assert_ptr_equal(counters_status(&s, 0), counters_status(&s, 100));
    assert_ptr_equal(counters_status(&s, 1000), counters_status(&s, 100));
}

/* As in board.c: a worker counts in lines that nobody else writes to. */
static void no_two_count_in_one_line(void **state)
{
    enum { LINE = 64 };
    int fd;
    struct tallies *t = tallies_new(&fd);

    (void)state;
    assert_non_null(t);
    assert_int_equal((uintptr_t)&t->slot[0] % LINE, 0);
    assert_int_equal(sizeof t->slot[0] % LINE, 0);
    assert_int_equal((uintptr_t)&t->preparer[0] % LINE, 0);
    assert_int_equal(sizeof t->preparer[0] % LINE, 0);
    tallies_free(t);
    close(fd);
}

struct claim {
    struct tallies *t;
    struct counters c;
};

static void claim_again(void *of)
{
    struct claim *x = of;

    (void)tallies_claim(x->t, 1, &x->c);
}

/* What is claimed over is lost; what workers may have written ends nobody. */
static void one_holder_and_no_trust(void **state)
{
    int fd;
    struct claim x = { .t = tallies_new(&fd) };

    (void)state;
    assert_true(tallies_claim(x.t, 2, &x.c));
    assert_checked(claim_again, &x, "!out->slot[i]");
    memset(&x.t->slot[0], 0xff, 2 * sizeof x.t->slot[0]);
    tallies_leave(&x.c, 2);
    assert_checked(claim_again, &x, "");
    tallies_free(x.t);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_holder_and_no_trust),
        cmocka_unit_test(a_slot_goes_on_counting),
        cmocka_unit_test(no_two_count_in_one_line),
        cmocka_unit_test(another_program_goes_on),
        cmocka_unit_test(the_dead_hold_nothing),
        cmocka_unit_test(there_is_an_end),
        cmocka_unit_test(what_nobody_has_had_costs_nothing),
        cmocka_unit_test(statuses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
