/* SPDX-License-Identifier: MIT
 *
 * keep: which known files stay open.
 * Layer: files.  Only large files and sidecars do, and those of which the facts
 * are still to come.
 */
#include "files/keep.h"

#include <string.h>

#include "files/entry.h"
#include "os/log.h"
#include "serve/worker.h"

#define DESCRIPTORS_BACK 8 /* given back at once, at least */
#define LOG_MS 10000       /* between two lines about the same */

/* Files that nobody is being sent just now are opened again when they are asked
 * for: those go first that have not been asked for the longest time. */
static size_t close_files(struct worker *w, size_t most)
{
    struct list *at = w->cache.open.prev;
    size_t n = 0;

    while (at != &w->cache.open && n < most) {
        struct entry *e = LIST_ENTRY(at, struct entry, open);
        at = at->prev;
        if (e->refs > 1 || !e->in_cache)
            continue;
        cache_unlink(&w->cache, e);
        entry_release(w, e);
        n++;
    }
    return n;
}

bool keep_give_back(struct worker *w)
{
    size_t some = w->cache.n_open / 16;

    return close_files(w, some > DESCRIPTORS_BACK ? some : DESCRIPTORS_BACK) >
           0;
}

void keep_within(struct worker *w)
{
    if (w->cache.n_open > w->files_open_max)
        close_files(w, w->cache.n_open - w->files_open_max);
}

void keep_failed(struct worker *w, const char *path, int error)
{
    w->failed_opens++;
    if (w->failed_logged_ms && w->now_ms < w->failed_logged_ms + LOG_MS)
        return;
    w->failed_logged_ms = w->now_ms;
    log_warn("W073", "%s: %s (%llu files could not be opened so far)",
             path[0] ? path : "/", strerror(-error),
             (unsigned long long)w->failed_opens);
}
