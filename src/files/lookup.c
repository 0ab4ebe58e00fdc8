/* SPDX-License-Identifier: MIT
 *
 * lookup: one job of a helper for each target, or for all that asked for the
 * same one before it was begun.
 * Layer: files.
 * Heap: the job.
 */
#include "files/lookup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "files/entry.h"
#include "files/files.h"
#include "files/names.h"
#include "files/view.h"
#include "os/log.h"
#include "os/mounts.h"

/* In a helper's thread. */
static void look_run(struct helper_job *job)
{
    struct look *l = LIST_ENTRY(job, struct look, job.job);
    struct files *view = &l->view->files;
    const struct conf_site *site = &view->conf->sites[l->site];
    struct found *f = &l->found;

    find_target(view, site, &l->target, f);
    f->lane = (int)job->lane;
    f->foreign = f->fd >= 0 && !mounts_local(f->fd);
    for (int c = 0; c < CODING_COUNT; c++) {
        if (f->sidecars >> c & 1)
            f->foreign = f->foreign || !mounts_local(f->sidecar_fd[c]);
    }
    if (f->reason != REASON_LISTING)
        return;
    l->names = calloc(1, sizeof *l->names);
    int error =
        l->names ? names_read(view, site, f->root, f->path, l->names) : -ENOMEM;
    if (error) {
        free(l->names);
        l->names = NULL;
        find_refuse(f, error);
    }
}

static void look_done(struct files *fs, struct aside_job *job)
{
    struct look *l = LIST_ENTRY(job, struct look, job);

    if (job->given_up)
        lookup_end(fs, l);
    else
        list_append(&fs->looked, &job->node);
}

struct look *lookup_found(struct files *fs)
{
    if (list_empty(&fs->looked))
        return NULL;
    struct list *node = list_take(&fs->looked);
    return LIST_ENTRY(LIST_ENTRY(node, struct aside_job, node), struct look,
                      job);
}

void lookup_end(struct files *fs, struct look *l)
{
    while (!list_empty(&l->waiters))
        list_append(&fs->ready, list_take(&l->waiters));
    CHECK(list_empty(&l->job.node)); /* nobody else will find it */
    find_release(fs, &l->found);
    if (l->names)
        directory_free(l->names);
    free(l->names);
    view_release(l->view);
    free(l);
}

static void look_late(struct files *fs, struct aside_job *job)
{
    struct look *l = LIST_ENTRY(job, struct look, job);

    log_line(LOG_WARN_, LOG_ON(l->path), "W080",
             "%s: its file system has not answered for %llu ms", l->path,
             (unsigned long long)fs->conf->timeouts.prepare_ms);
    aside_lose(fs, &l->waiters);
}

/* One that has not been begun serves all that have asked until then. */
static struct look *in_queue(struct files *fs, unsigned site,
                             const struct target *target)
{
    struct aside_job *j = NULL;

    while ((j = aside_queued(fs, j))) {
        struct look *l = LIST_ENTRY(j, struct look, job);
        if (j->done == look_done && l->site == site &&
            span_eq(l->target.path, target->path))
            return l;
    }
    return NULL;
}

struct list *lookup_ask(struct files *fs, unsigned site,
                        const struct target *target, const struct found *f)
{
    struct look *l = in_queue(fs, site, target);

    if (l)
        return &l->waiters;
    l = calloc(1, sizeof *l + target->path.n + 1);
    if (!l)
        return NULL;
    memcpy(l->path, target->path.p, target->path.n);
    list_init(&l->waiters);
    l->view = aside_view(fs);
    l->site = site;
    l->target = (struct target){ .path = span_of(l->path, target->path.n),
                                 .directory = target->directory,
                                 .dotted = target->dotted };
    l->found.fd = -1;
    l->job.job.run = look_run;
    l->job.done = look_done;
    l->job.late = look_late;
    if (!l->view ||
        aside_give(fs, &l->job, aside_lane(fs, f->root, f->path)) != 0) {
        if (l->view)
            view_release(l->view);
        free(l);
        return NULL;
    }
    return &l->waiters;
}
