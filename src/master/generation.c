/* SPDX-License-Identifier: MIT
 *
 * generation: makes, replaces and ends the processes of one configuration.
 * Layer: master.  Owns conf, sockets, roots, log and the shared counters.
 */
#include "master/generation.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "master/child.h"
#include "master/handover.h"
#include "master/opening.h"
#include "master/published.h"
#include "master/records.h"
#include "master/ways.h"
#include "os/channel.h"
#include "os/clock.h"
#include "os/log.h"
#include "os/net.h"
#include "os/poll.h"
#include "os/wake.h"

#define STOP_US 3000000u /* until what was told to stop is killed */
#define EARLY_WORKERS 64 /* a quarter of what fits by the usual limits */

static void forget_told(struct child *c)
{
    tallies_preparer_gone(c->told);
    c->told = NULL;
}

/* Its channel to the master: a new one, or the one that waits for it. */
static bool take_channel(struct generation *g, const struct child *c,
                         int control[2])
{
    if (c->role != CHILD_PREPARER || g->early[0] < 0)
        return channel_pair(control) == 0;
    memcpy(control, g->early, sizeof g->early);
    g->early[0] = g->early[1] = -1;
    return true;
}

static bool start_child(struct generation *g, struct child *c)
{
    bool awaited = c->role == CHILD_PREPARER && g->early[0] >= 0;
    int control[2], prepare = -1;

    child_sound(c);
    CHECK(c->home == g && c->pid <= 0 && !c->told);
    if (!take_channel(g, c, control))
        return false;
    if (c->role == CHILD_WORKER)
        prepare = ways_connect(g);
    if (c->role == CHILD_PREPARER)
        c->told = tallies_preparer(g->tallies);
    pid_t pid = fork();
    if (pid == 0) {
        close(control[0]);
        child_main(g, c, control[1], prepare);
    }
    int e = errno;
    close(control[1]);
    if (prepare >= 0)
        close(prepare);
    if (pid < 0) {
        close(control[0]);
        forget_told(c);
        log_error("M041", "%s %u can't be started: %s", child_role_name(c),
                  c->index + 1, strerror(e));
        return false;
    }
    c->pid = pid;
    c->control = control[0];
    c->ready = c->role != CHILD_WORKER;
    c->not_accepting = false;
    c->moved = 0;
    c->started_us = clock_mono_us();
    c->aborted_us = 0;
    c->due_us = 0;
    poll_add_level(g->poll, c->control, c);
    if (c->role == CHILD_PREPARER && !awaited)
        ways_again(g);
    child_sound(c);
    return true;
}

/* The first answer of all is waited for, and most need no preparer: at a first
 * start it is the worker that goes first, and what it asks meanwhile waits in
 * its channel.  With files to be warmed nobody serves without it; and there is
 * room for the ways of so many workers in the channel that nobody reads yet. */
static bool may_wait(const struct generation *g)
{
    return !g->older && !g->conf->prepare.warm &&
           g->conf->workers <= EARLY_WORKERS;
}

static bool start_preparer(struct generation *g)
{
    if (handover_take(g))
        return true;
    if (may_wait(g) && channel_pair(g->early) == 0)
        return true;
    return start_child(g, &g->preparer);
}

void generation_serves(struct generation *g)
{
    struct child *c = &g->preparer;

    if (g->state == GENERATION_STOPPING) /* this worker's word was on its way */
        return;
    if (g->early[0] >= 0 && !start_child(g, c))
        c->due_us = clock_mono_us() + 1000000;
}

bool generation_start(struct generation *g, int poll)
{
    g->poll = poll;
    if (!start_preparer(g))
        return false;
    for (unsigned i = 0; i < g->conf->workers; i++) {
        if (!start_child(g, &g->worker[i]))
            return false;
    }
    for (unsigned i = 0; i < SIDES; i++) {
        if (g->side[i].listener >= 0 && !start_child(g, &g->side[i].child))
            return false;
    }
    return true;
}

