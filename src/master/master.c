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
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/check.h"
#include "master/generation.h"
#include "os/channel.h"
#include "os/clock.h"
#include "os/log.h"
#include "os/net.h"
#include "os/poll.h"
#include "os/process.h"
#include "os/shm.h"
#include "os/signals.h"
#include "serve/past.h"

#define STOP_US 3000000u /* TERM: until what is left is killed */
#define START_TRIES 3u   /* quick deaths before a start is given up */

struct master {
    const struct conf_source *source;
    int signals, poll;
    char signal_tag;
    struct list generations;    /* oldest first; the last one serves */
    struct generation *current; /* NULL once stopping */
    _Atomic uint64_t *connections;
    struct past *past;
    uint64_t accepted, closed, requests; /* of generations that are gone */
    bool ending;
    int status;
};

static struct generation *generation_at(struct list *node)
{
    return LIST_ENTRY(node, struct generation, node);
}

/* In a fresh child: everything that only the master may hold. */
static void close_masters(void *arg, const struct child *self)
{
    struct master *m = arg;

    close(m->signals);
    close(m->poll);
    for (struct list *at = m->generations.next; at != &m->generations;
         at = at->next)
        generation_disown(generation_at(at), self);
}

static void write_pidfile(const struct conf *conf)
{
    if (!conf->pidfile)
        return;
    FILE *f = fopen(conf->pidfile, "we");
    if (!f) {
        log_error("M025", "pidfile %s: %s", conf->pidfile, strerror(errno));
        return;
    }
    fprintf(f, "%d\n", (int)getpid());
    fclose(f);
}

static void announce_observer(const struct generation *g)
{
    char text[256];

    if (g->observe_listener < 0)
        return;
    net_local_text(g->observe_listener, text, sizeof text);
    bool unix_socket = strncmp(text, "unix:", 5) == 0;
    log_info("M012", "observing at %s%s%s", unix_socket ? "" : "http://", text,
             unix_socket ? "" : "/");
}

/* "http://127.0.0.1:5000/" for each listening socket. */
static void announce(const struct generation *g)
{
    char storage[2048];
    struct buf b = buf_over(storage, sizeof storage);

    for (size_t i = 0; i < g->conf->n_listen; i++) {
        char text[256];
        net_local_text(g->listener[i], text, sizeof text);
        bool unix_socket = strncmp(text, "unix:", 5) == 0;
        buf_fmt(&b, unix_socket ? "%s%s" : "%shttp://%s/", i ? " " : "", text);
    }
    buf_cstr(&b);
    log_info("M010", "serving %s with %u worker%s", storage, g->conf->workers,
             g->conf->workers == 1 ? "" : "s");
    if (g->conf->ad_hoc)
        log_info("M011",
                 "%s, ad hoc: every answer says Cache-Control: no-cache, so "
                 "that no edit is hidden; Ctrl-C ends",
                 g->conf->sites[0].root);
    announce_observer(g);
}

static void drain(struct generation *g)
{
    g->state = GENERATION_DRAINING;
    g->end_us = clock_mono_us() + g->conf->timeouts.drain_ms * 1000 + 1000000;
    generation_tell(g, WORKER_DRAIN);
}

static void stop(struct generation *g)
{
    g->state = GENERATION_STOPPING;
    g->end_us = clock_mono_us() + STOP_US;
    generation_tell(g, WORKER_STOP);
}

static void end_all(struct master *m, void (*how)(struct generation *))
{
    m->ending = true;
    for (struct list *at = m->generations.next; at != &m->generations;
         at = at->next) {
        generation_deafen(generation_at(at));
        how(generation_at(at));
    }
}

/* Every worker of a starting generation has reported: it takes over. */
static void take_over(struct master *m, struct generation *g)
{
    struct generation *old = m->current;

    g->state = GENERATION_SERVING;
    m->current = g;
    if (!old) {
        write_pidfile(g->conf);
        announce(g);
        return;
    }
    log_info("M013",
             "generation %u serves with %u workers; generation %u "
             "finishes what it has",
             g->number, g->conf->workers, old->number);
    announce_observer(g);
    generation_finish_observer(old); /* this one's sees the old board too */
    drain(old);
}

static void child_message(struct master *m, struct child *c)
{
    char word;
    struct generation *g = c->home;
    ssize_t n = channel_take(c->control, &word, 1, NULL, NULL);

    if (n == 0 || (n < 0 && n != -EAGAIN)) {
        poll_remove(m->poll, c->control); /* its end follows by SIGCHLD */
        return;
    }
    if (n != 1 || word != WORKER_READY)
        return;
    c->ready = true;
    if (g->state == GENERATION_STARTING && generation_all_ready(g))
        take_over(m, g);
}

/* A start that can't succeed: the first one ends the program, a later one only
 * itself. */
static void give_up(struct master *m, struct generation *g)
{
    log_error("M026", "generation %u does not come up%s", g->number,
              m->current ? "; the old one goes on" : "");
    if (!m->current) {
        m->status = 1;
        m->ending = true;
    }
    stop(g);
}

