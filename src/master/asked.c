/* SPDX-License-Identifier: MIT
 *
 * asked: a flag for each kind: that it was asked for twice changes nothing.
 * Layer: master.
 */
#include "master/asked.h"

#include <signal.h>

#include "base/buf.h"
#include "master/master_state.h"
#include "master/terminal.h"
#include "os/log.h"

#define WHY_BYTES 64

/* An upgrade waits for those under way, and later ones for that: without a
 * pause between them it would never have its turn. */
bool asked_waits(const struct master *m)
{
    return !m->ending && (!m->current || m->asked.upgrade ||
                          (m->upgrade.pid && !m->upgrade.replaced));
}

static bool listens(const struct generation *g)
{
    return g->state == GENERATION_STARTING ||
           (g->state == GENERATION_DRAINING && g->deaf_us);
}

/* What an upgrade waits for; false: nothing. */
static bool upgrade_waits(struct master *m, struct buf *why)
{
    if (m->ending || m->leave.on) /* it is refused */
        return false;
    if (!m->current)
        buf_fmt(why, "etagd is starting");
    else if (m->upgrade.pid)
        buf_fmt(why, "pid %d comes up", (int)m->upgrade.pid);
    for (struct list *at = m->generations.next;
         at != &m->generations && !why->n; at = at->next) {
        const struct generation *g = generation_at(at);
        if (listens(g))
            buf_fmt(why, "generation %u %s", g->number,
                    g->state == GENERATION_STARTING ? "comes up"
                                                    : "still listens");
    }
    return why->n > 0;
}

void asked_tell(const struct master *m)
{
    if (!m->current)
        log_info("M161", "the reload waits: etagd is starting");
    else if (m->upgrade.pid)
        log_info("M160", "the reload waits: pid %d comes up",
                 (int)m->upgrade.pid);
    else
        log_info("M164", "the reload waits: an upgrade goes first");
}

bool asked_reload(struct master *m)
{
    bool known = m->asked.reload;

    m->asked.reload = asked_waits(m);
    if (m->asked.reload && !known)
        asked_tell(m);
    return !m->asked.reload;
}

bool asked_upgrade(struct master *m)
{
    char storage[WHY_BYTES];
    struct buf why = buf_over(storage, sizeof storage);

    m->asked.upgrade = upgrade_waits(m, &why);
    if (m->asked.upgrade && buf_cstr(&why))
        log_info("M162", "the upgrade waits: %s", storage);
    return !m->asked.upgrade;
}

bool asked_reload_due(struct master *m)
{
    bool due = m->asked.reload && !asked_waits(m);

    m->asked.reload = m->asked.reload && !due;
    return due;
}

bool asked_upgrade_due(struct master *m)
{
    char storage[WHY_BYTES];
    struct buf why = buf_over(storage, sizeof storage);
    bool due = m->asked.upgrade && !upgrade_waits(m, &why);

    m->asked.upgrade = m->asked.upgrade && !due;
    return due;
}

void asked_pass_on(struct master *m, pid_t pid)
{
    if (m->asked.reload && !terminal_rules(m)) /* that would end it */
        kill(pid, SIGHUP);
    if (m->asked.upgrade)
        kill(pid, SIGUSR2);
    m->asked = (struct asked){ 0 };
}

bool asked_of_next(const struct master *m, int signal)
{
    if (!m->upgrade.replaced || !m->upgrade.pid)
        return false;
    log_info("M163", "signal %d is passed on to pid %d, which serves", signal,
             (int)m->upgrade.pid);
    kill(m->upgrade.pid, signal);
    return true;
}