static bool claim(struct generation *g)
{
    if (!tallies_claim(g->tallies, g->conf->workers, &g->counters)) {
        log_error("M141", "workers of too many older generations are still "
                          "finishing");
        return false;
    }
    for (unsigned i = 0; i < g->conf->workers; i++)
        g->before[i] = tally_of(g->counters.slot[i]);
    return true;
}

struct generation *generation_new(struct conf *conf, unsigned number,
                                  struct generation *old,
                                  const struct inherit *inherit,
                                  _Atomic uint64_t *connections,
                                  struct tallies *tallies, struct list *all)
{
    struct generation *g = calloc(1, sizeof *g);

    CHECK(g && conf->workers > 0 && conf->workers <= COUNTERS_WORKERS_MAX);
    generation_begin(g);
    list_init(&g->node);
    g->number = number;
    g->conf = conf;
    g->connections = connections;
    g->tallies = tallies;
    g->access_log = g->early[0] = g->early[1] = -1;
    g->older = old;
    g->before = calloc(conf->workers, sizeof g->before[0]);
    if (conf->observe.on) {
        g->board = board_new(conf->workers, conf->observe.events);
        CHECK(g->board != NULL);
    }
    g->worker = calloc(conf->workers, sizeof g->worker[0]);
    g->wake = calloc(conf->workers, sizeof g->wake[0]);
    CHECK(g->before && g->worker && g->wake);
    for (unsigned i = 0; i < conf->workers; i++)
        g->wake[i] = wake_new();
    child_begin(&g->preparer, g, CHILD_PREPARER, 0);
    for (unsigned i = 0; i < SIDES; i++) {
        g->side[i].listener = -1;
        child_begin(&g->side[i].child, g, CHILD_OBSERVER + i, 0);
    }
    for (unsigned i = 0; i < conf->workers; i++)
        child_begin(&g->worker[i], g, CHILD_WORKER, i);
    if (!claim(g) || !opening_all(g, old, all, inherit)) {
        generation_free(g);
        return NULL;
    }
    for (size_t i = 0; i < conf->n_listen && i < OBSERVER_PLACES_MAX; i++)
        net_local_text(g->listener[i], g->place[i], sizeof g->place[i]);
    return g;
}

static void how_it_ended(int status, char *out, size_t cap)
{
    if (WIFSIGNALED(status))
        snprintf(out, cap, "by signal %d", WTERMSIG(status));
    else
        snprintf(out, cap, "with status %d", WEXITSTATUS(status));
}

/* "worker 2 (pid 12) ended by signal 9; started pid 13" */
static void report(const struct child *c, pid_t old, int status,
                   uint32_t wait_ms)
{
    static const char *const ids[] = { [CHILD_WORKER] = "M030",
                                       [CHILD_PREPARER] = "M031",
                                       [CHILD_OBSERVER] = "O001",
                                       [CHILD_SCRAPER] = "M145" };
    char name[32], how[48], next[64];

    snprintf(name, sizeof name, c->role == CHILD_WORKER ? "%s %u" : "%s",
             child_role_name(c), c->index + 1);
    how_it_ended(status, how, sizeof how);
    if (c->pid > 0)
        snprintf(next, sizeof next, "started pid %d", (int)c->pid);
    else
        snprintf(next, sizeof next, "to be started in %u ms", wait_ms);
    log_warn(ids[c->role], "%s (pid %d) ended %s; %s", name, (int)old, how,
             next);
}

/* What a worker held when it died is closed by the kernel.  It has counted
 * itself: no number of its may be the master's end. */
static void account(struct generation *g, const struct child *c)
{
    if (c->role != CHILD_WORKER)
        return;
    struct counters_slot *s = g->counters.slot[c->index];
    uint64_t open = counters_open(s);
    counters_add(&s->end[END_WORKER_DIED], open);
    counters_add(&s->closed, open);
}

