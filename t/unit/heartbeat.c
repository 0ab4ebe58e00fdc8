/* SPDX-License-Identifier: MIT
 *
 * beats: which processes are ended for their silence, and what /proc says.
 */
#include "master/heartbeat.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "master/generation.h"
#include "os/process.h"
#include "unit.h"

#define SECOND UINT64_C(1000000)
#define STALL (10 * SECOND)

static const struct {
    const char *text;
    char state;
} stats[] = {
    { "12 (etagd) S 1 12 12 0 -1", 'S' },
    { "12 (etagd) D 1 12 12 0 -1", 'D' },
    { "12 (a) D (b) R 1 12 12 0 -1", 'R' },
    { "12 (x) R 1) D 1 12", 'D' },
    { "12 (()) T 1 12", 'T' },
    { "12 ()) Z 1 12", 'Z' },
    { "12 (two\nlines) D 1", 'D' },
    { "12 (etagd) D", '\0' },
    { "12 (etagd) ", '\0' },
    { "12 (etagd)", '\0' },
    { "12 (etagd", '\0' },
    { "12 (etagd)D 1 12", '\0' },
    { "12 (etagd) DD 12", '\0' },
    { "", '\0' },
};

static void test_stat(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(stats); i++)
        ROW_CHECK(stats[i].text,
                  process_state_of(span_str(stats[i].text)) == stats[i].state);
}

static void await_state(pid_t pid, char wanted)
{
    for (int i = 0; i < 60000 && process_state(pid) != wanted; i++)
        usleep(1000);
    assert_int_equal(process_state(pid), wanted);
}

/* A process that cannot be interrupted: the kernel has it wait until the child
 * of its vfork() has ended, which is when go[1] is closed. */
static pid_t waiting_for_the_kernel(const int *go)
{
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    close(go[1]);
    /* NOLINTNEXTLINE: nothing else puts a process into this state at will */
    if (vfork() == 0) {
        char c;
        _exit(read(go[0], &c, 1) < 0);
    }
    for (;;)
        pause();
}

static void test_a_disk_is_waited_for(void **state)
{
    static struct conf conf = { .workers = 1 };
    static struct counters_slot slot;
    static struct generation g;
    static struct child worker;
    int go[2], status;

    (void)state;
    assert_int_equal(pipe(go), 0);
    worker.pid = waiting_for_the_kernel(go);
    close(go[0]);
    g.conf = &conf;
    g.worker = &worker;
    g.counters.slot[0] = &slot;
    await_state(worker.pid, 'D');
    /* silent for far too long, and seen to wait all the time */
    for (uint64_t t = 0; t < 10 * STALL; t += SECOND)
        heartbeat_check(&g, t, 0, STALL);
    assert_int_equal(worker.aborted_us, 0);
    assert_true(worker.disk_told);
    close(go[1]);
    await_state(worker.pid, 'S');
    /* from here on it is silent without a reason */
    heartbeat_check(&g, 11 * STALL - 2 * SECOND, 0, STALL);
    assert_int_equal(worker.aborted_us, 0);
    atomic_store(&slot.beat_us, 11 * STALL);
    heartbeat_check(&g, 11 * STALL + SECOND, 0, STALL);
    assert_false(worker.disk_told);
    heartbeat_check(&g, 12 * STALL - SECOND, 0, STALL);
    assert_int_equal(worker.aborted_us, 0);
    heartbeat_check(&g, 12 * STALL, 0, STALL);
    assert_int_equal(worker.aborted_us, 12 * STALL);
    assert_int_equal(waitpid(worker.pid, &status, 0), worker.pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stat),
        cmocka_unit_test(test_a_disk_is_waited_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
