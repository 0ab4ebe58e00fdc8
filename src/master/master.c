/* SPDX-License-Identifier: MIT
 *
 * master: signals and deaths in, generations up and down.
 * Layer: master.  Signals only arrive as messages; one loop reads them in
 * order.
 */
#include "master/master.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "master/activation.h"
#include "master/asked.h"
#include "master/boxed.h"
#include "master/child.h"
#include "master/deafen.h"
#include "master/ending.h"
#include "master/handover.h"
#include "master/logform.h"
#include "master/moves.h"
#include "master/opening.h"
#include "master/pidfile.h"
#include "master/published.h"
#include "master/records.h"
#include "master/releases.h"
#include "master/roots.h"
#include "master/service.h"
#include "master/succession.h"
#include "master/master_state.h"
#include "master/terminal.h"
#include "master/upgrade.h"
#include "os/channel.h"
#include "os/clock.h"
#include "os/log.h"
#include "os/poll.h"
#include "os/process.h"
#include "os/sandbox.h"
#include "os/shm.h"
#include "os/signals.h"
#include "os/title.h"
#include "prepare/preparer.h"
#include "share/attempts.h"
#include "share/issued.h"
#include "share/standing.h"

#define START_TRIES 3u /* quick deaths before a start is given up */

/* A worker that replaces one that ended. */
static void report_ready(struct child *c)
{
    if (c->ended_us)
        log_info("M034",
                 "worker %u (pid %d) serves, %u ms after the other's end",
                 c->index + 1, (int)c->pid,
                 (unsigned)((clock_mono_us() - c->ended_us) / 1000));
    c->ended_us = 0;
}

static void child_message(struct master *m, struct child *c)
{
    char message[1 + sizeof(uint32_t)];
    struct generation *g = c->home;
    int fd = -1;
    size_t n_fds = 1;

    child_sound(c); /* a tag of the poll set */
    if (c->control < 0)
        return; /* handed over in this very turn */
    ssize_t n = channel_take(c->control, message, sizeof message, &fd, &n_fds);
    char word = n > 0 ? message[0] : 0;

    if (n == 0 || (n < 0 && n != -EAGAIN)) {
        poll_remove(m->poll, c->control); /* its end follows by SIGCHLD */
        return;
    }
    if (n > 0 && n_fds)
        roots_seen(m, c, message, (size_t)n, fd);
    if (n == 1 && word == PREPARER_BEAT && c->role == CHILD_PREPARER)
        c->beat_us = clock_mono_us();
    if (n != 1 || c->role != CHILD_WORKER)
        return;
    if (word == WORKER_NOT_ACCEPTING) {
        c->not_accepting = true;
        takeover_look(m);
    }
    if (word == WORKER_MOVED)
        roots_told(m, c);
    if (word != WORKER_READY)
        return;
    c->ready = true;
    generation_serves(g); /* before anybody is told that all are there */
    report_ready(c);
    if (g->state == GENERATION_STARTING && generation_all_ready(g))
        takeover_begin(m, g);
}

/* A start that can't succeed: the first one ends the program, a later one only
 * itself.  Those of its workers that came up may have accepted something. */
static void give_up(struct master *m, struct generation *g, const char *why)
{
    log_error("M026", "generation %u does not come up%s%s%s", g->number,
              why ? ": " : "", why ? why : "",
              m->current ? "; the old one goes on" : "");
    console_failure(m, g->number, why);
    if (m->current) {
        published_reload(m, false);
        service_unchanged(m);
        moves_begin(g, m->current);
        generation_drain(g, WORKER_DRAIN);
        return;
    }
    m->status = 1;
    m->ending = true;
    deafen_begin(m, g);
    if (m->awaited) /* what some of them have taken is answered */
        generation_drain(g, WORKER_FINISH);
    else
        generation_stop(g);
}

/* Names that a next program may have taken before it died. */
static void take_names_back(struct master *m)
{
    if (!m->upgrade.failed)
        return;
    m->upgrade.failed = false;
    console_again(m);
    if (m->current)
        pidfile_write(m->current->conf->pidfile);
}

static void reap(struct master *m)
{
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (upgrade_reap(m, pid, status))
            continue;
        EACH_GENERATION (at, m) {
            struct generation *g = generation_at(at);
            struct child *c = generation_reap(g, pid, status);
            if (!c)
                continue;
            if (g->state == GENERATION_STARTING &&
                c->history.quick >= START_TRIES)
                give_up(m, g, child_failure(status));
            break;
        }
    }
    if (m->upgrade.replaced && !m->ending)
        master_finish(m);
    take_names_back(m);
    takeover_look(m);
}

static void print_faults(const char *file, const struct conf_faults *faults,
                         enum log_severity level, const char *id)
{
    for (size_t i = 0; i < faults->n; i++)
        log_line(level, LOG_ON(file), id, "%s", faults->text[i]);
}

/* A later reload is what counts: one that has not come up yet makes way, and
 * those that wait for it wait for the later one. */
