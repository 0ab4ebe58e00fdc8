/* SPDX-License-Identifier: MIT
 *
 * item: makes and frees items.
 * Layer: prepare.
 */
#include "prepare/item.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "os/clock.h"
#include "os/marks.h"
#include "prepare/compress.h"

void item_ask_of(const struct prepare_ask *ask, struct item_ask *out)
{
    struct item_key *key = &out->key;

    memset(key, 0, sizeof *key); /* padding too: compared by its bytes */
    out->sidecar_version = ask->sidecar_version;
    key->version = ask->version;
    key->row = media_row(span_str(ask->name));
    if (ask->own)
        key->inner = media_row(media_inner(span_str(ask->name)));
    key->own = ask->own;
    key->sidecars = ask->sidecars;
    key->want_bytes = (uint16_t)ask->want_bytes;
    key->want_codings = (uint16_t)ask->want_codings;
}

bool item_is(const struct item *it, const struct item_ask *ask)
{
    if (memcmp(&it->key, &ask->key, sizeof it->key) != 0)
        return false;
    for (unsigned c = CODING_IDENTITY + 1; c < CODING_COUNT; c++) {
        if ((it->key.sidecars >> c & 1) &&
            !file_version_eq(&it->sidecar_version[c], &ask->sidecar_version[c]))
            return false;
    }
    return true;
}

const struct part *item_part(const struct item *it, unsigned coding)
{
    static const struct part none;

    if (coding == CODING_IDENTITY)
        return &it->own_part;
    return it->coded[coding - 1] ? it->coded[coding - 1] : &none;
}

struct part *item_part_add(struct item *it, unsigned coding)
{
    if (coding == CODING_IDENTITY)
        return &it->own_part;
    struct part **at = &it->coded[coding - 1];
    if (!*at)
        *at = calloc(1, sizeof **at);
    CHECK(*at != NULL);
    return *at;
}

void item_say(struct words *words, const char **of, const char *text)
{
    const char *was = *of;

    *of = words_keep(words, text, strlen(text));
    CHECK(*of != NULL);
    if (was)
        words_drop(words, was);
}

static struct item *blank(const struct prepare_ask *ask)
{
    struct item *it = calloc(1, sizeof *it);
    struct item_ask key;

    CHECK(it != NULL);
    it->lane = ask->lane;
    it->begun_us = clock_mono_us();
    item_ask_of(ask, &key);
    it->key = key.key;
    if (ask->sidecars) {
        it->sidecar_version = malloc(sizeof ask->sidecar_version);
        CHECK(it->sidecar_version != NULL);
        memcpy(it->sidecar_version, ask->sidecar_version,
               sizeof ask->sidecar_version);
    }
    list_init(&it->lru);
    list_init(&it->queue);
    list_init(&it->waiters);
    return it;
}

struct item *item_unknown(const struct prepare_ask *ask)
{
    struct item *it = blank(ask);

    it->state = ITEM_FAILED;
    return it;
}

struct item *item_new(const struct prepare_ask *ask, const int *fds)
{
    struct item *it = blank(ask);
    struct work *work = calloc(1, sizeof *work);

    CHECK(work != NULL);
    it->work = work;
    work->of = it;
    it->wanted = (uint8_t)ask->make;
    memcpy(work->name, ask->name, sizeof work->name);
    it->own_part.state = PART_COMING;
    for (unsigned c = 0, at = 0; c < CODING_COUNT; c++) {
        bool given = c == CODING_IDENTITY || (ask->sidecars & 1u << c);
        work->fds[c] = given ? fds[at++] : -1;
        if (given && c != CODING_IDENTITY) {
            struct part *part = item_part_add(it, c);
            part->state = PART_COMING;
            part->sidecar = true;
            it->negotiable = true;
        }
    }
    return it;
}

void item_close(const struct reading_tools *t, struct item *it, enum coding c)
{
    int *fd = &it->work->fds[c];

    if (*fd < 0)
        return;
    if (it->lane && t->helpers)
        helpers_close(t->helpers, it->lane - 1, *fd);
    else
        close(*fd);
    *fd = -1;
}

void item_work_end(struct reading_tools *t, struct item *it)
{
    struct work *work = it->work;

    if (!work)
        return;
    CHECK(!it->in_hand);
    if (work->busy)
        reading_end(t, &work->reading);
    for (unsigned c = 0; c < CODING_COUNT; c++)
        item_close(t, it, (enum coding)c);
    free(work->slice);
    free(work);
    it->work = NULL;
}

void item_inherit(struct item *it, const struct item *old)
{
    CHECK(it->work && it->state == ITEM_FRESH);
    if (old->state != ITEM_READY)
        return;
    for (unsigned c = 0; c < CODING_COUNT; c++) {
        it->work->before[c] = *item_part(old, c);
        it->work->before[c].sums = NULL; /* the old one's */
    }
}

bool part_alive(const struct part *part, const struct slabs *slabs)
{
    return part->state == PART_THERE && part->slab != 0 &&
           slabs_find(slabs, part->slab);
}

/* n bytes at p: the slab that they are in, or were put in; 0: no room. */
static uint64_t place(struct slabs *slabs, const void *p, size_t n,
                      uint64_t slab_id, uint64_t *offset)
{
    size_t at;

    if (n == 0 || slabs_find(slabs, slab_id))
        return slab_id;
    struct slab *slab = slabs_reserve(slabs, n, &at);
    if (!slab)
        return 0;
    memcpy(slab->p + at, p, n);
    slab_unpin(slabs, slab);
    *offset = at;
    return slab->id;
}