static void reap(struct master *m)
{
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        for (struct list *at = m->generations.next; at != &m->generations;
             at = at->next) {
            struct generation *g = generation_at(at);
            struct child *c = generation_reap(g, pid, status);
            if (!c)
                continue;
            if (g->state == GENERATION_STARTING &&
                c->history.quick >= START_TRIES)
                give_up(m, g);
            break;
        }
    }
}

static void print_faults(const struct conf_faults *faults,
                         enum log_severity level, const char *id)
{
    for (size_t i = 0; i < faults->n; i++)
        log_line(level, id, "%s", faults->text[i]);
}

/* HUP: a configuration with faults changes nothing. */
static void reload(struct master *m)
{
    struct conf_faults faults = { NULL, 0 }, warnings = { NULL, 0 };

    if (!m->current || m->ending)
        return;
    struct conf *conf = conf_load(m->source, &faults, &warnings);
    print_faults(&faults, LOG_ERROR_, "M050");
    print_faults(&warnings, LOG_WARN_, "M051");
    conf_faults_free(&faults);
    conf_faults_free(&warnings);
    if (!conf) {
        log_error("M052", "the configuration has faults: the old one goes on");
        return;
    }
    struct generation *g = generation_new(conf, m->current, m->connections);
    if (!g) {
        log_error("M053", "reload failed: the old configuration goes on");
        return;
    }
    g->past = m->past;
    list_append(&m->generations, &g->node);
    if (!generation_start(g, m->poll, close_masters, m))
        give_up(m, g);
}

static void obey(struct master *m, int number)
{
    switch (number) {
    case SIGTERM:
    case SIGINT:
        log_info("M080", "stopping");
        end_all(m, stop);
        break;
    case SIGQUIT:
        log_info("M081", "finishing what is under way");
        end_all(m, drain);
        break;
    case SIGHUP:
        reload(m);
        break;
    case SIGUSR1:
        if (m->current)
            generation_reopen(m->current);
        break;
    case SIGCHLD:
        reap(m);
        break;
    default:
        break;
    }
}

static void add_up(struct master *m, const struct generation *g)
{
    for (unsigned i = 0; i < g->conf->workers; i++) {
        struct counters_slot *s = &g->counters->slot[i];
        m->accepted += counters_get(&s->accepted);
        m->closed += counters_get(&s->closed);
        m->requests += counters_get(&s->requests);
    }
}

/* Before g is freed: nobody may still point at it. */
static void forget_older(struct master *m, const struct generation *g)
{
    for (struct list *at = m->generations.next; at != &m->generations;
         at = at->next) {
        if (generation_at(at)->older == g)
            generation_at(at)->older = g->older;
    }
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
        generation_finish_preparer(g);
        if (generation_workers_gone(g))
            generation_finish_observer(g);
        if (!generation_gone(g))
            continue;
        add_up(m, g);
        if (m->current == g)
            m->current = NULL;
        forget_older(m, g);
        if (!m->ending)
            log_info("M014", "generation %u has ended", g->number);
        if (m->ending && g->conf->pidfile)
            unlink(g->conf->pidfile);
        generation_free(g);
    }
}

static int wait_ms(struct master *m)
{
    int least = -1;

    for (struct list *at = m->generations.next; at != &m->generations;
         at = at->next) {
        int ms = generation_turn(generation_at(at));
        if (ms >= 0 && (least < 0 || ms < least))
            least = ms;
    }
    return least;
}

static void loop(struct master *m)
{
    struct epoll_event events[16];

    while (!list_empty(&m->generations)) {
        int n = poll_wait(m->poll, events, 16, wait_ms(m));
        CHECK(n >= 0);
        bool signalled = false;
        for (int i = 0; i < n; i++) {
            if (events[i].data.ptr == &m->signal_tag)
                signalled = true;
            else
                child_message(m, events[i].data.ptr);
        }
        for (int number; signalled && (number = signals_take(m->signals));)
            obey(m, number);
        bury(m);
    }
}

int master_run(struct conf *conf, const struct conf_source *source)
{
    struct master m = { .source = source };

    log_role("master");
    check_role("master");
    process_raise_descriptors();
    log_without_waiting();
    list_init(&m.generations);
    m.connections = shm_new(sizeof *m.connections);
    m.past = past_new();
    m.signals = signals_open();
    m.poll = poll_new();
    CHECK(m.connections && m.past && m.signals >= 0 && m.poll >= 0);
    CHECK(poll_add_level(m.poll, m.signals, &m.signal_tag) == 0);

    struct generation *g = generation_new(conf, NULL, m.connections);
    if (!g)
        return 1;
    g->past = m.past;
    list_append(&m.generations, &g->node);
    if (!generation_start(g, m.poll, close_masters, &m))
        give_up(&m, g);
    loop(&m);
    log_info("M090", "bye: accepted=%llu closed=%llu requests=%llu",
             (unsigned long long)m.accepted, (unsigned long long)m.closed,
             (unsigned long long)m.requests);
    shm_free(m.connections, sizeof *m.connections);
    past_free(m.past);
    return m.status;
}
