/* SPDX-License-Identifier: MIT
 *
 * drops: one walk around the table for all slabs that are looked for.
 * Layer: files.  What lies in them can be read until it is let go of, so it is
 * only memory that waits.
 */
#include "files/drops.h"

#include "base/check.h"
#include "files/entry.h"
#include "files/files.h"

static bool lies_in(const struct drops *d, const struct entry *e)
{
    for (int c = 0; c < CODING_COUNT; c++) {
        const struct entry_form *f = entry_form(e, (unsigned)c);
        for (unsigned i = 0; f && f->slab && i < d->n; i++) {
            if (f->slab == d->row[i].slab)
                return true;
        }
    }
    return false;
}

static void all_at_once(struct files *fs, uint64_t slab,
                        void (*drop)(struct files *, struct entry *))
{
    struct drops only = { .n = 1, .row = { { .slab = slab } } };
    struct list *at = fs->cache.files.next;

    while (at != &fs->cache.files) {
        struct entry *e = LIST_ENTRY(at, struct entry, lru);
        at = at->next;
        if (lies_in(&only, e))
            drop(fs, e);
    }
}

bool drops_add(struct files *fs, uint64_t slab,
               void (*drop)(struct files *, struct entry *))
{
    struct drops *d = &fs->drops;

    if (fs->cache.n_files <= DROPS_AT_ONCE) {
        all_at_once(fs, slab, drop);
        return true;
    }
    if (d->n == DROPS_MAX)
        return false;
    if (d->n == 0)
        d->at = 0;
    d->row[d->n].slab = slab;
    d->row[d->n++].left = fs->cache.buckets;
    fs->cache.still = true;
    return true;
}

static void one_bucket_less(struct drops *d)
{
    for (unsigned i = d->n; i > 0; i--) {
        if (--d->row[i - 1].left == 0)
            d->row[i - 1] = d->row[--d->n];
    }
}

void drops_step(struct files *fs, void (*drop)(struct files *, struct entry *))
{
    struct drops *d = &fs->drops;
    int seen = 0;

    for (int i = 0; d->n > 0 && i < DROPS_STEP && seen < DROPS_ENTRIES; i++) {
        struct entry *e = fs->cache.bucket[d->at];
        while (e) {
            struct entry *next = e->next;
            CHECK(entry_is(e));
            seen++;
            if (lies_in(d, e))
                drop(fs, e);
            e = next;
        }
        d->at = d->at + 1 < fs->cache.buckets ? d->at + 1 : 0;
        one_bucket_less(d);
    }
    fs->cache.still = d->n > 0;
}
