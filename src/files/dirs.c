/* SPDX-License-Identifier: MIT
 *
 * dirs: a set of watched directories, keyed by root and path.
 * Layer: files.  The set holds 64-bit hashes under a secret seed instead of
 * names: a collision would need 2^32 directories, and `max` is far below.
 * Heap: one table, at the start.
 */
#include "files/dirs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/hash.h"
#include "files/files.h"
#include "os/file.h"
#include "os/log.h"
#include "os/poll.h"
#include "os/watch.h"

struct known {
    uint64_t hash; /* 0: free */
    uint64_t word;
};

struct dirs {
    int watch, mounts;
    uint64_t seed;
    unsigned n, max;
    size_t mask;
    bool warned;
    struct known *known;
};

struct dirs *dirs_new(uint64_t seed, unsigned max)
{
    struct dirs *d = calloc(1, sizeof *d);
    size_t slots = 64;

    while (slots < (size_t)max * 2)
        slots *= 2;
    if (!d)
        return NULL;
    d->known = calloc(slots, sizeof d->known[0]);
    d->watch = watch_new(WATCH_NAMES);
    if (!d->known || d->watch < 0) {
        log_warn("W026", "no inotify here (fs.inotify.max_user_instances): "
                         "files are looked at again for each request");
        free(d->known);
        free(d);
        return NULL;
    }
    d->mounts = -1;
    d->mask = slots - 1;
    d->max = max;
    d->seed = seed;
    return d;
}

static uint64_t hash(const struct dirs *d, unsigned root, struct span prefix)
{
    uint64_t h = hash_span(d->seed ^ (root + 1) * HASH_KEY, prefix);

    return h ? h : 1;
}

/* The slot that holds h, or the free one where it belongs. */
static struct known *slot_of(struct dirs *d, uint64_t h)
{
    size_t at = (size_t)h & d->mask;

    while (d->known[at].hash && d->known[at].hash != h)
        at = (at + 1) & d->mask;
    return &d->known[at];
}

/* 1: watched, 0: does not exist, -1: can't be watched. */
static int watch_one(struct dirs *d, unsigned index, const struct root *root,
                     struct span prefix, bool stay)
{
    uint64_t h = hash(d, index, prefix);
    struct known *slot = slot_of(d, h);
    char path[4096];

    if (slot->hash)
        return 1;
    if (d->n >= d->max || prefix.n >= sizeof path)
        return -1;
    memcpy(path, prefix.p, prefix.n);
    path[prefix.n] = '\0';
    int fd = stay ? file_open_staying(root->fd, path, FILE_LINKS_NONE)
                  : file_open_beneath(root->fd, path, FILE_LINKS_NONE);
    if (fd < 0) /* nothing can come by a name that no file system takes */
        return fd == -ENOENT || fd == -ENAMETOOLONG ? 0 : -1;
    int rc = file_system_watchable(fd)
                 ? watch_add_directory(d->watch, fd, root->fd)
                 : -EOPNOTSUPP;
    close(fd);
    if (rc == -ENOSPC && !d->warned) {
        d->warned = true;
        log_warn("W020", "no more inotify watches (fs.inotify."
                         "max_user_watches): files are looked at again for "
                         "each request");
    }
    if (rc < 0)
        return -1;
    CHECK(d->n <= d->mask / 2); /* a free slot ends each search */
    *slot = (struct known){ .hash = h };
    d->n++;
    return 1;
}

bool dirs_cover(struct dirs *d, unsigned root_index, const struct root *root,
                const char *path, bool stay)
{
    if (!root->watchable)
        return false;
    int rc = watch_one(d, root_index, root, SPAN(""), stay);
    for (const char *slash = strchr(path, '/'); slash && rc > 0;
         slash = strchr(slash + 1, '/'))
        rc = watch_one(d, root_index, root,
                       span_of(path, (size_t)(slash - path)), stay);
    return rc >= 0;
}

uint64_t *dirs_word(struct dirs *d, unsigned root_index, struct span prefix)
{
    struct known *slot = slot_of(d, hash(d, root_index, prefix));

    return slot->hash ? &slot->word : NULL;
}

void dirs_forget(struct dirs *d)
{
    /* with the old inotify descriptor every watch goes */
    int fresh = watch_new(WATCH_NAMES);

    if (fresh >= 0) {
        close(d->watch);
        d->watch = fresh;
    } else {
        d->max = 0; /* nothing new is believed from here on */
    }
    if (d->n > 0) /* else each page of it would be there for nothing */
        memset(d->known, 0, (d->mask + 1) * sizeof d->known[0]);
    d->n = 0;
}

bool dirs_news(struct dirs *d)
{
    enum watch_news news = watch_take(d->watch);

    if (news == WATCH_DIRECTORIES)
        dirs_forget(d);
    return news != WATCH_NOTHING;
}

void dirs_watch_mounts(struct dirs *d, int poll)
{
    d->mounts = watch_mounts();
    if (d->mounts >= 0)
        (void)poll_add_news(poll, d->mounts, d);
}

void dirs_free(struct dirs *d)
{
    close(d->watch);
    if (d->mounts >= 0)
        close(d->mounts);
    free(d->known);
    free(d);
}
