/* SPDX-License-Identifier: MIT
 *
 * Tests of src/master/generation: for whom a preparer is started once a worker
 * serves.
 */
#include "unit.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "master/generation.h"
#include "master/records.h"
#include "os/channel.h"
#include "os/poll.h"

static const struct {
    const char *row;
    enum generation_state state;
    bool starts;
} rows[] = {
    { "comes up", GENERATION_STARTING, true },
    /* what its workers have taken is answered */
    { "finishes", GENERATION_DRAINING, true },
    { "stops", GENERATION_STOPPING, false },
};

/* Its channel is there, and it is not. */
static void a_preparer_that_waits_to_be_started(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        static struct tallies tallies;
        struct conf conf = { .workers = 0 };
        struct generation g = { .state = GENERATION_STARTING };
        g.conf = &conf;
        g.tallies = &tallies;
        g.poll = poll_new();
        generation_begin(&g);
        child_begin(&g.preparer, &g, CHILD_PREPARER, 0);
        assert_int_equal(channel_pair(g.early), 0);
        if (rows[i].state != GENERATION_STARTING)
            generation_become(&g, rows[i].state);

        generation_serves(&g);
        ROW_CHECK(rows[i].row, (g.preparer.pid > 0) == rows[i].starts);
        ROW_CHECK(rows[i].row, g.preparer.due_us == 0);
        if (g.preparer.pid > 0) {
            kill(g.preparer.pid, SIGKILL);
            waitpid(g.preparer.pid, NULL, 0);
            close(g.preparer.control);
        } else {
            close(g.early[0]);
            close(g.early[1]);
        }
        close(g.poll);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_preparer_that_waits_to_be_started),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
