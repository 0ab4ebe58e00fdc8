/* SPDX-License-Identifier: MIT
 *
 * memo: a hash table with chains, which grows, and one list in order of use.
 * Layer: prepare.
 */
#include "prepare/memo.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/check.h"
#include "base/hash.h"

#define BUCKETS_MIN 64

static void link_in(struct memo *m, struct item *it)
{
    struct item **bucket = &m->buckets[it->hash & m->mask];

    it->chain = *bucket;
    *bucket = it;
}

/* n: a power of 2. */
static void resize(struct memo *m, size_t n)
{
    free(m->buckets);
    m->buckets = calloc(n, sizeof(struct item *));
    CHECK(m->buckets != NULL);
    m->mask = n - 1;
    for (struct list *at = m->lru.next; at != &m->lru; at = at->next)
        link_in(m, LIST_ENTRY(at, struct item, lru));
}

void memo_start(struct memo *m, size_t most,
                void (*forgotten)(void *arg, struct item *it), void *arg)
{
    *m = (struct memo){ .most = most, .forgotten = forgotten, .arg = arg };
    list_init(&m->lru);
    resize(m, BUCKETS_MIN);
    if (getrandom(&m->seed, sizeof m->seed, GRND_NONBLOCK) < 0)
        m->seed = (uint64_t)(uintptr_t)m->buckets;
}

/* Times and sizes are chosen by whoever may write files: hence the seed. */
static uint64_t hash_of(const struct memo *m, const struct item_key *key)
{
    const uint64_t k[] = { key->version.dev,
                           key->version.ino,
                           key->version.size,
                           (uint64_t)key->version.mtime_ns,
                           (uint64_t)key->version.ctime_ns,
                           (uint64_t)(uintptr_t)key->row };
    uint64_t h = m->seed;

    for (size_t i = 0; i < sizeof k / sizeof *k; i++)
        h = hash_mix(h, k[i]);
    return h;
}

/* Out of the list, of which somebody may be in the middle. */
static void leave(struct memo *m, struct item *it)
{
    if (m->walk.at == &it->lru)
        m->walk.at = it->lru.next;
    list_remove(&it->lru);
}

void memo_walk(struct memo *m)
{
    m->walk.at = m->lru.next;
    m->walk.left = m->n;
}

struct item *memo_next(struct memo *m)
{
    struct list *at = m->walk.at;

    if (m->walk.left == 0 || at == &m->lru)
        return NULL;
    m->walk.left--;
    m->walk.at = at->next;
    return LIST_ENTRY(at, struct item, lru);
}

struct item *memo_find(struct memo *m, const struct item_ask *ask)
{
    uint64_t h = hash_of(m, &ask->key);

    for (struct item *it = m->buckets[h & m->mask]; it; it = it->chain) {
        if (it->hash == h && item_is(it, ask)) {
            leave(m, it);
            list_append(&m->lru, &it->lru);
            return it;
        }
    }
    return NULL;
}

void memo_put(struct memo *m, struct item *it)
{
    CHECK(!it->in_memo && list_empty(&it->lru));
    if (m->n >= m->most)
        memo_forget(m, LIST_ENTRY(m->lru.next, struct item, lru));
    it->hash = hash_of(m, &it->key);
    if (m->n > m->mask)
        resize(m, (m->mask + 1) * 2);
    link_in(m, it);
    list_append(&m->lru, &it->lru);
    it->in_memo = true;
    m->n++;
}

static void take_out(struct memo *m, struct item *it)
{
    struct item **at = &m->buckets[it->hash & m->mask];

    CHECK(it->in_memo && m->n > 0);
    while (*at != it) {
        CHECK(*at);
        at = &(*at)->chain;
    }
    *at = it->chain;
    it->chain = NULL;
    leave(m, it);
    it->in_memo = false;
    m->n--;
}

void memo_forget(struct memo *m, struct item *it)
{
    if (!it->in_memo)
        return;
    take_out(m, it);
    m->forgotten(m->arg, it);
}

void memo_rename(struct memo *m, struct item *it,
                 const struct file_version *version)
{
    bool was_in = it->in_memo;

    if (was_in)
        take_out(m, it);
    it->key.version = *version;
    if (!was_in)
        return;
    struct item *other =
        memo_find(m, &(struct item_ask){ it->key, it->sidecar_version });
    if (other)
        memo_forget(m, other);
    memo_put(m, it);
}

void memo_rest(struct memo *m)
{
    size_t n = BUCKETS_MIN;

    while (n < m->n)
        n *= 2;
    if (n <= m->mask / 2)
        resize(m, n);
}

void memo_stop(struct memo *m)
{
    while (!list_empty(&m->lru))
        memo_forget(m, LIST_ENTRY(m->lru.next, struct item, lru));
    CHECK(m->n == 0);
    free(m->buckets);
    m->buckets = NULL;
}