/* The kernel may have woken the dead one for a connection that still waits:
 * the others are called to look. */
static void call_workers(struct generation *g)
{
    for (unsigned i = 0; i < g->conf->workers; i++) {
        if (g->worker[i].pid > 0)
            wake_call(g->wake[i]);
    }
}

static void close_one(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

struct child *generation_reap(struct generation *g, pid_t pid, int status)
{
    struct child *c = child_of_pid(g, pid);

    if (!c)
        return NULL;
    child_sound(c);
    CHECK(c->home == g);
    poll_remove(g->poll, c->control);
    close(c->control);
    c->control = -1;
    c->pid = 0;
    account(g, c);
    forget_told(c);
    if (c->role == CHILD_WORKER)
        call_workers(g);
    if (g->state == GENERATION_DRAINING || g->state == GENERATION_STOPPING) {
        for (unsigned i = 0; i < SIDES; i++) {
            if (c == &g->side[i].child) /* visitors would wait for nobody */
                close_one(&g->side[i].listener);
        }
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
            char how[48];
            how_it_ended(status, how, sizeof how);
            log_warn("M032", "%s %u (pid %d) ended %s while finishing",
                     child_role_name(c), c->index + 1, (int)pid, how);
        }
        return c;
    }
    uint64_t now = clock_mono_us();
    published_death(g, c, status);
    /* a start that fails is no life, however long it takes */
    uint64_t since = c->ready ? c->started_us : now;
    uint32_t wait_ms = respawn_after(&c->history, since, now);
    c->ready = false;
    c->ended_us = now;
    if (wait_ms > 0 || !start_child(g, c))
        c->due_us = now + (wait_ms ? wait_ms : 100) * 1000ull;
    report(c, pid, status, wait_ms);
    return c;
}

static int start_due(struct generation *g, struct child *c, uint64_t now)
{
    if (c->due_us == 0)
        return -1;
    if (now < c->due_us)
        return (int)((c->due_us - now) / 1000) + 1;
    if (!start_child(g, c)) {
        c->due_us = now + 1000000;
        return 1000;
    }
    log_info("M033", "%s %u started as pid %d", child_role_name(c),
             c->index + 1, (int)c->pid);
    return -1;
}

static int sooner(int a, int b)
{
    return a < 0 || (b >= 0 && b < a) ? b : a;
}

/* One of its threads is in a call that nothing interrupts, of a file system
 * that does not answer (or it gets no processor): it ends when that does, and
 * nobody waits for it. */
static void leave(struct generation *g, const struct child *c)
{
    if (c->pid <= 0)
        return;
    log_warn("M035",
             "%s %u (pid %d) was killed and is still there: kept by a file "
             "system that does not answer, or by the machine's load",
             child_role_name(c), c->index + 1, (int)c->pid);
    (void)generation_reap(g, c->pid, 0);
}

static void leave_all(struct generation *g)
{
    leave(g, &g->preparer);
    for (unsigned i = 0; i < SIDES; i++)
        leave(g, &g->side[i].child);
    for (unsigned i = 0; i < g->conf->workers; i++)
        leave(g, &g->worker[i]);
}

static void kill_all(const struct generation *g)
{
    if (g->preparer.pid > 0)
        kill(g->preparer.pid, SIGKILL);
    for (unsigned i = 0; i < SIDES; i++) {
        if (g->side[i].child.pid > 0)
            kill(g->side[i].child.pid, SIGKILL);
    }
    for (unsigned i = 0; i < g->conf->workers; i++) {
        if (g->worker[i].pid > 0)
            kill(g->worker[i].pid, SIGKILL);
    }
}

