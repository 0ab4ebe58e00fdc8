/* SPDX-License-Identifier: MIT
 *
 * follow: opens a root again by its name when something happened to names in
 * its folder.
 * Layer: files.  A worker may read the roots that it was given, and the folder
 * of releases of a root that is a link into it (master/opening.c); all others
 * need a new generation of workers, which the master starts when it is told.
 */
#include "files/follow.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/check.h"
#include "files/entry.h"
#include "files/files.h"
#include "files/previous.h"
#include "os/file.h"
#include "os/mounts.h"
#include "os/watch.h"

#define UNWATCHED_US 1000000 /* as for files that no watch tells of */

/* Other workers are to know what it was and is, too: those that are started
 * later, and those that sleep until it is the next one. */
static void keep(struct files *fs, struct root *r, const struct file_stat *to)
{
    uint64_t ms = fs->conf->keep_previous_ms;

    if (!ms)
        return;
    fs->root_moved = r->shows = true;
    previous_leave(r, file_again(r->fd), fs->now->us + ms * 1000, to->dev,
                   to->ino);
}

/* Requests below it wait for workers that may read what its name means now, and
 * are handed to them unanswered (serve/moving.h). */
static void await(struct files *fs, struct root *r)
{
    fs->root_moved = r->awaited = fs->awaits = fs->behind = true;
    fs->awaits_us = fs->now->us + fs->conf->timeouts.prepare_ms * 1000;
}

void follow_give_up(struct files *fs)
{
    for (size_t i = 0; i < fs->n_roots; i++)
        fs->root[i].awaited = false;
    fs->awaits = false;
    while (!list_empty(&fs->awaiting)) {
        struct list *waiter = fs->awaiting.next;
        list_remove(waiter);
        list_append(&fs->ready, waiter);
    }
}

/* True: it was another directory, or is to be. */
static bool look(struct files *fs, struct root *r, const struct root *given)
{
    struct file_stat s;
    int fd = file_open_named(r->folder, r->name);

    if (fd == -EACCES || fd == -EPERM) {
        await(fs, r);
        return true;
    }
    r->awaited = false;
    if (fd < 0)
        return false; /* between two steps of a deploy: the old one serves */
    if (file_stat(fd, &s) != 0 || (s.dev == r->dev && s.ino == r->ino) ||
        !mounts_local(fd)) {
        close(fd);
        return false;
    }
    CHECK(r->fd >= 0 && fd != given->fd);
    keep(fs, r, &s);
    if (r->fd != given->fd)
        close(r->fd);
    r->fd = fd;
    r->watchable = file_system_watchable(fd);
    r->dev = s.dev;
    r->ino = s.ino;
    return true;
}

static void note_previous(struct files *fs)
{
    fs->previous_us = 0;
    for (size_t i = 0; i < fs->n_roots; i++) {
        struct root *r = &fs->root[i];
        (void)previous_tidy(r, fs->now->us);
        for (unsigned k = 0; k < r->n_previous; k++) {
            if (!fs->previous_us || r->previous[k].until_us < fs->previous_us)
                fs->previous_us = r->previous[k].until_us;
        }
    }
}

/* Nobody is sent them any more, and they hold descriptors. */
static void drop_entries(struct files *fs)
{
    struct list *at = fs->cache.files.next, *next;

    for (; at != &fs->cache.files; at = next) {
        struct entry *e = LIST_ENTRY(at, struct entry, lru);
        next = at->next;
        if (!e->previous || e->pending)
            continue;
        cache_unlink(&fs->cache, e);
        entry_release(fs, e);
    }
}

static uint64_t sooner(uint64_t a_us, uint64_t b_us)
{
    return a_us && (!b_us || a_us < b_us) ? a_us : b_us;
}

int follow_expire(struct files *fs)
{
    if (fs->previous_us && fs->now->us >= fs->previous_us) {
        drop_entries(fs);
        note_previous(fs);
    }
    if (fs->awaits && fs->now->us >= fs->awaits_us)
        follow_give_up(fs);
    uint64_t at = sooner(fs->previous_us, fs->awaits ? fs->awaits_us : 0);
    if (!at)
        return -1;
    uint64_t left_ms = (at - fs->now->us) / 1000 + 1;
    return left_ms < INT_MAX ? (int)left_ms : INT_MAX;
}

bool follow_look(struct files *fs)
{
    bool any = false;

    for (size_t i = 0; i < fs->n_roots; i++) {
        if (fs->root[i].folder >= 0)
            any |= look(fs, &fs->root[i], &fs->given[i]);
    }
    if (any)
        note_previous(fs);
    return any;
}

void follow_hear(struct files *fs, size_t i, int fd)
{
    uint64_t ms = fs->conf->keep_previous_ms;

    if (i >= fs->n_roots || !ms) {
        close(fd);
        return;
    }
    previous_hear(&fs->root[i], fd, fs->now->us + ms * 1000);
    note_previous(fs);
    fs->fresh++; /* what was not there may be found now */
}

void follow_start(struct files *fs)
{
    fs->places = fs->dirs ? watch_new(WATCH_PLACES) : -1;
    for (size_t i = 0; i < fs->n_roots; i++) {
        const struct root *r = &fs->root[i];
        if (r->folder >= 0 &&
            (fs->places < 0 ||
             watch_add_folder(fs->places, r->folder, r->fd) < 0))
            fs->unwatched = true;
    }
    (void)follow_look(fs);
    note_previous(fs);
}

void follow_end(struct files *fs)
{
    if (fs->places >= 0)
        close(fs->places);
    for (size_t i = 0; fs->root && i < fs->n_roots; i++) {
        if (fs->root[i].fd != fs->given[i].fd)
            close(fs->root[i].fd);
        previous_close(&fs->root[i]);
    }
    free(fs->root);
}

bool follow_news(struct files *fs)
{
    bool names = fs->places >= 0 && watch_take_names(fs->places);

    if (fs->unwatched) {
        bool always = fs->conf->prepare.freshness == FRESHNESS_STAT;
        fs->asked_us = fs->now->us + (always ? 0 : UNWATCHED_US);
        names = true;
    }
    return names && follow_look(fs);
}
