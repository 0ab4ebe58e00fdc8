/* SPDX-License-Identifier: MIT
 *
 * roots: asks the file system for each root by its name and by its descriptor.
 * Layer: master.  Of a place that is no directory just now the old one is kept.
 */
#include "master/roots.h"

#include <unistd.h>

#include "master/state.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/log.h"

#define LOOK_US 1000000u

static bool looks(const struct master *m)
{
    return m->current && !m->ending && m->current->state == GENERATION_SERVING;
}

/* The directory that `place` names, if it is another than the one that fd is.
 */
static bool moved(const char *place, int fd, struct file_stat *now)
{
    struct file_stat held;
    int named = place ? file_open_root(place) : -1;

    if (named < 0)
        return false;
    bool known = file_stat(named, now) == 0 && file_stat(fd, &held) == 0;
    close(named);
    return known && (now->dev != held.dev || now->ino != held.ino);
}

/* A reload that fails is not tried again for the same directory. */
static bool tried(struct master *m, const struct file_stat *now)
{
    bool same = m->roots.dev == now->dev && m->roots.ino == now->ino;

    m->roots.dev = now->dev;
    m->roots.ino = now->ino;
    return same;
}

static bool take(struct master *m, const char *place, int fd)
{
    struct file_stat now;

    if (!moved(place, fd, &now) || tried(m, &now))
        return false;
    log_info("M114", "root %s is another directory now: taking it by a reload",
             place);
    return true;
}

bool roots_moved(struct master *m)
{
    uint64_t now = clock_mono_us();
    size_t at = 0;

    if (!looks(m) || now < m->roots.due_us)
        return false;
    m->roots.due_us = now + LOOK_US;
    /* in the order in which opening.c has opened them */
    for (size_t i = 0; i < m->current->conf->n_sites; i++) {
        const struct conf_site *s = &m->current->conf->sites[i];
        if (take(m, s->place, m->current->root[at++].fd))
            return true;
        for (size_t k = 0; k < s->n_aliases; k++) {
            if (take(m, s->aliases[k].place, m->current->root[at++].fd))
                return true;
        }
    }
    return false;
}

int roots_wait_ms(const struct master *m)
{
    uint64_t now = clock_mono_us();

    if (!looks(m))
        return -1;
    return now < m->roots.due_us ? (int)((m->roots.due_us - now) / 1000) + 1
                                 : 0;
}