int generation_turn(struct generation *g)
{
    uint64_t now = clock_mono_us();
    int least = -1;

    if (g->state == GENERATION_DRAINING || g->state == GENERATION_STOPPING) {
        if (now < g->end_us)
            return (int)((g->end_us - now) / 1000) + 1;
        if (g->killed)
            leave_all(g);
        kill_all(g);
        g->killed = true;
        g->end_us = now + STOP_US;
        return STOP_US / 1000 + 1;
    }
    least = start_due(g, &g->preparer, now);
    for (unsigned i = 0; i < SIDES; i++)
        least = sooner(least, start_due(g, &g->side[i].child, now));
    for (unsigned i = 0; i < g->conf->workers; i++)
        least = sooner(least, start_due(g, &g->worker[i], now));
    return least;
}

void generation_drain(struct generation *g, enum worker_word word)
{
    if (g->state == GENERATION_STARTING)
        handover_return(g);
    generation_become(g, GENERATION_DRAINING);
    g->end_us = clock_mono_us() + g->conf->timeouts.drain_ms * 1000 + 1000000;
    g->deaf_us = clock_mono_us() + GENERATION_DEAF_US;
    generation_tell(g, word);
}

void generation_stop(struct generation *g)
{
    generation_become(g, GENERATION_STOPPING);
    g->end_us = clock_mono_us() + STOP_US;
    g->deaf_us = g->end_us; /* or when the last worker has ended */
    generation_tell(g, WORKER_STOP);
}

void generation_tell(struct generation *g, enum worker_word word)
{
    char byte = (char)word;

    for (unsigned i = 0; i < g->conf->workers; i++) {
        if (g->worker[i].pid > 0)
            (void)channel_send(g->worker[i].control, &byte, 1, NULL, 0);
    }
}

bool generation_all_ready(const struct generation *g)
{
    for (unsigned i = 0; i < g->conf->workers; i++) {
        if (!g->worker[i].ready)
            return false;
    }
    return true;
}

bool generation_deaf(const struct generation *g)
{
    for (unsigned i = 0; i < g->conf->workers; i++) {
        if (g->worker[i].pid > 0 && !g->worker[i].not_accepting)
            return false;
    }
    return true;
}

bool generation_workers_gone(const struct generation *g)
{
    for (unsigned i = 0; i < g->conf->workers; i++) {
        if (g->worker[i].pid > 0)
            return false;
    }
    return true;
}

bool generation_gone(const struct generation *g)
{
    for (unsigned i = 0; i < SIDES; i++) {
        if (g->side[i].child.pid > 0)
            return false;
    }
    return generation_workers_gone(g) && g->preparer.pid <= 0;
}

void generation_finish_preparer(struct generation *g)
{
    if (generation_workers_gone(g) && g->preparer.pid > 0 &&
        g->preparer.control >= 0)
        (void)shutdown(g->preparer.control, SHUT_RDWR);
}

void generation_finish_sides(struct generation *g)
{
    for (unsigned i = 0; i < SIDES; i++) {
        const struct child *c = &g->side[i].child;
        if (c->pid > 0 && c->control >= 0)
            (void)shutdown(c->control, SHUT_RDWR);
    }
}

static void close_controls(struct generation *g)
{
    close_one(&g->preparer.control);
    close_one(&g->early[0]);
    close_one(&g->early[1]);
    for (unsigned i = 0; i < SIDES; i++)
        close_one(&g->side[i].child.control);
    for (unsigned i = 0; i < g->conf->workers; i++)
        close_one(&g->worker[i].control);
}

void generation_free(struct generation *g)
{
    CHECK(g->magic == GENERATION_MAGIC);
    CHECK(generation_gone(g)); /* nobody is left to be waited for */
    list_remove(&g->node);
    close_controls(g);
    opening_close(g);
    for (unsigned i = 0; i < g->conf->workers; i++)
        close_one(&g->wake[i]);
    free(g->wake);
    close_one(&g->access_log);
    board_free(g->board);
    tallies_leave(&g->counters, g->conf->workers);
    free(g->before);
    free(g->worker);
    conf_free(g->conf);
    g->magic = 0; /* who still has it has a fault */
    free(g);
}
