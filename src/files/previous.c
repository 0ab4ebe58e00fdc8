/* SPDX-License-Identifier: MIT
 *
 * previous: a short list in each root, the newest first.
 * Layer: files.
 */
#include "files/previous.h"

#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "files/files.h"
#include "os/file.h"

static void drop(struct root *r, unsigned i)
{
    struct root_previous *p = &r->previous[i];

    CHECK(i < r->n_previous && p->fd >= 0);
    close(p->fd);
    memmove(p, p + 1, (--r->n_previous - i) * sizeof *p);
}

static void drop_one(struct root *r, uint64_t dev, uint64_t ino)
{
    for (unsigned i = r->n_previous; i-- > 0;) {
        if (r->previous[i].dev == dev && r->previous[i].ino == ino)
            drop(r, i);
    }
}

void previous_leave(struct root *r, int fd, uint64_t until_us, uint64_t to_dev,
                    uint64_t to_ino)
{
    drop_one(r, to_dev, to_ino);
    previous_add(r, fd, r->dev, r->ino, until_us);
}

void previous_add(struct root *r, int fd, uint64_t dev, uint64_t ino,
                  uint64_t until_us)
{
    if (fd < 0)
        return;
    drop_one(r, dev, ino);
    if (r->n_previous == ROOT_PREVIOUS_MAX)
        drop(r, ROOT_PREVIOUS_MAX - 1);
    memmove(r->previous + 1, r->previous, r->n_previous * sizeof *r->previous);
    r->previous[0] = (struct root_previous){ fd, dev, ino, until_us };
    r->n_previous++;
}

static bool knows(const struct root *r, uint64_t dev, uint64_t ino)
{
    for (unsigned i = 0; i < r->n_previous; i++) {
        if (r->previous[i].dev == dev && r->previous[i].ino == ino)
            return true;
    }
    return r->dev == dev && r->ino == ino;
}

void previous_hear(struct root *r, int fd, uint64_t until_us)
{
    struct file_stat s;

    if (fd < 0)
        return;
    if (file_stat(fd, &s) == 0 && !knows(r, s.dev, s.ino))
        previous_add(r, fd, s.dev, s.ino, until_us);
    else
        close(fd);
}

bool previous_tidy(struct root *r, uint64_t now_us)
{
    unsigned before = r->n_previous;

    for (unsigned i = r->n_previous; i-- > 0;) {
        const struct root_previous *p = &r->previous[i];
        if (p->until_us <= now_us || (p->dev == r->dev && p->ino == r->ino))
            drop(r, i);
    }
    return r->n_previous < before;
}

void previous_inherit(struct root *r, const struct root *from, uint64_t now_us,
                      uint64_t keep_ms)
{
    uint64_t until_us = now_us + keep_ms * 1000;

    if (!keep_ms || !r->local || !from->local)
        return;
    for (unsigned i = from->n_previous; i-- > 0;) {
        const struct root_previous *p = &from->previous[i];
        if (p->dev == r->dev && p->ino == r->ino)
            continue; /* it would take the place of one that is kept */
        previous_add(r, file_again(p->fd), p->dev, p->ino,
                     p->until_us < until_us ? p->until_us : until_us);
    }
    if (from->dev != r->dev || from->ino != r->ino)
        previous_add(r, file_again(from->fd), from->dev, from->ino, until_us);
    (void)previous_tidy(r, now_us);
}

void previous_close(struct root *r)
{
    while (r->n_previous)
        drop(r, r->n_previous - 1);
}
