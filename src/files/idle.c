/* SPDX-License-Identifier: MIT
 *
 * idle: looks at the ends of the lists of entries, where the least recently
 * used are.
 * Layer: files.  A few at a time, so that no request waits for it.
 */
#include "files/idle.h"

#include "files/entry.h"
#include "files/replies.h"
#include "files/files.h"
#include "files/passing.h"
#include "os/heap.h"
#include "os/marks.h"
#include "prepare/client.h"

#define AT_ONCE 256 /* entries a turn */
/* So many that were let go of are worth a look at the heap */
#define TRIM_MIN 64

/* Somebody waits for it, or it is made before anybody asks.  Codings that are
 * still to come are no reason: the preparer will have them. */
static bool stays(const struct entry *e)
{
    return e->pending || e->background || !list_empty(&e->hashed) || e->kept;
}

/* True: there are more. */
static bool let_go(struct files *fs, struct list *entries, int64_t since)
{
    for (unsigned i = 0; i < AT_ONCE && !list_empty(entries); i++) {
        struct entry *e = LIST_ENTRY(entries->prev, struct entry, lru);
        if (e->used > since)
            return false;
        if (stays(e)) {
            e->used = fs->now->second;
            list_remove(&e->lru);
            list_prepend(entries, &e->lru);
            continue;
        }
        replies_let_go(fs, e);
        fs->idle.gone++;
    }
    return !list_empty(entries);
}

static bool nothing_known(const struct files *fs)
{
    return fs->cache.n_files + fs->cache.n_others == 0 &&
           !client_holds(fs->client);
}

/* The preparer waits for the other half of [prepare] give-back. */
static bool all_let_go(struct files *fs)
{
    uint64_t ms = fs->conf->prepare.give_back_ms / 2;

    if (fs->idle.hurry)
        ms = prepare_look_ms(fs->conf->prepare.give_back_ms);
    else if (ms == 0)
        return true;
    int64_t since = fs->now->second - (int64_t)((ms + 999) / 1000) - 1;
    passing_rest(fs, since);
    bool more = let_go(fs, &fs->cache.files, since);
    return !let_go(fs, &fs->cache.others, since) && !more;
}

void idle_within(struct files *fs)
{
    struct entry *e;

    while ((e = cache_drive_out(&fs->cache, fs->heads ? fs->heads->bytes : 0)))
        entry_release(fs, e);
}

int idle_turn(struct files *fs)
{
    struct idle *i = &fs->idle;
    uint64_t each_ms = prepare_look_ms(fs->conf->prepare.give_back_ms);

    if (nothing_known(fs) && i->gone == 0 && !fs->passing.seen)
        return -1;
    if (!all_let_go(fs))
        return 1; /* after what others have to do */
    i->hurry = false;
    if (!fs->prepare_down)
        client_tell_held(fs->client);
    if (i->gone >= TRIM_MIN || (i->gone > 0 && nothing_known(fs))) {
        cache_rest(&fs->cache);
        marks_rest(fs->marks);
        heap_trim();
        i->gone = 0;
    }
    i->due_ms = fs->now->ms + each_ms;
    return (int)each_ms;
}
