/* SPDX-License-Identifier: MIT
 *
 * cache: the table of entries.
 * Layer: files.  Knows nothing of files: entries come and go by cache_add() and
 * cache_unlink(); releasing what an entry holds is entry_release()'s business.
 * Heap: its buckets, at the start.
 */
#include "files/cache.h"

#include <stdlib.h>
#include <string.h>

#include "base/apart.h"
#include "base/check.h"
#include "base/hash.h"
#include "files/entry.h"
#include "files/weight.h"
#include "os/heap.h"

#define BUCKETS_MIN 64 /* a power of 2 */
/* However few are known, so much is no harm. */
#define BYTES_MIN ((uint64_t)256 << 10)
#define WEIGHT_UNIT 32 /* bytes */

#define SPLITS 2 /* with one entry: more than one, to catch up */

uint64_t cache_bytes_max(size_t n)
{
    uint64_t bytes = (uint64_t)n * CONF_FILE_BYTES;

    return bytes < BYTES_MIN ? BYTES_MIN : bytes;
}

bool cache_init(struct cache *c, size_t files_max, uint64_t seed)
{
    c->buckets_max = files_max < BUCKETS_MIN ? BUCKETS_MIN : files_max;
    c->bucket = calloc(c->buckets_max, sizeof c->bucket[0]);
    c->buckets = BUCKETS_MIN;
    c->mask = 2 * BUCKETS_MIN - 1;
    c->still = false;
    c->seed = seed;
    list_init(&c->files);
    list_init(&c->others);
    list_init(&c->open);
    c->n_open = 0;
    c->n_files = c->n_others = 0;
    c->files_max = files_max;
    c->others_max = files_max / 4 + 16;
    c->files_bytes = c->others_bytes = 0;
    c->files_bytes_max = cache_bytes_max(c->files_max);
    c->others_bytes_max = cache_bytes_max(c->others_max);
    return c->bucket != NULL;
}

uint64_t cache_hash(const struct cache *c, unsigned site, struct span path)
{
    return hash_span(c->seed ^ (uint64_t)site * HASH_KEY, path);
}

static struct list *home(struct cache *c, const struct entry *e)
{
    return e->kind == ENTRY_FILE ? &c->files : &c->others;
}

/* Once a second is often enough to be found used, and leaves the neighbours in
 * the list alone for all other hits. */
static APART void use(struct cache *c, struct entry *e)
{
    e->used = c->second;
    list_remove(&e->lru);
    list_prepend(home(c, e), &e->lru);
    if (!list_empty(&e->open)) {
        list_remove(&e->open);
        list_prepend(&c->open, &e->open);
    }
}

struct entry *cache_find(struct cache *c, uint64_t hash, unsigned site,
                         struct span path)
{
    struct entry *e = c->bucket[cache_place(c, hash)];

    c->looked++;
    for (; e; e = e->next) {
        /* of many files none is in the processor's cache: what the answer
         * needs comes while the name is compared */
        __builtin_prefetch(&e->own_form);
        __builtin_prefetch(&e->source);
        if (e->hash == hash && e->site == site &&
            span_same(span_of(e->path, e->path_n), path))
            break;
    }
    if (e && e->used != c->second)
        use(c, e);
    return e;
}

void cache_opened(struct cache *c, struct entry *e)
{
    if (!list_empty(&e->open))
        return;
    CHECK(entry_is(e));
    list_prepend(&c->open, &e->open);
    c->n_open++;
}

void cache_closed(struct cache *c, struct entry *e)
{
    if (list_empty(&e->open))
        return;
    CHECK(c->n_open > 0);
    list_remove(&e->open);
    c->n_open--;
}

/* Its answer would be thrown away, and whoever waits for it would ask again, and
 * drive out another one.  It stays in memory until then in any case. */
static bool awaited(const struct entry *e)
{
    return e->pending || !list_empty(&e->waiters);
}

/* Least recently used; NULL: all that were looked at are waited for.  The newest
 * one stays in front, and is not looked at: it is just being made. */
static struct entry *oldest(const struct cache *c, struct list *list)
{
    struct list *newest = list->next;

    for (int i = 0; i < 16 && list->prev != newest; i++) {
        struct entry *e = LIST_ENTRY(list->prev, struct entry, lru);
        CHECK(entry_is(e));
        if (!awaited(e))
            return e;
        e->used = c->second;
        list_remove(&e->lru);
        list_prepend(newest, &e->lru);
    }
    return NULL;
}

static size_t known(const struct cache *c)
{
    return c->n_files + c->n_others;
}

