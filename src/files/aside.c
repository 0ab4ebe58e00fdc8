/* SPDX-License-Identifier: MIT
 *
 * aside: which mounts are foreign, jobs for helpers, and their ends.
 * Layer: files.
 * Heap: a job for each look-up on a foreign file system, and the table of
 * mounts.
 */
#include "files/aside.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/check.h"
#include "files/view.h"
#include "os/mounts.h"
#include "os/poll.h"
#include "os/watch.h"
#include "files/files.h"

struct place {
    char *path; /* NULL: not known */
    size_t n;
    enum aside_way way;
    bool local; /* as the file system itself says */
};

struct aside {
    struct helpers *helpers;
    struct view *view; /* NULL: to be had again */
    struct list jobs, lost;
    int mountinfo; /* -1: not to be had */
    bool known;
    struct mounts mounts;
    struct place *place; /* of each root */
};

/* ---- mounts ---- */

/* Without a table of mounts everything is possible. */
static enum aside_way way_of(const struct aside *a, const struct place *p)
{
    if (!a->known || !p->path)
        return p->local ? ASIDE_STAY : ASIDE_NEVER;
    /* on none where "/" was moved to a directory (chroot): then the kind of its
     * file system tells */
    int on = mounts_of(&a->mounts, p->path, p->n);
    if (on >= 0 ? a->mounts.mount[on].foreign : !p->local)
        return ASIDE_NEVER;
    return mounts_foreign_below(&a->mounts, p->path, p->n) ? ASIDE_STAY
                                                           : ASIDE_ANY;
}

/* Where the roots are now: a name may come to mean another (follow.h). */
static void find_places(struct files *fs)
{
    struct aside *a = fs->aside;
    char path[PATH_MAX];

    for (size_t i = 0; i < fs->n_roots; i++) {
        struct place *p = &a->place[i];
        int n = mounts_path(fs->root[i].fd, path, sizeof path);
        free(p->path);
        p->path = n > 0 ? strndup(path, (size_t)n) : NULL;
        p->n = p->path ? (size_t)n : 0;
    }
}

void aside_mounts(struct files *fs)
{
    struct aside *a = fs->aside;

    if (a->view)
        view_release(a->view);
    a->view = NULL;
    find_places(fs);
    mounts_free(&a->mounts);
    a->known = a->mountinfo >= 0 && mounts_read(a->mountinfo, &a->mounts);
    for (size_t i = 0; i < fs->n_roots; i++)
        a->place[i].way = way_of(a, &a->place[i]);
    fs->fresh++;
}

/* Where that lies by its text; "": nowhere that we know. */
static void put_path(const struct files *fs, unsigned root, const char *path,
                     struct buf *b)
{
    const struct place *p = &fs->aside->place[root];

    if (!fs->aside->known || !p->path)
        return;
    buf_put(b, p->path, p->n);
    buf_char(b, '/');
    buf_str(b, path);
    if (b->overflow)
        b->n = 0;
}

enum aside_way aside_way(const struct files *fs, unsigned root,
                         const char *path, bool links)
{
    enum aside_way way = fs->aside ? fs->aside->place[root].way : ASIDE_ANY;
    char text[PATH_MAX];
    struct buf b = buf_over(text, sizeof text);

    if (way != ASIDE_STAY || links)
        return way;
    put_path(fs, root, path, &b);
    return b.n && !mounts_foreign_on(&fs->aside->mounts, text, b.n) ? ASIDE_ANY
                                                                    : way;
}

bool aside_possible(const struct files *fs)
{
    const struct aside *a = fs->aside;

    return a && (!a->known || mounts_foreign_below(&a->mounts, "/", 1));
}

/* By the text of the path: which of the foreign mounts it is, counted from one;
 * a link may lead elsewhere, which is then waited for by the wrong ones. */
unsigned aside_lane(const struct files *fs, unsigned root, const char *path)
{
    const struct aside *a = fs->aside;
    char text[PATH_MAX];
    struct buf b = buf_over(text, sizeof text);
    unsigned n = 0;

    put_path(fs, root, path, &b);
    if (!b.n)
        return root % HELPERS_LANES;
    int on = mounts_of(&a->mounts, text, b.n);
    if (on < 0 || !a->mounts.mount[on].foreign)
        return 0;
    for (int i = 0; i < on; i++)
        n += a->mounts.mount[i].foreign;
    return 1 + n % (HELPERS_LANES - 1);
}

/* ---- start and end ---- */

