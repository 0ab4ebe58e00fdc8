/* SPDX-License-Identifier: MIT
 *
 * ending: the three ways.
 * Layer: master.
 */
#include "master/ending.h"

#include <signal.h>
#include <stdatomic.h>

#include "master/deafen.h"
#include "master/moves.h"
#include "master/pidfile.h"
#include "master/service.h"
#include "master/master_state.h"
#include "master/upgrade.h"
#include "os/clock.h"
#include "os/log.h"
#include "share/standing.h"

void master_stop(struct master *m)
{
    log_info("M080", "stopping");
    upgrade_cancel(m, SIGTERM);
    upgrade_alone(m);
    service_stopping(m);
    m->ending = true;
    EACH_GENERATION (at, m) {
        deafen_begin(m, generation_at(at));
        generation_stop(generation_at(at));
    }
}

void master_leave(struct master *m)
{
    if (m->ending || m->leave.on)
        return; /* supervisors send a signal twice: to the group, and by hand */
    if (!m->current) {
        master_stop(m);
        return;
    }
    uint64_t ms = m->current->conf->timeouts.ready_ms;

    upgrade_call_off(m);
    service_stopping(m);
    m->leave.on = true;
    m->leave.until_us = clock_mono_us() + ms * 1000;
    atomic_store(&m->standing->leaves, true);
    log_info("M140", "leaving: serving for another %llu ms, no longer ready%s",
             (unsigned long long)ms,
             m->current->conf->health.path
                 ? ""
                 : " (nobody can ask: [health] path)");
}

int ending_turn(struct master *m)
{
    uint64_t now = clock_mono_us();

    if (!m->leave.on || m->ending)
        return -1;
    if (now < m->leave.until_us)
        return (int)((m->leave.until_us - now) / 1000) + 1;
    master_finish(m);
    return -1;
}

/* Those that finish already, also in programs before this one, have nobody to
 * hand connections to from here on, unless the next program takes them, which
 * tells them itself.  They hear of it first. */
static void stay(struct master *m)
{
    const struct upgrade *u = &m->upgrade;

    if (u->n_takes == 0)
        upgrade_alone(m);
    EACH_GENERATION (at, m) {
        struct generation *g = generation_at(at);
        if (u->n_takes > 0)
            moves_away(g, u->takes, u->n_takes);
        else if (g->state == GENERATION_DRAINING)
            moves_end(g);
    }
}

void master_finish(struct master *m)
{
    /* another program serves on: idle connections it does not take have time */
    enum worker_word word = m->upgrade.replaced ? WORKER_DRAIN : WORKER_FINISH;

    upgrade_cancel(m, SIGQUIT);
    service_stopping(m);
    atomic_store(&m->standing->leaves, !m->upgrade.replaced);
    m->ending = true;
    stay(m);
    EACH_GENERATION (at, m) {
        struct generation *g = generation_at(at);
        deafen_begin(m, g);
        if (g->state < GENERATION_DRAINING)
            generation_drain(g, word);
    }
    log_info("M081", "finishing what is under way");
}

/* For a service manager that starts another at once, on the same sockets: a
 * new client shall not wait for downloads of before.  Workers see the end of
 * their channels, and have [timeouts] drain. */
static void release(struct master *m)
{
    upgrade_cancel(m, SIGQUIT);
    service_stopping(m);
    m->ending = m->released = true;
    stay(m);
    EACH_GENERATION (at, m) {
        struct generation *g = generation_at(at);
        deafen_begin(m, g);
        if (g->state < GENERATION_DRAINING)
            generation_drain(g, WORKER_DRAIN);
        pidfile_remove(g->conf->pidfile);
    }
    log_info("M148", "ending; workers finish what is under way");
}

void ending_as(struct master *m, enum ending how)
{
    static void (*const ways[])(struct master *) = {
        [ENDING_STOP] = master_stop,
        [ENDING_FINISH] = master_finish,
        [ENDING_DRAIN] = master_leave,
        [ENDING_RELEASE] = release,
    };

    ways[how](m);
}