/* One bucket more, for half of what is in the one that it was a part of. */
static void split(struct cache *c)
{
    size_t upper = c->buckets++;
    struct entry **from = &c->bucket[upper & c->mask >> 1];
    struct entry **to = &c->bucket[upper];

    while (*from) {
        struct entry *e = *from;
        if ((e->hash & c->mask) != upper) {
            from = &e->next;
            continue;
        }
        *from = e->next;
        e->next = NULL;
        *to = e;
        to = &e->next;
    }
    if (c->buckets > c->mask)
        c->mask = 2 * c->mask + 1;
}

/* And the other way round. */
static void unite(struct cache *c)
{
    size_t upper = --c->buckets;

    if (upper <= c->mask >> 1)
        c->mask >>= 1;
    struct entry **end = &c->bucket[upper & c->mask >> 1];
    while (*end)
        end = &(*end)->next;
    *end = c->bucket[upper];
    c->bucket[upper] = NULL;
}

static uint64_t *sum_of(struct cache *c, const struct entry *e)
{
    return e->kind == ENTRY_FILE ? &c->files_bytes : &c->others_bytes;
}

static uint64_t weight(const struct entry *e)
{
    return (uint64_t)e->weight * WEIGHT_UNIT;
}

void cache_weigh(struct cache *c, struct entry *e)
{
    size_t units = (weight_of(e) + WEIGHT_UNIT - 1) / WEIGHT_UNIT;

    CHECK(entry_is(e));
    if (e->in_cache)
        *sum_of(c, e) -= weight(e);
    e->weight = units < UINT16_MAX ? (uint16_t)units : UINT16_MAX;
    if (e->in_cache)
        *sum_of(c, e) += weight(e);
}

static struct entry *drive_out(struct cache *c, struct list *list)
{
    CHECK(!list_empty(list));
    struct entry *e = oldest(c, list);
    if (!e)
        return NULL;
    c->driven++;
    cache_unlink(c, e);
    return e;
}

/* What was asked for last is in front, and stays. */
struct entry *cache_drive_out(struct cache *c, size_t heads)
{
    struct entry *e = NULL;

    if (c->n_files > c->files_max ||
        (c->files_bytes + heads > c->files_bytes_max && c->n_files > 1))
        e = drive_out(c, &c->files);
    if (!e && (c->n_others > c->others_max ||
               (c->others_bytes > c->others_bytes_max && c->n_others > 1)))
        e = drive_out(c, &c->others);
    return e;
}

struct entry *cache_add(struct cache *c, struct entry *e)
{
    struct list *list = home(c, e);
    size_t *n = e->kind == ENTRY_FILE ? &c->n_files : &c->n_others;
    size_t max = e->kind == ENTRY_FILE ? c->files_max : c->others_max;
    struct entry *victim = NULL;

    CHECK(entry_is(e) && !e->in_cache && list_empty(&e->lru));
    c->added++;
    e->used = c->second;
    if (*n >= max)
        victim = drive_out(c, list);
    for (int i = 0; i < SPLITS && !c->still && c->buckets < c->buckets_max &&
                    known(c) >= c->buckets;
         i++)
        split(c);
    struct entry **at = &c->bucket[cache_place(c, e->hash)];
    e->next = *at;
    *at = e;
    list_prepend(list, &e->lru);
    cache_weigh(c, e);
    e->in_cache = true;
    *sum_of(c, e) += weight(e);
    (*n)++;
    return victim;
}

void cache_unlink(struct cache *c, struct entry *e)
{
    struct entry **at = &c->bucket[cache_place(c, e->hash)];

    CHECK(entry_is(e) && e->in_cache);
    while (*at != e) {
        CHECK(*at);
        at = &(*at)->next;
    }
    *at = e->next;
    e->next = NULL;
    list_remove(&e->lru);
    e->in_cache = false;
    size_t *n = e->kind == ENTRY_FILE ? &c->n_files : &c->n_others;
    CHECK(*n > 0 && *sum_of(c, e) >= weight(e));
    (*n)--;
    *sum_of(c, e) -= weight(e);
}

void cache_rest(struct cache *c)
{
    size_t were = c->buckets;

    while (!c->still && c->buckets > BUCKETS_MIN && known(c) < c->buckets / 2)
        unite(c);
    heap_zeroes(c->bucket, were * sizeof c->bucket[0]);
}

void cache_free(struct cache *c)
{
    CHECK(list_empty(&c->files) && list_empty(&c->others));
    CHECK(c->n_files == 0 && c->n_others == 0);
    CHECK(c->files_bytes == 0 && c->others_bytes == 0);
    free(c->bucket);
}
