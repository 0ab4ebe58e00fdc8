/* SPDX-License-Identifier: MIT
 *
 * Tests of src/os/helpers: a call that does not return costs a thread of its
 * lane, and nobody else anything.
 */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "os/helpers.h"

struct job {
    struct helper_job job;
    int hang; /* reads a byte from it; -1: does not wait */
    int result;
};

static void run(struct helper_job *job)
{
    struct job *j = LIST_ENTRY(job, struct job, job);
    char byte;

    j->result = j->hang < 0 ? 1 : (int)read(j->hang, &byte, 1);
}

static void give(struct helpers *h, struct job *j, unsigned lane, int hang,
                 int error)
{
    *j = (struct job){ .job = { .run = run, .lane = lane }, .hang = hang };
    assert_int_equal(helpers_give(h, &j->job, 0), error);
}

static struct job *take(struct helpers *h)
{
    struct pollfd p = { .fd = helpers_fd(h), .events = POLLIN };
    struct helper_job *job;

    while (!(job = helpers_take(h)))
        assert_int_equal(poll(&p, 1, 60000), 1);
    return LIST_ENTRY(job, struct job, job);
}

static void a_lane_that_hangs_holds_up_no_other(void **state)
{
    struct helpers *h = helpers_new();
    struct job hung[HELPERS_PER_LANE], waits, other;
    int pipes[2];

    (void)state;
    assert_non_null(h);
    assert_int_equal(pipe(pipes), 0);
    for (unsigned i = 0; i < HELPERS_PER_LANE; i++)
        give(h, &hung[i], 1, pipes[0], 0);
    give(h, &waits, 1, -1, 0);
    give(h, &other, 2, -1, 0);
    assert_ptr_equal(take(h), &other);
    assert_null(helpers_take(h));
    assert_true(helpers_waits(h, &waits.job));
    assert_int_equal(write(pipes[1], "abcd", HELPERS_PER_LANE),
                     HELPERS_PER_LANE);
    for (unsigned i = 0; i < HELPERS_PER_LANE + 1; i++)
        assert_int_equal(take(h)->result, 1);
    assert_true(helpers_stop(h));
    helpers_free(h);
    close(pipes[0]);
    close(pipes[1]);
}

static void one_that_waits_can_be_recalled(void **state)
{
    struct helpers *h = helpers_new();
    struct job hung[HELPERS_PER_LANE], waits;
    int pipes[2];

    (void)state;
    assert_int_equal(pipe(pipes), 0);
    for (unsigned i = 0; i < HELPERS_PER_LANE; i++)
        give(h, &hung[i], 0, pipes[0], 0);
    while (helpers_waits(h, &hung[HELPERS_PER_LANE - 1].job))
        usleep(1000);
    give(h, &waits, 0, -1, 0);
    assert_true(helpers_recall(h, &waits.job));
    assert_false(helpers_recall(h, &hung[0].job));
    close(pipes[1]); /* end of file for all */
    for (unsigned i = 0; i < HELPERS_PER_LANE; i++)
        assert_int_equal(take(h)->result, 0);
    assert_null(helpers_take(h));
    assert_true(helpers_stop(h));
    helpers_free(h);
    close(pipes[0]);
}

static void all_away_for_too_long_is_refused(void **state)
{
    static struct helpers *h; /* it stays for the threads that do */
    static struct job hung[HELPERS_PER_LANE], refused;
    int pipes[2], error;

    (void)state;
    h = helpers_new();
    assert_int_equal(pipe(pipes), 0);
    for (unsigned i = 0; i < HELPERS_PER_LANE; i++)
        give(h, &hung[i], 3, pipes[0], 0);
    do { /* until all of them have been begun, a microsecond ago */
        refused = (struct job){ .job = { .run = run, .lane = 3 }, .hang = -1 };
        error = helpers_give(h, &refused.job, 1);
        if (!error && !helpers_recall(h, &refused.job))
            fail_msg("a thread was free");
    } while (!error);
    assert_int_equal(error, -EBUSY);
    give(h, &refused, 4, -1, 0);
    assert_ptr_equal(take(h), &refused);
    assert_false(helpers_stop(h)); /* the process is to end by _exit() */
}

static void the_queue_is_bounded(void **state)
{
    struct helpers *h = helpers_new();
    static struct job job[HELPERS_PER_LANE + HELPERS_QUEUE_MAX + 1];
    int pipes[2];
    unsigned n;

    (void)state;
    assert_int_equal(pipe(pipes), 0);
    for (n = 0; n < HELPERS_PER_LANE; n++) {
        give(h, &job[n], 0, pipes[0], 0);
        while (helpers_waits(h, &job[n].job))
            usleep(1000);
    }
    for (; n < ROWS(job) - 1; n++)
        give(h, &job[n], 0, pipes[0], 0);
    give(h, &job[n], 0, pipes[0], -EBUSY);
    close(pipes[1]);
    while (n-- > 0)
        take(h);
    assert_true(helpers_stop(h));
    helpers_free(h);
    close(pipes[0]);
}

static void descriptors_are_closed_aside(void **state)
{
    struct helpers *h = helpers_new();
    int pipes[2];
    char byte;

    (void)state;
    assert_int_equal(pipe(pipes), 0);
    helpers_close(h, 5, pipes[1]);
    assert_int_equal(read(pipes[0], &byte, 1), 0); /* end of file */
    assert_true(helpers_stop(h));
    helpers_free(h);
    close(pipes[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lane_that_hangs_holds_up_no_other),
        cmocka_unit_test(one_that_waits_can_be_recalled),
        cmocka_unit_test(the_queue_is_bounded),
        cmocka_unit_test(descriptors_are_closed_aside),
        cmocka_unit_test(all_away_for_too_long_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
