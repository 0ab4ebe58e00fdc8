/* SPDX-License-Identifier: MIT
 *
 * addresses: a hash table with chains over a fixed set of nodes.
 * Layer: serve.
 * Heap: at the start.
 */
#include "serve/addresses.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/hash.h"

#define NONE UINT32_MAX

struct node {
    uint64_t key; /* address, or the upper half of an IPv6 one */
    uint8_t family;
    uint32_t count, next;
};

struct addresses {
    uint64_t seed;
    size_t mask;
    uint32_t free; /* chain of unused nodes */
    uint32_t *bucket;
    struct node *node;
};

static size_t buckets_for(size_t most)
{
    size_t n = 64;

    while (n < most)
        n *= 2;
    return n;
}

size_t addresses_bytes(size_t most)
{
    return sizeof(struct addresses) + most * sizeof(struct node) +
           buckets_for(most) * sizeof(uint32_t);
}

struct addresses *addresses_new(size_t most, uint64_t seed)
{
    struct addresses *a = calloc(1, sizeof *a);
    size_t buckets = buckets_for(most);

    CHECK(most > 0 && most < NONE);
    if (!a)
        return NULL;
    a->seed = seed;
    a->mask = buckets - 1;
    a->bucket = malloc(buckets * sizeof a->bucket[0]);
    a->node = calloc(most, sizeof a->node[0]);
    if (!a->bucket || !a->node) {
        addresses_free(a);
        return NULL;
    }
    memset(a->bucket, 0xff, buckets * sizeof a->bucket[0]);
    for (size_t i = 0; i < most; i++)
        a->node[i].next = i + 1 < most ? (uint32_t)(i + 1) : NONE;
    return a;
}

void addresses_free(struct addresses *a)
{
    if (!a)
        return;
    free(a->bucket);
    free(a->node);
    free(a);
}

static uint64_t key_of(const struct net_peer *peer)
{
    uint64_t key = 0;

    memcpy(&key, peer->addr, peer->family == 6 ? 8 : 4);
    return peer->family ? key : 0;
}

/* The link that leads to the peer's node, or to the end of its chain. */
static uint32_t *link_to(struct addresses *a, const struct net_peer *peer)
{
    uint64_t key = key_of(peer);
    uint32_t *at = &a->bucket[hash_mix(a->seed, key) & a->mask];

    while (*at != NONE &&
           (a->node[*at].key != key || a->node[*at].family != peer->family))
        at = &a->node[*at].next;
    return at;
}

bool addresses_enter(struct addresses *a, const struct net_peer *peer,
                     size_t limit)
{
    uint32_t *at = link_to(a, peer);

    if (*at != NONE) {
        if (a->node[*at].count >= limit)
            return false;
        a->node[*at].count++;
        return true;
    }
    CHECK(a->free != NONE);
    uint32_t i = a->free;
    CHECK(a->node[i].count == 0);
    a->free = a->node[i].next;
    a->node[i] = (struct node){ key_of(peer), peer->family, 1, NONE };
    *at = i;
    return true;
}

void addresses_leave(struct addresses *a, const struct net_peer *peer)
{
    uint32_t *at = link_to(a, peer);
    uint32_t i = *at;

    CHECK(i != NONE && a->node[i].count > 0);
    if (--a->node[i].count > 0)
        return;
    *at = a->node[i].next;
    a->node[i].next = a->free;
    a->free = i;
}
