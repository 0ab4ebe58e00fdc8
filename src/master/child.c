/* SPDX-License-Identifier: MIT
 *
 * child: what a process does from its fork to the job of its role.
 * Layer: master.  Ends by exit(), so that counters and leak checks are written.
 */
#include "master/child.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "observe/observer.h"
#include "observe/scraper.h"
#include "serve/moving.h"
#include "os/log.h"
#include "os/process.h"
#include "os/sandbox.h"
#include "os/signals.h"
#include "os/title.h"
#include "prepare/preparer.h"

const char *child_role_name(const struct child *c)
{
    static const char *const names[] = { [CHILD_WORKER] = "worker",
                                         [CHILD_PREPARER] = "preparer",
                                         [CHILD_OBSERVER] = "observer",
                                         [CHILD_SCRAPER] = "scraper" };

    return names[c->role];
}

const char *child_failure(int status)
{
    static const char *const texts[] = {
        [WORKER_FAILED_PASSWORDS] =
            "passwords can't be checked, libcrypt is missing",
        [WORKER_FAILED_MEMORY] =
            "not enough memory for what [limits] asks for",
        [WORKER_FAILED_HELPERS] = "no threads to help workers",
        [WORKER_FAILED_RIGHTS] = "rights can't be given up",
    };
    unsigned n = WIFEXITED(status) ? (unsigned)WEXITSTATUS(status) : 0;

    return n < sizeof texts / sizeof *texts ? texts[n] : NULL;
}

static _Noreturn void observer_main(struct generation *g, int control)
{
    struct observer_start start = {
        .conf = g->conf,
        .listener = g->side[SIDE_OBSERVER].listener,
        .control = control,
        .accepted = g->connections,
        .tallies = g->tallies,
        .issued = g->issued,
    };

    memcpy(start.place, g->place, sizeof start.place);
    for (struct generation *at = g; at && start.n_sources < OBSERVER_SOURCES;
         at = at->older) {
        if (at->board)
            start.source[start.n_sources++] =
                (struct observer_source){ at->number, at->conf->workers,
                                          at->board, &at->counters };
    }
    exit(observer_run(&start));
}

/* A child has what it needs and nothing else: no other's channel, and a
 * preparer neither sockets nor roots. */
static void keep_needed(const struct generation *g, const struct child *c,
                        int control, int prepare)
{
    size_t n = 3;
    size_t most = n + 1 + MOVING_ENDS + g->conf->n_listen + g->conf->workers +
                  (3 + ROOT_PREVIOUS_MAX) * g->n_roots;
    int *keep = calloc(most, sizeof *keep);

    CHECK(keep != NULL);
    keep[0] = log_descriptor();
    keep[1] = control;
    keep[2] = prepare;
    if (c->role == CHILD_OBSERVER || c->role == CHILD_SCRAPER)
        keep[n++] = g->side[c->role - CHILD_OBSERVER].listener;
    if (c->role == CHILD_WORKER) {
        keep[n++] = g->access_log;
        for (size_t i = 0; i < MOVING_ENDS; i++)
            keep[n++] = g->moving[i];
        for (size_t i = 0; i < g->conf->n_listen; i++)
            keep[n++] = g->listener[i];
        for (size_t i = 0; i < g->n_roots; i++) {
            keep[n++] = g->root[i].fd;
            keep[n++] = g->root[i].folder;
            keep[n++] = g->root[i].releases;
            for (unsigned k = 0; k < g->root[i].n_previous; k++)
                keep[n++] = g->root[i].previous[k].fd;
        }
        for (unsigned i = 0; i < g->conf->workers; i++)
            keep[n++] = g->wake[i];
    }
    CHECK(n <= most);
    sandbox_close_others(keep, n);
    free(keep);
}

/* "etagd: worker 2/4, generation 3" for ps; "etagd-worker" for top.  A preparer
 * may outlive its generation. */
static void entitle(const struct generation *g, const struct child *c)
{
    const char *role = child_role_name(c);
    char name[16], title[96], place[32] = "", number[32] = "";

    snprintf(name, sizeof name, "etagd-%s", role);
    if (c->role == CHILD_WORKER)
        snprintf(place, sizeof place, " %u/%u", c->index + 1, g->conf->workers);
    if (c->role != CHILD_PREPARER)
        snprintf(number, sizeof number, ", generation %u", g->number);
    snprintf(title, sizeof title, "etagd: %s%s%s", role, place, number);
    title_set(name, title);
}

_Noreturn void child_main(struct generation *g, struct child *c, int control,
                          int prepare)
{
    char role[32];
    int rc;

    CHECK(c->home == g && control >= 0);
    CHECK(prepare < 0 || c->role == CHILD_WORKER);
    snprintf(role, sizeof role, c->role == CHILD_WORKER ? "%s %u" : "%s",
             child_role_name(c), c->index + 1);
    log_role(role);
    entitle(g, c);
    check_role(role);
    signals_child();
    keep_needed(g, c, control, prepare);
    process_without_terminal();
    rc = priv_drop(&g->identity);
    if (rc < 0) {
        log_error("M040", "privileges could not be dropped: %s", strerror(-rc));
        _exit(WORKER_FAILED_RIGHTS);
    }
    if (c->role != CHILD_WORKER)
        conf_forget_passwords(g->conf);
    if (c->role == CHILD_PREPARER)
        exit(preparer_run(g->conf, control, c->told));
    if (c->role == CHILD_OBSERVER)
        observer_main(g, control);
    if (c->role == CHILD_SCRAPER)
        exit(scraper_run(&(struct scraper_start){
            .conf = g->conf,
            .listener = g->side[SIDE_SCRAPER].listener,
            .control = control,
            .tallies = g->tallies,
            .place = (const char(*)[METRICS_PLACE_BYTES])g->place,
        }));

    struct worker_start start = {
        .conf = g->conf,
        .index = c->index,
        .listener = g->listener,
        .root = g->root,
        .n_roots = g->n_roots,
        .control = control,
        .prepare = prepare,
        .access_log = g->access_log,
        .descriptors = process_descriptors(),
        .counters = &g->counters,
        .board = g->board,
        .wake = g->wake,
        .moving = g->moving,
        .connections = g->connections,
        .attempts = g->attempts,
        .issued = g->issued,
        .standing = g->standing,
    };
    exit(worker_run(&start));
}
