/* SPDX-License-Identifier: MIT
 *
 * takeover: the first generation, or the next one after another, begins to
 * serve; whoever waits for it is told.
 * Layer: master.
 */
#include "master/takeover.h"

#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/check.h"
#include "base/plural.h"
#include "master/activation.h"
#include "master/moves.h"
#include "master/pidfile.h"
#include "master/published.h"
#include "master/service.h"
#include "master/master_state.h"
#include "master/records.h"
#include "master/upgrade.h"
#include "os/clock.h"
#include "os/log.h"
#include "os/net.h"
#include "share/standing.h"

static void announce_sides(const struct generation *g)
{
    static const struct {
        const char *id, *what, *path;
    } rows[SIDES] = { [SIDE_OBSERVER] = { "M012", "observing", "/" },
                      [SIDE_SCRAPER] = { "M144", "metrics", "/metrics" } };

    for (unsigned i = 0; i < SIDES; i++) {
        char text[256];
        if (g->side[i].listener < 0)
            continue;
        net_local_text(g->side[i].listener, text, sizeof text);
        bool unix_socket = strncmp(text, "unix:", 5) == 0;
        log_info(rows[i].id, "%s at %s%s%s", rows[i].what,
                 unix_socket ? "" : "http://", text,
                 unix_socket ? "" : rows[i].path);
    }
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
             plural(g->conf->workers));
    if (g->conf->ad_hoc)
        log_info("M011",
                 "%s, ad hoc: every answer says Cache-Control: no-cache, so "
                 "that no edit is hidden; Ctrl-C or the terminal's end ends it",
                 g->conf->sites[0].root);
    announce_sides(g);
}

/* What a person needs next, where the eye is: the last line of the start. */
static void announce_pid(const struct generation *g)
{
    int pid = (int)getpid();

    if (g->conf->file)
        log_info("M015", "pid %d: kill -HUP %d reloads %s, kill %d ends it",
                 pid, pid, g->conf->file, pid);
    else
        log_info("M015", "pid %d: kill %d ends it", pid, pid);
}

static void begin_first(struct master *m, struct generation *g)
{
    published_begin(m);
    console_follow(m, g->conf->control, m->inherit.upgrade >= 0);
    service_ready(m);
    console_outcome(m, g->number, NULL);
    pidfile_write(g->conf->pidfile);
    announce(g);
    activation_end(m);
    upgrade_ready(m);
    announce_pid(g);
}

static void complete(struct master *m)
{
    struct generation *g = m->takeover.to;

    CHECK(g == m->current && g->state == GENERATION_SERVING);
    m->takeover.to = NULL;
    published_reload(m, true);
    log_info("M013",
             "generation %u serves with %u worker%s; generation %u finishes "
             "what it has",
             g->number, g->conf->workers, plural(g->conf->workers),
             m->takeover.from);
    announce(g);
    service_ready(m);
    console_outcome(m, g->number, NULL);
}

/* Those that finish already, here and in programs before this one, are told as
 * well: addresses may have come or gone. */
static void hand_over(struct master *m, const struct generation *to)
{
    EACH_GENERATION (at, m) {
        if (generation_at(at) != to)
            moves_begin(generation_at(at), to);
    }
    upgrade_serves(m);
}

void takeover_begin(struct master *m, struct generation *g)
{
    struct generation *old = m->current;

    if (m->takeover.to)
        complete(m);
    CHECK(g != old && generation_all_ready(g));
    generation_become(g, GENERATION_SERVING);
    m->current = g;
    atomic_store(&m->standing->warms, false);
    if (!old) {
        begin_first(m, g);
        return;
    }
    console_follow(m, g->conf->control, false);
    pidfile_follow(old->conf->pidfile, g->conf->pidfile);
    generation_finish_sides(old); /* these see the old one's, too */
    hand_over(m, g);
    generation_drain(old, WORKER_DRAIN);
    m->takeover.to = g;
    m->takeover.from = old->number;
    m->takeover.until_us = clock_mono_us() + GENERATION_DEAF_US;
    takeover_look(m);
}

void takeover_look(struct master *m)
{
    if (!m->takeover.to || m->ending)
        return;
    EACH_GENERATION (at, m) {
        const struct generation *g = generation_at(at);
        if (g->state == GENERATION_DRAINING && !generation_deaf(g))
            return;
    }
    complete(m);
}

int takeover_turn(struct master *m)
{
    uint64_t now = clock_mono_us();

    if (!m->takeover.to || m->ending)
        return -1;
    if (now < m->takeover.until_us)
        return (int)((m->takeover.until_us - now) / 1000) + 1;
    complete(m);
    return -1;
}
