/* SPDX-License-Identifier: MIT
 *
 * peer: makes answers from items and sends them.
 * Layer: prepare.
 */
#include "prepare/peer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "os/channel.h"
#include "os/log.h"

#define FACTS_BIT (1u << CODING_IDENTITY)
#define REFS_BIT (1u << CODING_COUNT)

struct peer *peer_new(int fd)
{
    struct peer *p = calloc(1, sizeof *p);

    CHECK(p != NULL);
    p->fd = fd;
    list_init(&p->node);
    list_init(&p->ready);
    list_init(&p->idle);
    return p;
}

static void grow(uint64_t **ids, size_t n, size_t *cap)
{
    if (n < *cap)
        return;
    *cap = *cap ? *cap * 2 : 64;
    *ids = realloc(*ids, *cap * sizeof **ids);
    CHECK(*ids != NULL);
}

static size_t find_id(const uint64_t *ids, size_t n, uint64_t id)
{
    while (n > 0 && ids[n - 1] != id)
        n--;
    return n; /* 1 + index; 0: none */
}

static void waiter_free(struct waiter *w)
{
    CHECK(w->peer->n_waiters > 0 && (!w->todo || w->peer->n_ready > 0));
    if (w->todo)
        w->peer->n_ready--;
    w->peer->n_waiters--;
    list_remove(&w->in_item);
    list_remove(&w->in_peer);
    free(w);
}

static void free_all(struct list *waiters,
                     void (*left)(void *arg, struct item *it), void *arg)
{
    while (!list_empty(waiters)) {
        struct waiter *w =
            LIST_ENTRY(list_take(waiters), struct waiter, in_peer);
        struct item *it = w->item;
        waiter_free(w);
        if (list_empty(&it->waiters))
            left(arg, it);
    }
}

void peer_free(struct peer *p, void (*left)(void *arg, struct item *it),
               void *arg)
{
    free_all(&p->ready, left, arg);
    free_all(&p->idle, left, arg);
    CHECK(p->n_waiters == 0 && p->n_ready == 0);
    list_remove(&p->node);
    close(p->fd);
    free(p->known);
    free(p->drops);
    free(p->batch);
    free(p);
}

static void add_todo(struct waiter *w, unsigned bits)
{
    if (!bits)
        return;
    if (!w->todo) {
        w->peer->n_ready++;
        list_remove(&w->in_peer);
        list_append(&w->peer->ready, &w->in_peer);
    }
    w->todo |= bits;
}

static bool part_done(const struct part *part)
{
    return part->state != PART_NONE && part->state != PART_COMING;
}

/* What is known of an item now. */
static unsigned known_bits(const struct item *it)
{
    unsigned bits = 0;

    if (it->state == ITEM_FRESH)
        return 0;
    for (unsigned c = CODING_IDENTITY + 1; c < CODING_COUNT; c++) {
        if (it->state == ITEM_READY && part_done(item_part(it, c)))
            bits |= 1u << c;
    }
    if (it->state == ITEM_READY && it->refs)
        bits |= REFS_BIT;
    return bits | FACTS_BIT;
}

void peer_wait(struct peer *p, struct item *it, uint64_t seq)
{
    struct waiter *w = calloc(1, sizeof *w);

    CHECK(w != NULL);
    w->peer = p;
    w->item = it;
    w->seq = seq;
    list_init(&w->in_peer);
    list_init(&w->in_item);
    list_append(&it->waiters, &w->in_item);
    list_append(&p->idle, &w->in_peer);
    p->n_waiters++;
    add_todo(w, known_bits(it));
}

void peer_tell(struct item *it, enum coding part)
{
    unsigned bits = part == CODING_IDENTITY ? known_bits(it) : 1u << part;

    for (struct list *at = it->waiters.next; at != &it->waiters; at = at->next)
        add_todo(LIST_ENTRY(at, struct waiter, in_item), bits);
}

void peer_tell_facts(struct item *it)
{
    for (struct list *at = it->waiters.next; at != &it->waiters; at = at->next)
        add_todo(LIST_ENTRY(at, struct waiter, in_item), FACTS_BIT);
}

void peer_drop_slab(struct peer *p, uint64_t id)
{
    size_t at = find_id(p->known, p->n_known, id);

    if (at == 0)
        return;
    p->known[at - 1] = p->known[--p->n_known];
    grow(&p->drops, p->n_drops, &p->cap_drops);
    p->drops[p->n_drops++] = id;
}

void peer_short(struct peer *p)
{
    grow(&p->drops, p->n_drops, &p->cap_drops);
    p->drops[p->n_drops++] = 0;
}