static void free_all(struct files *fs)
{
    struct aside *a = fs->aside;

    CHECK(list_empty(&a->jobs) && list_empty(&a->lost));
    for (size_t i = 0; a->place && i < fs->n_roots; i++)
        free(a->place[i].path);
    free(a->place);
    mounts_free(&a->mounts);
    if (a->view)
        view_release(a->view);
    if (a->mountinfo >= 0)
        close(a->mountinfo);
    free(a);
    fs->aside = NULL;
}

bool aside_start(struct files *fs)
{
    struct aside *a = calloc(1, sizeof *a);

    if (!a)
        return false;
    fs->aside = a;
    list_init(&a->jobs);
    list_init(&a->lost);
    a->mountinfo = watch_mounts();
    a->helpers = helpers_new();
    a->place = calloc(fs->n_roots, sizeof a->place[0]);
    if (!a->helpers || !a->place ||
        poll_add_level(fs->poll, helpers_fd(a->helpers), &fs->aside_tag) < 0) {
        if (a->helpers)
            helpers_free(a->helpers);
        free_all(fs);
        return false;
    }
    for (size_t i = 0; i < fs->n_roots; i++)
        a->place[i].local = fs->root[i].local;
    if (a->mountinfo >= 0)
        (void)poll_add_news(fs->poll, a->mountinfo, &fs->mounts_tag);
    aside_mounts(fs);
    return true;
}

struct view *aside_view(struct files *fs)
{
    struct aside *a = fs->aside;

    if (!a->view)
        a->view = view_new(fs);
    if (a->view)
        a->view->refs++;
    return a->view;
}

/* ---- jobs ---- */

int aside_give(struct files *fs, struct aside_job *job, unsigned lane)
{
    struct aside *a = fs->aside;

    CHECK(a && job->done && job->late);
    job->job.lane = lane;
    job->given_us = fs->now->us;
    fs->aside_used = true;
    job->given_up = false;
    list_init(&job->node);
    int error = helpers_give(a->helpers, &job->job,
                             fs->conf->timeouts.prepare_ms * 1000);
    if (error == 0)
        list_append(&a->jobs, &job->node);
    return error;
}

void aside_take(struct files *fs)
{
    struct helper_job *job;

    while ((job = helpers_take(fs->aside->helpers))) {
        struct aside_job *j = LIST_ENTRY(job, struct aside_job, job);
        CHECK(j->given_up || !list_empty(&j->node));
        list_remove(&j->node);
        j->done(fs, j);
    }
}

/* What has not been begun will not be; the rest comes back or it does not. */
static void give_up(struct files *fs, struct aside_job *j)
{
    bool waits = helpers_recall(fs->aside->helpers, &j->job);

    CHECK(!j->given_up);
    list_remove(&j->node);
    j->given_up = true;
    j->late(fs, j);
    if (waits)
        j->done(fs, j);
}

int aside_turn(struct files *fs)
{
    struct aside *a = fs->aside;
    uint64_t limit_us = fs->conf->timeouts.prepare_ms * 1000;

    if (!a)
        return -1;
    while (!list_empty(&a->jobs)) {
        struct aside_job *j = LIST_ENTRY(a->jobs.next, struct aside_job, node);
        uint64_t due_us = j->given_us + limit_us;
        if (due_us > fs->now->us)
            return (int)((due_us - fs->now->us) / 1000) + 1;
        give_up(fs, j);
    }
    return -1;
}

void aside_drop(struct files *fs)
{
    struct aside *a = fs->aside;

    while (a && !list_empty(&a->jobs))
        give_up(fs, LIST_ENTRY(a->jobs.next, struct aside_job, node));
}

bool aside_end(struct files *fs)
{
    struct aside *a = fs->aside;

    if (!a)
        return true;
    if (!helpers_stop(a->helpers))
        return false;
    aside_take(fs);
    helpers_free(a->helpers);
    free_all(fs);
    return true;
}

struct list *aside_lost(struct files *fs)
{
    if (!fs->aside || list_empty(&fs->aside->lost))
        return NULL;
    return list_take(&fs->aside->lost);
}

void aside_lose(struct files *fs, struct list *waiters)
{
    while (!list_empty(waiters))
        list_append(&fs->aside->lost, list_take(waiters));
}

void aside_close(struct files *fs, int lane, int fd)
{
    if (lane < 0 || !fs->aside)
        close(fd);
    else
        helpers_close(fs->aside->helpers, (unsigned)lane, fd);
}

struct aside_job *aside_queued(struct files *fs, struct aside_job *after)
{
    struct aside *a = fs->aside;
    struct list *at = after ? after->node.next : a->jobs.next;

    for (; at != &a->jobs; at = at->next) {
        struct aside_job *j = LIST_ENTRY(at, struct aside_job, node);
        if (helpers_waits(a->helpers, &j->job))
            return j;
    }
    return NULL;
}
