/* SPDX-License-Identifier: MIT
 *
 * succession: takes what fits, and begins with what does not.
 * Layer: master.
 */
#include "master/succession.h"

#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "master/master_state.h"
#include "os/channel.h"
#include "os/log.h"
#include "os/shm.h"
#include "serve/moving.h"
#include "share/attempts.h"

/* Those of the program before this one, so that no sum falls back. */
static void begin_tallies(struct master *m, int *fd)
{
    if (*fd >= 0)
        m->tallies = tallies_adopt(*fd);
    if (m->tallies)
        return;
    if (*fd >= 0) {
        close(*fd);
        log_info(
            "M142",
            "the counters begin again at zero: the program before this one "
            "had other ones");
    }
    m->tallies = tallies_new(fd);
    CHECK(m->tallies != NULL);
}

/* What has been tried on the program before this one counts here, too. */
static void begin_attempts(struct master *m, int *fd)
{
    if (*fd >= 0)
        m->attempts = attempts_adopt(*fd);
    if (m->attempts)
        return;
    if (*fd >= 0)
        close(*fd);
    m->attempts = attempts_new(fd);
    CHECK(m->attempts != NULL);
}

/* False: these begin at 1. */
static bool begin_numbers(struct master *m, int *fd)
{
    size_t bytes = sizeof *m->connections;

    m->connections = *fd >= 0 ? shm_of(*fd, bytes) : NULL;
    if (m->connections)
        return true;
    if (*fd >= 0)
        close(*fd);
    m->connections = shm_file(bytes, fd);
    if (!m->connections) {
        *fd = -1;
        m->connections = shm_new(bytes);
    }
    CHECK(m->connections != NULL);
    return false;
}

/* Connections of the program before this one come here, as far as both mean the
 * same by what goes through the pair, and number them from one count. */
static void begin_moving(struct master *m, bool numbers)
{
    const int *pair = m->inherit.pair;

    m->takes_moves =
        numbers && pair[0] >= 0 && m->inherit.layout == moving_layout();
    if (m->takes_moves) {
        memcpy(m->moving, pair, sizeof m->moving);
        return;
    }
    for (size_t i = 0; i < MOVING_ENDS; i++) {
        if (pair[i] >= 0)
            close(pair[i]);
    }
    CHECK(channel_pair(m->moving) == 0);
}

void succession_take(struct master *m)
{
    memcpy(m->memory, m->inherit.memory, sizeof m->memory);
    begin_moving(m, begin_numbers(m, &m->memory[INHERIT_NUMBERS]));
    begin_tallies(m, &m->memory[INHERIT_COUNTERS]);
    begin_attempts(m, &m->memory[INHERIT_ATTEMPTS]);
}