/* The bytes, for a worker that wants them; else the sums of their blocks. */
static void fill_place(struct prepare_answer *a, const struct part *part,
                       bool want, const struct slabs *slabs)
{
    const struct slab *bytes = slabs_find(slabs, want ? part->slab : 0);
    const struct slab *slab =
        bytes ? bytes : slabs_find(slabs, part->sums ? part->sums->slab : 0);

    a->place.bytes = part->bytes;
    if (part->state != PART_THERE || !slab)
        return;
    a->place.slab = slab->id;
    a->place.offset = bytes ? part->offset : part->sums->offset;
    a->place.slab_bytes = slab->size;
    a->place.sums = !bytes;
}

static void fill_part(struct prepare_answer *a, const struct part *part,
                      bool want, const struct slabs *slabs)
{
    a->racy = part->racy;
    fill_place(a, part, want, slabs);
    a->has_digest = part->state == PART_THERE && part->has_digest;
    if (a->has_digest)
        memcpy(a->digest, part->digest, sizeof a->digest);
}

static void say(char out[MEDIA_TYPE_MAX], const char *text)
{
    size_t n = text ? strlen(text) : 0;

    CHECK(n < MEDIA_TYPE_MAX);
    memcpy(out, text ? text : "", n); /* the rest is 0 already */
}

static void fill_facts(struct prepare_answer *a, const struct item *it,
                       const struct slabs *slabs)
{
    a->kind = it->state == ITEM_FAILED ? PREPARE_FAILED : PREPARE_FACTS;
    a->version = it->key.version;
    if (it->state == ITEM_FAILED)
        return;
    a->version = it->own_part.version;
    /* unless wanted the bytes are in memory for our own use, if at all */
    fill_part(a, &it->own_part, it->key.want_bytes, slabs);
    a->racy = it->racy;
    a->own = (uint8_t)it->own;
    a->disagrees = it->disagrees;
    a->forms = it->forms;
    a->naming = it->unnamed;
    for (unsigned c = CODING_IDENTITY + 1; c < CODING_COUNT; c++) {
        if ((it->forms >> c & 1) && item_twice(it, (enum coding)c))
            a->first = (uint8_t)(a->first | 1u << c);
        memcpy(a->form[c], item_form(it, c), sizeof a->form[c]);
    }
    say(a->type, it->type);
    say(a->magic, it->magic);
}

/* A coding that we made and whose slab has gone meanwhile is none. */
static void fill_coded(struct prepare_answer *a, const struct item *it,
                       enum coding c, const struct slabs *slabs)
{
    const struct part *part = item_part(it, c);
    bool there = part->state == PART_THERE &&
                 (part->sidecar || slabs_find(slabs, part->slab));

    a->kind = PREPARE_CODED;
    a->coding = c;
    a->version = it->own_part.version;
    a->forms = it->forms & (uint8_t)(1u << c);
    memcpy(a->form[c], item_form(it, c), sizeof a->form[c]);
    if (!there)
        return;
    fill_part(a, part, true, slabs);
    a->sidecar = part->sidecar;
    if (part->first)
        a->first = (uint8_t)(1u << c);
}

/* Sidecars that one slice of reading each will settle. */
static unsigned small_sidecars(const struct item *it)
{
    unsigned bits = 0;

    for (unsigned c = CODING_IDENTITY + 1; c < CODING_COUNT; c++) {
        if (it->state == ITEM_READY && item_part(it, c)->sidecar &&
            item_part(it, c)->state == PART_COMING &&
            it->sidecar_version[c].size <= READING_SLICE_BYTES)
            bits |= 1u << c;
    }
    return bits;
}

static void fill_refs(struct prepare_answer *a, const struct item *it,
                      const struct slabs *slabs)
{
    const struct slab *slab = slabs_find(slabs, it->refs ? it->refs->slab : 0);

    a->kind = PREPARE_REFS;
    a->version = it->own_part.version;
    if (!slab)
        return;
    a->place.slab = slab->id;
    a->place.offset = it->refs->offset;
    a->place.bytes = it->refs->n;
    a->place.slab_bytes = slab->size;
}

static void fill(struct prepare_answer *a, const struct waiter *w,
                 enum coding c, const struct slabs *slabs)
{
    const struct item *it = w->item;

    memset(a, 0, sizeof *a);
    a->seq = w->seq;
    if (c == CODING_IDENTITY)
        fill_facts(a, it, slabs);
    else
        fill_coded(a, it, c, slabs);
    a->negotiable = it->negotiable && it->state != ITEM_FAILED;
    a->varies = a->negotiable || (it->varies && it->state != ITEM_FAILED);
    if (a->kind == PREPARE_FACTS)
        a->follow =
            (uint8_t)((w->todo & ~(FACTS_BIT | REFS_BIT)) | small_sidecars(it));
    a->coming = (uint8_t)item_coming(it);
    a->offers = (uint8_t)item_offers(it, slabs);
    a->more = (w->todo & ~(1u << c)) != 0 || it->state == ITEM_EARLY ||
              it->unnamed || (it->state == ITEM_READY && a->coming);
}