void item_place(struct item *it, struct slabs *slabs)
{
    for (unsigned c = 0; c < CODING_COUNT; c++) {
        struct part_sums *sums = item_part(it, c)->sums;
        if (sums)
            sums->slab = place(slabs, sums->sums.block, sums->sums.bytes,
                               sums->slab, &sums->offset);
    }
    if (it->refs)
        it->refs->slab = place(slabs, it->refs->list, it->refs->n,
                               it->refs->slab, &it->refs->offset);
}

void item_use(struct item *it, struct slabs *slabs)
{
    it->used_us = slabs->now_us;
    for (unsigned c = 0; c < CODING_COUNT; c++) {
        struct slab *slab = slabs_find(slabs, item_part(it, c)->slab);
        if (slab)
            slab->used_us = slabs->now_us;
    }
}

/* Empty files and large ones are nowhere; the others have to be where they were
 * put. */
static bool part_usable(const struct part *part, const struct reading_tools *t,
                        bool want)
{
    if (part->state != PART_THERE)
        return true;
    if (part->racy)
        return false;
    if (!want)
        return true;
    if (part->slab == 0)
        return part->bytes == 0 || part->bytes > t->limits.memory_file;
    return part_alive(part, t->slabs);
}

void item_watch(struct item *it, struct reading_tools *t)
{
    it->fresh = t->fresh;
    for (unsigned c = 0; c < CODING_COUNT; c++) {
        if (it->work->fds[c] >= 0)
            it->mark[c] = marks_add(t->marks, it->work->fds[c]);
    }
}

/* A writer has let go of one of its files since it was begun: times need not
 * tell. */
static bool written(const struct item *it, const struct reading_tools *t)
{
    for (unsigned c = 0; c < CODING_COUNT; c++) {
        if (marks_closed(t->marks, it->mark[c]) > it->fresh)
            return true;
    }
    return false;
}

unsigned item_offers(const struct item *it, const struct slabs *slabs)
{
    unsigned offers = 0;

    for (unsigned c = CODING_IDENTITY + 1; c < CODING_COUNT; c++) {
        const struct part *part = item_part(it, c);
        bool gone = part->state == PART_THERE && !part_alive(part, slabs);
        if (it->codes && !part->sidecar && compress_can((enum coding)c) &&
            (part->state == PART_NONE || part->state == PART_LOST || gone))
            offers |= 1u << c;
    }
    return offers;
}

/* Without its bytes it has to be read again first. */
void item_want(struct item *it, const struct slabs *slabs, unsigned make)
{
    const struct part *own = &it->own_part;

    it->wanted |= (uint8_t)make;
    if (it->state != ITEM_READY || own->racy || !part_alive(own, slabs))
        return;
    make &= item_offers(it, slabs);
    for (unsigned c = CODING_IDENTITY + 1; c < CODING_COUNT; c++) {
        if (!(make >> c & 1))
            continue;
        item_part_add(it, c)->state = PART_COMING;
        it->small &= (uint8_t) ~(1u << c);
    }
}

bool item_twice(const struct item *it, enum coding c)
{
    return compress_twice(c, it->own_part.bytes);
}

bool item_usable(const struct item *it, const struct reading_tools *t,
                 unsigned make)
{
    const struct part *own = &it->own_part;

    if (written(it, t))
        return false;
    if (it->state == ITEM_FRESH || it->state == ITEM_EARLY)
        return true;
    if (it->state == ITEM_FAILED)
        return false;
    for (unsigned c = 0; c < CODING_COUNT; c++) {
        bool want = c == CODING_IDENTITY ? it->key.want_bytes != 0
                                         : item_part(it, c)->sidecar;
        if (!part_usable(item_part(it, c), t, want))
            return false;
    }
    return !(make & item_offers(it, t->slabs)) || part_alive(own, t->slabs);
}

void item_free(struct reading_tools *t, struct item *it)
{
    item_work_end(t, it);
    for (unsigned c = 0; c < CODING_COUNT; c++) {
        struct part_sums *sums = item_part(it, c)->sums;
        if (sums)
            sums_end(&sums->sums, &t->sums);
        free(sums);
        if (c != CODING_IDENTITY)
            free(it->coded[c - 1]);
    }
    for (unsigned c = 0; c < CODING_COUNT; c++)
        marks_drop(t->marks, it->mark[c]);
    free(it->refs);
    free(it->sidecar_version);
    if (it->type)
        words_drop(&t->words, it->type);
    if (it->magic)
        words_drop(&t->words, it->magic);
    list_remove(&it->lru);
    list_remove(&it->queue);
    free(it);
}

unsigned item_coming(const struct item *it)
{
    unsigned coming = it->small;

    for (unsigned c = CODING_IDENTITY + 1; c < CODING_COUNT; c++) {
        if (item_part(it, c)->state == PART_COMING)
            coming |= 1u << c;
    }
    return coming;
}

enum coding item_to_make(const struct item *it)
{
    for (unsigned c = CODING_IDENTITY + 1; c < CODING_COUNT; c++) {
        if (item_part(it, c)->state == PART_COMING &&
            !item_part(it, c)->sidecar && !(it->small >> c & 1))
            return (enum coding)c;
    }
    return CODING_COUNT;
}
