/* SPDX-License-Identifier: MIT
 *
 * heartbeat: looks at the time of each process's last turn.
 * Layer: master.  What is ended here is started again like any process that
 * ended by itself.
 */
#include "master/heartbeat.h"

#include <signal.h>
#include <stdio.h>

#include "master/generation.h"
#include "os/channel.h"
#include "os/log.h"
#include "os/process.h"
#include "prepare/preparer.h"

#define ABORT_US 500000u /* from SIGABRT to SIGKILL */

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Silence does not count while it waits for a disk: a signal would not reach
 * it, and another process would wait for the same one. */
static bool spared(struct child *c, const char *name, uint64_t last_us,
                   uint64_t now_us, uint64_t stall_us)
{
    if (process_state((int)c->pid) == 'D')
        c->disk_us = now_us;
    if (now_us < last_us + stall_us)
        return true;
    if (c->aborted_us || now_us >= c->disk_us + stall_us)
        return false;
    if (!c->disk_told)
        log_warn("M130",
                 "%s (pid %d) has not turned for %llu s: it waits for a disk "
                 "and is spared",
                 name, (int)c->pid,
                 (unsigned long long)((now_us - last_us) / 1000000));
    c->disk_told = true;
    return true;
}

static void check(struct child *c, const char *name, uint64_t last_us,
                  uint64_t now_us, uint64_t stall_us)
{
    if (c->pid <= 0)
        return;
    if (now_us < last_us + stall_us / 2) {
        c->aborted_us = 0;
        c->disk_told = false;
        return;
    }
    if (spared(c, name, last_us, now_us, stall_us))
        return;
    if (c->aborted_us == 0) {
        log_error("M100", "%s (pid %d) has not turned for %llu s; ending it",
                  name, (int)c->pid,
                  (unsigned long long)((now_us - last_us) / 1000000));
        c->aborted_us = now_us;
        kill(c->pid, SIGABRT);
    } else if (now_us >= c->aborted_us + ABORT_US) {
        kill(c->pid, SIGKILL);
    }
}

void heartbeat_check(struct generation *g, uint64_t now_us, uint64_t since_us,
                     uint64_t stall_us)
{
    char name[32], word = PREPARER_BEAT;

    for (unsigned i = 0; i < g->conf->workers; i++) {
        struct child *c = &g->worker[i];
        uint64_t beat = counters_get(&g->counters.slot[i]->beat_us);
        snprintf(name, sizeof name, "worker %u", i + 1);
        beat = later(later(beat, c->started_us), since_us);
        check(c, name, beat, now_us, stall_us);
    }
    struct child *p = &g->preparer;
    check(p, "preparer", later(later(p->beat_us, p->started_us), since_us),
          now_us, stall_us);
    if (p->pid > 0)
        (void)channel_send(p->control, &word, 1, NULL, 0);
}