/* 0 or -errno, also below. */
static int send_batch(struct peer *p)
{
    if (p->n_batch == 0)
        return 0;
    int error =
        channel_send(p->fd, p->batch, p->n_batch * sizeof *p->batch, NULL, 0);
    if (!error)
        p->n_batch = 0;
    return error;
}

/* With the slab's descriptor, alone and in its turn. */
static int send_first(struct peer *p, const struct prepare_answer *a,
                      struct slab *slab)
{
    int error = send_batch(p);

    if (!error)
        error = channel_send(p->fd, a, sizeof *a, &slab->fd, 1);
    if (error)
        return error;
    grow(&p->known, p->n_known, &p->cap_known);
    p->known[p->n_known++] = a->place.slab;
    slab->told = true;
    return 0;
}

/* Into the next message: each wakes the worker, and costs as much as reading
 * the file. */
static int send_answer(struct peer *p, const struct prepare_answer *a,
                       const struct slabs *slabs)
{
    uint64_t id = a->place.slab;
    bool first = id != 0 && !find_id(p->known, p->n_known, id);
    struct slab *slab = first ? slabs_find(slabs, id) : NULL;

    if (slab)
        return send_first(p, a, slab);
    if (!p->batch)
        p->batch = malloc(PREPARE_ANSWERS_MAX * sizeof *p->batch);
    CHECK(p->batch != NULL);
    if (p->n_batch == PREPARE_ANSWERS_MAX) {
        int error = send_batch(p);
        if (error)
            return error;
    }
    p->batch[p->n_batch++] = *a;
    return 0;
}

/* 0: all told; -errno: not now, or never. */
static int tell_all(struct waiter *w, const struct slabs *slabs, bool *last)
{
    struct prepare_answer a;

    *last = false;
    if (w->todo & REFS_BIT) {
        memset(&a, 0, sizeof a);
        a.seq = w->seq;
        a.more = 1;
        fill_refs(&a, w->item, slabs);
        int error = send_answer(w->peer, &a, slabs);
        if (error)
            return error;
        w->todo &= ~REFS_BIT;
    }
    for (unsigned c = 0; c < CODING_COUNT; c++) {
        if (!(w->todo & 1u << c))
            continue;
        fill(&a, w, (enum coding)c, slabs);
        /* a worker with too much on its mind is spared what it can do without
         */
        if (w->todo == 1u << c && w->item->state == ITEM_READY &&
            !w->item->unnamed && w->peer->n_waiters > PEER_WAITERS_MAX)
            a.more = 0;
        int error = send_answer(w->peer, &a, slabs);
        if (error)
            return error;
        w->todo &= ~(1u << c);
        *last = !a.more;
    }
    return 0;
}

static int send_drops(struct peer *p)
{
    struct prepare_answer a;
    int error = p->n_drops > 0 ? send_batch(p) : 0; /* may speak of them */

    if (error)
        return error;
    while (p->n_drops > 0) {
        memset(&a, 0, sizeof a);
        a.kind = PREPARE_DROP;
        a.place.slab = p->drops[p->n_drops - 1];
        /* not by send_answer(): the slab is unknown on purpose */
        error = channel_send(p->fd, &a, sizeof a, NULL, 0);
        if (error)
            return error;
        p->n_drops--;
    }
    return 0;
}

static int send_ready(struct peer *p, const struct slabs *slabs,
                      void (*left)(void *arg, struct item *it), void *arg)
{
    while (!list_empty(&p->ready)) {
        struct waiter *w = LIST_ENTRY(p->ready.next, struct waiter, in_peer);
        struct item *it = w->item;
        bool last;
        int error = tell_all(w, slabs, &last);
        if (error)
            return error;
        p->n_ready--;
        list_append(&p->idle, list_take(&p->ready));
        if (!last)
            continue;
        waiter_free(w);
        if (list_empty(&it->waiters))
            left(arg, it);
    }
    return 0;
}

void peer_flush(struct peer *p, struct slabs *slabs,
                void (*left)(void *arg, struct item *it), void *arg)
{
    if (p->dead)
        return;
    int error = send_drops(p);
    if (!error)
        error = send_ready(p, slabs, left, arg);
    if (!error)
        error = send_batch(p);
    /* ETOOMANYREFS: too many descriptors under way; the worker will take some
     */
    if (!error || error == -EAGAIN || error == -ETOOMANYREFS)
        return;
    p->dead = true;
    if (error != -EPIPE && error != -ECONNRESET)
        log_warn("P020", "worker's channel: %s", strerror(-error));
}

bool peer_has_output(const struct peer *p)
{
    return p->n_drops > 0 || p->n_batch > 0 || !list_empty(&p->ready);
}
