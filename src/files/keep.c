/* SPDX-License-Identifier: MIT
 *
 * keep: which known files stay open.
 * Layer: files.  Only large files and sidecars do, and those of which the facts
 * are still to come.
 */
#include "files/keep.h"

#include <string.h>

#include "base/check.h"
#include "base/plural.h"
#include "files/entry.h"
#include "files/files.h"
#include "os/log.h"

#define DESCRIPTORS_BACK 8 /* given back at once, at least */
#define LOG_MS 10000       /* between two lines about the same */

/* Files that nobody is being sent just now are opened again when they are asked
 * for: those go first that have not been asked for the longest time. */
static size_t close_files(struct files *fs, size_t most)
{
    struct list *at = fs->cache.open.prev;
    size_t n = 0;

    while (at != &fs->cache.open && n < most) {
        struct entry *e = LIST_ENTRY(at, struct entry, open);
        at = at->prev;
        if (e->refs > 1 || !e->in_cache)
            continue;
        CHECK(entry_is(e) && list_empty(&e->waiters));
        cache_unlink(&fs->cache, e);
        entry_release(fs, e);
        n++;
    }
    return n;
}

bool keep_give_back(struct files *fs)
{
    size_t some = fs->cache.n_open / 16;

    return close_files(fs, some > DESCRIPTORS_BACK ? some : DESCRIPTORS_BACK) >
           0;
}

void keep_within(struct files *fs)
{
    if (fs->cache.n_open > fs->open_max)
        close_files(fs, fs->cache.n_open - fs->open_max);
}

void keep_failed(struct files *fs, const char *path, int error)
{
    fs->failed_opens++;
    if (fs->failed_logged_ms && fs->now->ms < fs->failed_logged_ms + LOG_MS)
        return;
    fs->failed_logged_ms = fs->now->ms;
    log_line(LOG_WARN_, LOG_ON(path), "W073",
             "%s: %s (%llu file%s could not be opened so far)",
             path[0] ? path : "/", strerror(-error),
             (unsigned long long)fs->failed_opens, plural(fs->failed_opens));
}
