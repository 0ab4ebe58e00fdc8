/* SPDX-License-Identifier: MIT
 *
 * sim_aside: os/helpers and os/mounts: passwords are checked in a moment, and
 * all files lie on a file system that is this machine's or another's, and
 * answers at once, late, or not before the script wants it to.
 */
#include "sim.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "os/file.h"
#include "os/helpers.h"
#include "os/mounts.h"

#define AT_ONCE 4 /* jobs that are under way */

#define PASSWORD_US 20000

static const uint64_t takes_us[] = { 1000, 1000, 200000, UINT64_MAX / 2 };

struct helpers {
    struct list jobs; /* in order; the first ones are under way */
    bool used, stop;
    bool passwords; /* they are checked here, whatever files do */
};

static struct helpers sets[SIM_HELPERS_MOST];

struct helpers *helpers_new(void)
{
    unsigned i = 0;

    while (i < SIM_HELPERS_MOST && sets[i].used)
        i++;
    PROPERTY(i < SIM_HELPERS_MOST);
    sets[i] = (struct helpers){ .used = true };
    list_init(&sets[i].jobs);
    return &sets[i];
}

/* What is under way comes back. */
bool helpers_stop(struct helpers *h)
{
    h->stop = true;
    return true;
}

void helpers_free(struct helpers *h)
{
    PROPERTY(h->used && list_empty(&h->jobs));
    h->used = false;
}

int helpers_fd(const struct helpers *h)
{
    return SIM_HELPERS + (int)(h - sets);
}

/* As many as there are threads for have begun. */
static void begin(struct helpers *h)
{
    unsigned n = 0;

    for (struct list *at = h->jobs.next; at != &h->jobs && n < AT_ONCE;
         at = at->next, n++) {
        struct helper_job *job = LIST_ENTRY(at, struct helper_job, node);
        if (job->began_us == 0)
            job->began_us = sim.now_us;
    }
}

int helpers_give(struct helpers *h, struct helper_job *job, uint64_t stuck_us)
{
    h->passwords = stuck_us == 0;
    PROPERTY(h->passwords || sim.far != 0 || sim.was_far);
    if (sim.no_helpers)
        return -EBUSY;
    job->began_us = 0;
    list_init(&job->node);
    list_append(&h->jobs, &job->node);
    begin(h);
    return 0;
}

static uint64_t takes(const struct helpers *h)
{
    return h->passwords ? PASSWORD_US : takes_us[sim.far];
}

uint64_t sim_aside_due(unsigned i)
{
    struct helpers *h = &sets[i];
    uint64_t due = UINT64_MAX;

    if (!h->used)
        return due;
    begin(h);
    for (struct list *at = h->jobs.next; at != &h->jobs; at = at->next) {
        struct helper_job *job = LIST_ENTRY(at, struct helper_job, node);
        if (job->began_us && job->began_us + takes(h) < due)
            due = job->began_us + takes(h);
    }
    return due;
}

struct helper_job *helpers_take(struct helpers *h)
{
    begin(h);
    for (struct list *at = h->jobs.next; at != &h->jobs; at = at->next) {
        struct helper_job *job = LIST_ENTRY(at, struct helper_job, node);
        if (!h->stop &&
            (!job->began_us || job->began_us + takes(h) > sim.now_us))
            continue;
        list_remove(&job->node);
        job->run(job);
        return job;
    }
    return NULL;
}

bool helpers_recall(struct helpers *h, struct helper_job *job)
{
    (void)h;
    if (job->began_us)
        return false;
    list_remove(&job->node);
    return true;
}

bool helpers_waits(struct helpers *h, const struct helper_job *job)
{
    (void)h;
    return job->began_us == 0;
}

void helpers_close(struct helpers *h, unsigned lane, int fd)
{
    (void)h;
    PROPERTY(lane < HELPERS_LANES);
    sim_close_file(fd);
}

/* ---- mounts ---- */

bool mounts_read(int fd, struct mounts *m)
{
    PROPERTY(fd == SIM_MOUNTS);
    *m = (struct mounts){ calloc(1, sizeof m->mount[0]), 1 };
    m->mount[0] = (struct mount){ NULL, 1, sim.far != 0 };
    return true;
}

void mounts_free(struct mounts *m)
{
    free(m->mount);
    *m = (struct mounts){ NULL, 0 };
}

int mounts_of(const struct mounts *m, const char *path, size_t n)
{
    PROPERTY(m->n == 1 && n > 0 && path[0] == '/');
    return 0;
}

bool mounts_foreign_on(const struct mounts *m, const char *path, size_t n)
{
    PROPERTY(m->n == 1 && n > 0 && path[0] == '/');
    return m->mount[0].foreign;
}

bool mounts_foreign_below(const struct mounts *m, const char *path, size_t n)
{
    (void)m;
    (void)path;
    (void)n;
    return false;
}

bool mounts_local(int fd)
{
    (void)fd;
    return sim.far == 0;
}

int mounts_path(int fd, char *path, size_t room)
{
    PROPERTY(fd == SIM_ROOT && room > 1);
    path[0] = '/';
    return 1;
}

int file_open_staying(int root, const char *path, enum file_links links)
{
    return links == FILE_LINKS_OWNER ? -EXDEV
                                     : file_open_beneath(root, path, links);
}
