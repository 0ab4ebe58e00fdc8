/* SPDX-License-Identifier: MIT
 *
 * roots: asks the file system for each root by its name.
 * Layer: master.  Never waits for another machine: roots of file systems that
 * may hang are left alone, since the master that hangs with one serves nobody.
 * Of a place that is no directory just now the old one is kept.
 */
#include "master/roots.h"

#include "master/state.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/log.h"

#define LOOK_US 1000000u

static bool looks(const struct master *m)
{
    return m->current && !m->ending && m->current->state == GENERATION_SERVING;
}

/* A reload that fails is not tried again for the same directory. */
static bool tried(struct master *m, uint64_t dev, uint64_t ino)
{
    bool same = m->roots.dev == dev && m->roots.ino == ino;

    m->roots.dev = dev;
    m->roots.ino = ino;
    return same;
}

/* Does `place` name another directory than the root that was opened there? */
static bool take(struct master *m, const char *place, const struct root *root)
{
    uint64_t dev, ino;

    if (!place || !root->local || file_directory(place, &dev, &ino) != 0 ||
        (dev == root->dev && ino == root->ino) || tried(m, dev, ino))
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
        if (take(m, s->place, &m->current->root[at++]))
            return true;
        for (size_t k = 0; k < s->n_aliases; k++) {
            if (take(m, s->aliases[k].place, &m->current->root[at++]))
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
