/* SPDX-License-Identifier: MIT
 *
 * cache: finds and keeps entries: a hash table with two least-recently-used
 * lists, so that a flood of names that do not exist cannot drive out the files.
 * It has as many buckets as entries, and gets one more with an entry (linear
 * hashing): a worker that knows few files touches little memory.
 * Layer: files.  Its owner releases what is unlinked.
 */
#ifndef ETAGD_FILES_CACHE_H
#define ETAGD_FILES_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "base/span.h"

struct entry;

struct cache {
    struct entry **bucket;
    size_t buckets, buckets_max; /* in use; there is room for */
    size_t mask;                 /* of hashes, see cache_place() */
    bool still; /* none may be split or united: somebody walks */
    uint64_t seed;
    int64_t second; /* the present one, by the owner */
    struct list files, others;
    struct list open; /* that hold descriptors, newest first */
    size_t n_open;
    size_t n_files, n_others, files_max, others_max;
    /* memory of both kinds, as cache_weigh() was told last */
    uint64_t files_bytes, others_bytes, files_bytes_max, others_bytes_max;
    uint64_t looked, added, driven; /* so far: looked up, put in, driven out */
};

/* The most memory that so many may come to. */
uint64_t cache_bytes_max(size_t n);

bool cache_init(struct cache *c, size_t files_max, uint64_t seed);

/* Which bucket: of the two halves of a power of 2 the upper one is there in
 * part, and what belongs to the rest of it is in the lower one. */
static inline size_t cache_place(const struct cache *c, uint64_t hash)
{
    size_t at = (size_t)(hash & c->mask);

    return at < c->buckets ? at : at & c->mask >> 1;
}

/* Many have gone. */
void cache_rest(struct cache *c);

void cache_free(struct cache *c); /* its entries are gone already */
uint64_t cache_hash(const struct cache *c, unsigned site, struct span path);

/* Without taking a reference; moves it to the front of its list, at most once a
 * second. */
struct entry *cache_find(struct cache *c, uint64_t hash, unsigned site,
                         struct span path);

/* Puts in an entry (whose first reference becomes the cache's) and gives up to
 * one least recently used one to `victim` (may be NULL), unlinked; none that
 * somebody waits for, so that there may be more for a while. */
struct entry *cache_add(struct cache *c, struct entry *e);
void cache_unlink(struct cache *c, struct entry *e);

/* It has grown. */
void cache_weigh(struct cache *c, struct entry *e);

/* As long as they are more than may be, or all take more memory than they may,
 * with so many bytes of heads: a least recently used one that nobody waits for,
 * unlinked, whose reference is the caller's.  NULL: there is none. */
struct entry *cache_drive_out(struct cache *c, size_t heads);

/* It holds a descriptor from now on, or none any more. */
void cache_opened(struct cache *c, struct entry *e);
void cache_closed(struct cache *c, struct entry *e);

#endif
