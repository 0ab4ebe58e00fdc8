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
#include "os/log.h"
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
            "had others");
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

void succession_take(struct master *m)
{
    memcpy(m->memory, m->inherit.memory, sizeof m->memory);
    begin_tallies(m, &m->memory[INHERIT_COUNTERS]);
    begin_attempts(m, &m->memory[INHERIT_ATTEMPTS]);
}
