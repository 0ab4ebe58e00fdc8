/* SPDX-License-Identifier: MIT
 *
 * memo: finds the item of a key; remembers so many, the least used go first.
 * Layer: prepare.  Does not own the items: what it forgets is handed to
 * `forgotten`, in_memo already false.
 */
#ifndef ETAGD_PREPARE_MEMO_H
#define ETAGD_PREPARE_MEMO_H

#include "prepare/item.h"

struct memo {
    struct item **buckets;
    size_t mask; /* number of buckets - 1 */
    size_t n, most;
    uint64_t seed;
    struct list lru; /* least used first */
    struct {         /* a walk: see memo_next() */
        struct list *at;
        size_t left;
    } walk;
    void (*forgotten)(void *arg, struct item *it);
    void *arg;
};

void memo_start(struct memo *m, size_t most,
                void (*forgotten)(void *arg, struct item *it), void *arg);
void memo_stop(struct memo *m); /* forgets all */

void memo_rest(struct memo *m); /* many have gone */

/* A walk through all that are there now, which may take its time: whatever
 * comes and goes meanwhile.  NULL: that was all. */
void memo_walk(struct memo *m);
struct item *memo_next(struct memo *m);

struct item *memo_find(struct memo *m, const struct item_ask *ask);
void memo_put(struct memo *m, struct item *it);
void memo_forget(struct memo *m, struct item *it);

/* As before, under another version: what the descriptor turned out to be.
 * Another item that has this key already is forgotten. */
void memo_rename(struct memo *m, struct item *it,
                 const struct file_version *version);

#endif
