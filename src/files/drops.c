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

bool drops_add(struct drops *d, const struct cache *c, uint64_t slab)
{
    if (d->n == DROPS_MAX)
        return false;
    d->row[d->n].slab = slab;
    d->row[d->n++].left = c->mask + 1;
    return true;
}

static bool lies_in(const struct drops *d, const struct entry *e)
{
    for (int c = 0; c < CODING_COUNT; c++) {
        for (unsigned i = 0; e->form[c].slab && i < d->n; i++) {
            if (e->form[c].slab == d->row[i].slab)
                return true;
        }
    }
    return false;
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

    for (int i = 0; d->n > 0 && i < DROPS_STEP; i++) {
        struct entry *e = fs->cache.bucket[d->at];
        while (e) {
            struct entry *next = e->next;
            CHECK(entry_is(e));
            if (lies_in(d, e))
                drop(fs, e);
            e = next;
        }
        d->at = (d->at + 1) & fs->cache.mask;
        one_bucket_less(d);
    }
}