static void supersede(struct master *m, unsigned number)
{
    EACH_GENERATION (at, m) {
        struct generation *g = generation_at(at);
        if (g->state != GENERATION_STARTING)
            continue;
        console_superseded(m, g->number, number);
        moves_begin(g, m->current);
        generation_drain(g, WORKER_DRAIN);
    }
}

/* A configuration with faults changes nothing. */
static struct generation *next_generation(struct master *m)
{
    struct conf_faults faults = { NULL, 0 }, warnings = { NULL, 0 };
    struct conf_source source = m->source;

    source.told = m->current->conf;
    boxed_look(&source);
    struct conf *conf = conf_load(&source, &faults, &warnings);
    print_faults(source.file, &faults, LOG_ERROR_, "M050");
    print_faults(source.file, &warnings, LOG_WARN_, "M051");
    conf_faults_free(&faults);
    conf_faults_free(&warnings);
    if (!conf) {
        log_error("M052", "the configuration has faults: the old one goes on");
        return NULL;
    }
    boxed_log(conf);
    activation_apply(m, conf);
    struct generation *g =
        generation_new(conf, m->numbers + 1, m->current, &m->inherit,
                       m->connections, m->tallies, &m->generations);
    if (!g)
        log_error("M053", "reload failed: the old configuration goes on");
    return g;
}

/* What is the master's, for all generations. */
static void share(const struct master *m, struct generation *g)
{
    g->issued = m->issued;
    g->attempts = m->attempts;
    g->standing = m->standing;
    g->moving = m->moving;
}

unsigned master_reload(struct master *m)
{
    if (!m->current || m->ending) {
        log_warn("M111", "no reload now: etagd is ending");
        return 0;
    }
    service_reloading(m);
    struct generation *g = next_generation(m);
    if (!g) {
        published_reload(m, false);
        service_unchanged(m);
        return 0;
    }
    supersede(m, g->number);
    m->numbers = g->number;
    share(m, g);
    list_append(&m->generations, &g->node);
    if (generation_start(g, m->poll))
        return g->number;
    give_up(m, g, NULL);
    return 0;
}

static void hang_up(struct master *m, const char *what)
{
    if (m->terminal.over) /* the signal and the event may both come */
        return;
    m->terminal.over = true;
    log_info("M115", "%s: a folder served ad hoc ends with its terminal", what);
    master_stop(m);
}

static void obey(struct master *m, int number)
{
    switch (number) {
    case SIGINT:
        master_stop(m);
        break;
    case SIGTERM:
        ending_as(m, m->current ? m->current->conf->on_term : ENDING_STOP);
        break;
    case SIGQUIT:
        ending_as(m, m->current ? m->current->conf->on_quit : ENDING_FINISH);
        break;
    case SIGHUP:
        if (terminal_rules(m))
            hang_up(m, "SIGHUP");
        else if (!asked_of_next(m, number) && asked_reload(m))
            (void)master_reload(m);
        break;
    case SIGUSR2:
        if (!asked_of_next(m, number) && asked_upgrade(m))
            upgrade_start(m);
        break;
    case SIGUSR1:
        (void)asked_of_next(m, number);
        if (m->current)
            opening_logs_again(m->current);
        break;
    case SIGCHLD:
        reap(m);
        break;
    default:
        break;
    }
}

/* Before g is freed: nobody may still point at it. */
static void forget(struct master *m, const struct generation *g)
{
    if (m->takeover.to == g)
        m->takeover.to = NULL;
    EACH_GENERATION (at, m) {
        struct generation *other = generation_at(at);
        if (other->older == g)
            other->older = g->older;
        if (other->lent_to == g)
            other->lent_to = g->lent_to;
    }
}

/* Does a generation whose workers still finish use g's preparer? */
static bool lends(struct master *m, const struct generation *g)
{
    EACH_GENERATION (at, m) {
        struct generation *other = generation_at(at);
        if (other != g && !generation_workers_gone(other) &&
            handover_owner(other) == g)
            return true;
    }
    return false;
}

/* Generations whose last process has ended are freed. */
static void bury(struct master *m)
{
    struct list *at = m->generations.next;

    while (at != &m->generations) {
        struct generation *g = generation_at(at);
        at = at->next;
        if (g->state != GENERATION_DRAINING && g->state != GENERATION_STOPPING)
            continue;
        if (!lends(m, g)) /* without its control it would seem to hang */
            generation_finish_preparer(g);
        if (generation_workers_gone(g))
            generation_finish_sides(g);
        if (!generation_gone(g))
            continue;
        deafen(m, g);
        totals_bury(m, g);
        if (m->current == g)
            m->current = NULL;
        forget(m, g);
        if (!m->ending)
            log_info("M014", "generation %u has ended", g->number);
        if (m->ending) /* unless it has the next program's number */
            pidfile_remove(g->conf->pidfile);
        CHECK(m->current != g);
        opening_leave_sides(g);
        generation_free(g);
    }
}

