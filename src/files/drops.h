/* SPDX-License-Identifier: MIT
 *
 * drops: finds the entries whose bytes lie in slabs that are to be forgotten.
 * Layer: files.  A part of the table at each turn: nobody waits for all of it.
 */
#ifndef ETAGD_FILES_DROPS_H
#define ETAGD_FILES_DROPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cache;
struct entry;
struct files;

#define DROPS_MAX 16       /* slabs that are looked for at once */
#define DROPS_STEP 8192    /* buckets a turn, */
#define DROPS_ENTRIES 1024 /* or so many entries: some 0.1 ms */
#define DROPS_AT_ONCE 4096 /* of so few none is left for later */

struct drops {
    unsigned n;
    size_t at; /* the next bucket */
    struct {
        uint64_t slab;
        size_t left; /* buckets to be looked into for it */
    } row[DROPS_MAX];
};

/* Looks for a further slab, from the next step on, or at once where few files
 * are known; false: for so many already. */
bool drops_add(struct files *fs, uint64_t slab,
               void (*drop)(struct files *, struct entry *));

/* Looks into some buckets; `drop` may take the entry out of the cache. */
void drops_step(struct files *fs, void (*drop)(struct files *, struct entry *));

#endif
