/* SPDX-License-Identifier: MIT
 *
 * service: what systemd hears, and what time does to the processes.
 * Layer: master.  WATCHDOG=1 is sent from the master's own loop, and only after
 * a look at every worker's beat: a master that stops is restarted by systemd, a
 * worker that stops by the master.
 */
#include "master/service.h"

#include "base/plural.h"
#include "master/heartbeat.h"
#include "master/master_state.h"
#include "os/clock.h"
#include "os/log.h"
#include "os/notify.h"

#define STALL_MIN_US 2500000u /* a worker beats once a second */
#define LOOK_US 1000000u      /* between two looks at most */
#define STATUS_US 5000000u    /* between two status lines */

void service_begin(struct master *m)
{
    struct service *s = &m->service;

    notify_open();
    s->watchdog_us = notify_watchdog_us();
    s->awake_us = s->checked_us = s->used_us = clock_mono_us();
}

/* How long a process of g may go without a turn. */
static uint64_t stall_us(const struct service *s, const struct generation *g)
{
    uint64_t stall = g->conf->timeouts.heartbeat_ms * 1000;

    if (s->watchdog_us && stall > s->watchdog_us / 2)
        stall = s->watchdog_us / 2;
    return stall > STALL_MIN_US ? stall : STALL_MIN_US;
}

/* The least of all generations: how often to look goes by it. */
static uint64_t least_stall_us(const struct master *m)
{
    uint64_t least = UINT64_MAX;

    EACH_GENERATION (at, m) {
        uint64_t stall = stall_us(&m->service, generation_at(at));
        least = stall < least ? stall : least;
    }
    return least < UINT64_MAX ? least : STALL_MIN_US;
}

/* before: "READY=1\n", or nothing; once STOPPING=1 was said that stays so. */
static void tell_status(struct master *m, const char *before)
{
    struct totals t = master_totals(m);
    struct service *s = &m->service;

    s->told_us = clock_mono_us();
    s->told_requests = t.requests;
    s->told_open = t.open;
    notify_send("%sSTATUS=generation %u, %u worker%s, %llu request%s, %llu "
                "connection%s open",
                m->leave.on ? "" : before, m->current ? m->current->number : 0,
                t.workers, plural(t.workers), (unsigned long long)t.requests,
                plural(t.requests), (unsigned long long)s->told_open,
                plural(s->told_open));
}

void service_ready(struct master *m)
{
    tell_status(m, "READY=1\n");
}

void service_reloading(struct master *m)
{
    if (m->leave.on)
        return;
    notify_send("RELOADING=1\nMONOTONIC_USEC=%llu\nSTATUS=reloading",
                (unsigned long long)clock_mono_us());
}

void service_unchanged(struct master *m)
{
    tell_status(m, "READY=1\n");
}

void service_stopping(struct master *m)
{
    /* the service is the program before this one, or the next */
    if (m->awaited || m->upgrade.replaced)
        return;
    notify_send("STOPPING=1\nSTATUS=finishing what is under way");
}

static void check_beats(struct master *m, uint64_t now)
{
    struct service *s = &m->service;

    /* stopped or starved itself: silence of the others means nothing */
    if (now - s->checked_us > least_stall_us(m) / 2)
        s->awake_us = now;
    s->checked_us = now;
    EACH_GENERATION (at, m)
        heartbeat_check(generation_at(at), now, s->awake_us,
                        stall_us(s, generation_at(at)));
}

/* Started by a socket and not used: systemd starts it again when needed. */
static void check_use(struct master *m, uint64_t now)
{
    struct service *s = &m->service;
    struct totals t = master_totals(m);
    uint64_t most = m->current ? m->current->conf->idle_exit_ms * 1000 : 0;

    if (t.open != 0 || t.requests != s->used_requests || m->upgrade.pid) {
        s->used_us = now;
        s->used_requests = t.requests;
    }
    if (!m->inherit.activated || most == 0 || m->ending ||
        now < s->used_us + most)
        return;
    log_info("M103", "not used for %llu s; ending until a connection comes",
             (unsigned long long)((now - s->used_us) / 1000000));
    s->unused = true;
}

int service_turn(struct master *m)
{
    struct service *s = &m->service;
    uint64_t now = clock_mono_us();
    uint64_t every = least_stall_us(m) / 10;

    if (every > LOOK_US)
        every = LOOK_US;
    struct totals t;

    if (now >= s->checked_us + every) {
        check_beats(m, now);
        check_use(m, now);
    }
    if (s->watchdog_us && now >= s->pinged_us + s->watchdog_us / 4) {
        s->pinged_us = now;
        notify_send("WATCHDOG=1");
    }
    t = master_totals(m);
    if (m->current && !m->ending && now >= s->told_us + STATUS_US &&
        (t.requests != s->told_requests || t.open != s->told_open))
        tell_status(m, "");
    if (s->watchdog_us && every > s->watchdog_us / 4)
        every = s->watchdog_us / 4;
    return (int)(every / 1000) + 1;
}
