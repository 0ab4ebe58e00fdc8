/* SPDX-License-Identifier: MIT
 *
 * roots: asks the file system for each root by its name.
 * Layer: master.  Never waits for another machine: roots of file systems that
 * may hang are left alone, since the master that hangs with one serves nobody.
 * Of a place that is no directory just now the old one is kept.
 */
#include "master/roots.h"

#include <string.h>
#include <unistd.h>

#include "conf/conf.h"
#include "files/previous.h"
#include "master/releases.h"
#include "master/master_state.h"
#include "os/channel.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/landlock.h"
#include "os/log.h"
#include "os/mounts.h"

#define LOOK_US 1000000u

static bool looks(const struct master *m)
{
    return m->current && !m->ending && m->current->state == GENERATION_SERVING;
}

/* A reload that fails is not tried again for the same directory, as long as the
 * name means that one.  One that does not fail makes another generation, whose
 * roots have tried nothing. */
static bool tried(struct root *r, uint64_t dev, uint64_t ino)
{
    bool same = r->tried_dev == dev && r->tried_ino == ino;

    r->tried_dev = dev;
    r->tried_ino = ino;
    return same;
}

static bool is_same(struct root *r, uint64_t dev, uint64_t ino)
{
    bool same = r->dev == dev && r->ino == ino;

    if (same)
        r->tried_dev = r->tried_ino = 0;
    return same;
}

/* Workers that may read the new directory have it already; those that are made
 * later are to be given it as well. */
static bool workers_follow(const struct conf *c, const struct root *r, int fd)
{
    bool confined = c->sandbox && landlock_abi() > 0;

    return r->folder >= 0 &&
           (!confined || (r->releases >= 0 && file_within(r->releases, fd)));
}

static void exchange(const struct conf *c, const char *place, struct root *r,
                     int fd, uint64_t dev, uint64_t ino)
{
    releases_leave(c, r, place, dev, ino);
    r->fd = fd;
    r->watchable = file_system_watchable(fd);
    r->dev = dev;
    r->ino = ino;
    (void)previous_tidy(r, clock_mono_us());
}

/* False: it takes a reload to serve what `place` names. */
static bool adopt(const struct conf *c, const char *place, struct root *root,
                  uint64_t dev, uint64_t ino)
{
    int fd = file_open_root(place);

    if (fd >= 0 && workers_follow(c, root, fd)) {
        log_line(LOG_INFO_, LOG_ON(place), "M150",
                 "root %s is another directory now: workers follow it", place);
        exchange(c, place, root, fd, dev, ino);
        return true;
    }
    if (fd >= 0)
        close(fd);
    return false;
}

/* Does `place` name another directory than the root that was opened there?
 * True: it takes a reload to serve that one. */
static bool take(struct master *m, const char *place, struct root *root)
{
    uint64_t dev, ino;

    if (!place || !root->local || file_directory(place, &dev, &ino) != 0 ||
        is_same(root, dev, ino) || tried(root, dev, ino) ||
        adopt(m->current->conf, place, root, dev, ino))
        return false;
    log_line(LOG_INFO_, LOG_ON(place), "M114",
             "root %s is another directory now: taking it by a reload", place);
    return true;
}

static void show(const struct generation *g, uint32_t number, int fd)
{
    char message[1 + sizeof number] = { WORKER_ROOT };

    memcpy(message + 1, &number, sizeof number);
    for (unsigned i = 0; i < g->conf->workers; i++) {
        if (g->worker[i].pid > 0)
            (void)channel_send(g->worker[i].control, message, sizeof message,
                               &fd, 1);
    }
}

/* What it is now comes first, so that those between are kept in their order. */
static void hear(const struct conf *c, const char *place, struct root *r,
                 int fd)
{
    uint64_t dev, ino;

    if (file_directory(place, &dev, &ino) == 0 &&
        (dev != r->dev || ino != r->ino))
        (void)adopt(c, place, r, dev, ino);
    previous_hear(r, file_again(fd),
                  clock_mono_us() + c->keep_previous_ms * 1000);
}

/* Of all generations that serve, or will.  A worker is believed what the others
 * could have found by themselves. */
static void hear_all(struct master *m, const char *place, int fd,
                     const struct file_stat *s)
{
    EACH_GENERATION (at, m) {
        struct generation *g = generation_at(at);
        if (g->state >= GENERATION_DRAINING || !g->conf->keep_previous_ms)
            continue;
        for (size_t i = 0; i < g->n_roots; i++) {
            struct root *r = &g->root[i];
            const char *name = releases_place(g->conf, i);
            if (!name || strcmp(name, place) != 0 || !r->local ||
                (r->shown_dev == s->dev && r->shown_ino == s->ino) ||
                !workers_follow(g->conf, r, fd))
                continue;
            r->shown_dev = s->dev;
            r->shown_ino = s->ino;
            hear(g->conf, place, r, fd);
            show(g, (uint32_t)i, fd);
        }
    }
}

void roots_seen(struct master *m, const struct child *c, const char *message,
                size_t n, int fd)
{
    struct file_stat s;
    uint32_t number = 0;
    const char *place = NULL;

    if (c->role == CHILD_WORKER && message[0] == WORKER_ROOT &&
        n == 1 + sizeof number) {
        memcpy(&number, message + 1, sizeof number);
        place = releases_place(c->home->conf, number);
    }
    if (place && file_stat(fd, &s) == 0 && s.kind == FILE_DIRECTORY &&
        mounts_local(fd))
        hear_all(m, place, fd, &s);
    close(fd);
}

bool roots_moved(struct master *m)
{
    uint64_t now = clock_mono_us();

    if (!looks(m) ||
        (now < m->roots.due_us && m->roots.number == m->current->number))
        return false;
    m->roots.due_us = now + LOOK_US;
    m->roots.number = m->current->number; /* its roots are others */
    for (size_t i = 0; i < m->current->n_roots; i++) {
        (void)previous_tidy(&m->current->root[i], now);
        if (take(m, releases_place(m->current->conf, i), &m->current->root[i]))
            return true;
    }
    return false;
}

void roots_told(struct master *m, struct child *c)
{
    c->moved++;
    m->roots.due_us = 0;
    m->roots.told = true;
}

/* Which of its words this answers: what a worker has found out since then waits
 * in the channel, and is not what was looked at here. */
static void answer(const struct generation *g)
{
    char message[1 + sizeof g->worker[0].moved] = { WORKER_STAYS };

    for (unsigned i = 0; i < g->conf->workers; i++) {
        const struct child *c = &g->worker[i];
        memcpy(message + 1, &c->moved, sizeof c->moved);
        if (c->pid > 0)
            (void)channel_send(c->control, message, sizeof message, NULL, 0);
    }
}

void roots_answer(struct master *m)
{
    if (!m->roots.told || m->asked.reload) /* a program comes up that will */
        return;
    EACH_GENERATION (at, m) {
        if (generation_at(at)->state == GENERATION_STARTING)
            return; /* it will serve, or be given up */
    }
    m->roots.told = false;
    if (m->current)
        answer(m->current);
}

int roots_wait_ms(const struct master *m)
{
    uint64_t now = clock_mono_us();

    if (!looks(m))
        return -1;
    return now < m->roots.due_us ? (int)((m->roots.due_us - now) / 1000) + 1
                                 : 0;
}