static int sooner(int a, int b)
{
    if (a < 0)
        return b;
    return b < 0 || a < b ? a : b;
}

/* What has waited for something else to come up. */
static void turn_to_asked(struct master *m)
{
    if (asked_upgrade_due(m)) /* first: reloads wait for it */
        upgrade_start(m);
    if (asked_reload_due(m) || (console_waits(m) && !asked_waits(m)))
        console_reload(m);
}

static int wait_ms(struct master *m)
{
    int least = sooner(service_turn(m), upgrade_turn(m));

    if (m->service.unused && !m->ending)
        master_finish(m);
    least = sooner(least, takeover_turn(m));
    least = sooner(least, deafen_turn(m));
    turn_to_asked(m);
    least = sooner(least, ending_turn(m));
    least = sooner(least, published_turn(m));
    least = sooner(least, console_turn(m));
    least = sooner(least, roots_wait_ms(m));
    EACH_GENERATION (at, m)
        least = sooner(least, generation_turn(generation_at(at)));
    return least;
}

static void loop(struct master *m)
{
    struct epoll_event events[16];

    while (!m->released && (!list_empty(&m->generations) || upgrade_ends(m))) {
        if (roots_moved(m) && asked_reload(m))
            (void)master_reload(m);
        roots_answer(m);
        int n = poll_wait(m->poll, events, 16, wait_ms(m));
        CHECK(n >= 0);
        bool signalled = false, replaced = false, gone = false;
        for (int i = 0; i < n; i++) {
            void *tag = events[i].data.ptr;
            if (tag == &m->signal_tag)
                signalled = true;
            else if (tag == &m->upgrade_tag)
                replaced = upgrade_message(m);
            else if (tag == &m->terminal.fd)
                gone = terminal_gone(m, events[i].events);
            else if (!console_event(m, tag))
                child_message(m, tag);
        }
        if (replaced) {
            console_replaced(m);
            master_finish(m);
        }
        for (int number; signalled && (number = signals_take(m->signals));)
            obey(m, number);
        if (gone)
            hang_up(m, "the terminal is gone");
        bury(m);
    }
}

static void begin(struct master *m, char *const *argv)
{
    const char *missing;

    log_role("master");
    check_role("master");
    process_raise_descriptors();
    process_append_only();
    log_without_waiting();
    list_init(&m->generations);
    m->started_us = clock_mono_us();
    m->issued = issued_new();
    m->standing = shm_new(sizeof *m->standing);
    succession_take(m);
    m->signals = signals_open();
    m->poll = poll_new();
    CHECK(m->issued && m->standing);
    CHECK(m->signals >= 0 && m->poll >= 0);
    CHECK(poll_add_level(m->poll, m->signals, &m->signal_tag) == 0);
    console_begin(m);
    upgrade_begin(m, argv);
    terminal_begin(m);
    if (!sandbox_whole(&missing))
        log_info("S001", "sandbox: %s", missing);
    activation_begin(m);
}

/* Of connections that came from another program, or went to one, the other
 * number is told there. */
static void say_bye(const struct master *m)
{
    struct totals t = master_totals(m);
    int64_t moved = (int64_t)t.moved;
    char more[48] = "";

    if (moved)
        snprintf(more, sizeof more, " %s=%llu", moved > 0 ? "taken" : "given",
                 (unsigned long long)(moved > 0 ? moved : -moved));
    log_info("M090", "bye: accepted=%llu closed=%llu requests=%llu%s",
             (unsigned long long)t.accepted, (unsigned long long)t.closed,
             (unsigned long long)t.requests, more);
}

static int end(struct master *m)
{
    say_bye(m);
    console_end(m);
    terminal_end(m);
    shm_free(m->connections, sizeof *m->connections);
    issued_free(m->issued);
    attempts_free(m->attempts);
    tallies_free(m->tallies);
    for (size_t i = 0; i < INHERIT_MEMORIES; i++)
        close(m->memory[i]);
    shm_free(m->standing, sizeof *m->standing);
    free(m->listen);
    return m->status;
}

int master_run(struct conf *conf, const struct conf_source *source,
               struct inherit *inherit, char *const *argv)
{
    static struct master m;

    m.source = *source;
    inherit_copy(&m.inherit, inherit);
    logform_set(&conf->log); /* the start's, too */
    title_set_with_arguments("etagd: master");
    releases_take(inherit->upgrade >= 0);
    begin(&m, argv);
    boxed_log(conf);
    activation_apply(&m, conf);
    service_begin(&m);
    struct generation *g =
        generation_new(conf, m.numbers = 1, NULL, &m.inherit, m.connections,
                       m.tallies, &m.generations);
    if (!g)
        return 1;
    share(&m, g);
    atomic_store(&m.standing->warms,
                 conf->prepare.warm != NULL && inherit->upgrade < 0);
    list_append(&m.generations, &g->node);
    if (!generation_start(g, m.poll))
        give_up(&m, g, NULL);
    loop(&m);
    return end(&m);
}
