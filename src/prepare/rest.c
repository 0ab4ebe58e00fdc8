/* SPDX-License-Identifier: MIT
 *
 * rest: looks now and then, as long as there is something that may grow idle.
 * Layer: prepare.
 */
#include "prepare/rest.h"

#include <stdlib.h>

#include "base/check.h"
#include "os/clock.h"
#include "os/heap.h"
#include "os/marks.h"
#include "prepare/agenda.h"
#include "prepare/magic.h"
#include "prepare/peer.h"

#define KEPT_BYTES ((size_t)1 << 20) /* of coded forms that are idle */
#define AT_ONCE 256                  /* files a turn */
#define KEPT_ITEMS 256 /* and files of which something was dear to find out */

/* Of so many small files that are left in a large slab it is not kept: they are
 * soon read again, into one that has no idle ones in it. */
#define FEW 16
#define FEW_BYTES ((size_t)1 << 20)

void rest_start(struct agenda *d, uint64_t idle_ms)
{
    d->rest_of.idle_us = idle_ms * 500; /* workers have the other half */
    d->rest_of.each_ms = prepare_look_ms(idle_ms);
}

void rest_held(struct agenda *d, const struct prepare_held *held)
{
    CHECK(held->n <= PREPARE_HELD_MAX);
    for (uint64_t i = 0; i < held->n; i++) {
        d->rest_of.holds += held->holds[i];
        struct slab *slab = slabs_find(&d->slabs, held->slab[i]);
        if (slab &&
            (held->holds[i] > FEW || slab->used <= FEW_BYTES || !slab->packed))
            slab->used_us = d->slabs.now_us;
    }
    if (d->rest_of.idle_us && d->rest_of.due_us == 0)
        d->rest_of.due_us = d->slabs.now_us + d->rest_of.each_ms * 1000;
}

/* To find it out again would take reading much, or trying an encoder; or its
 * bytes are beside others that are in use, and may be so themselves. */
static bool is_dear(const struct item *it, const struct slabs *slabs)
{
    if (it->own_part.bytes > READING_SLICE_BYTES && it->own_part.has_digest)
        return true;
    for (unsigned c = 0; c < CODING_COUNT; c++) {
        const struct part *part = item_part(it, c);
        if (part_alive(part, slabs) ||
            (part->state == PART_USELESS && !part->sidecar))
            return true;
    }
    return false;
}

static bool is_idle(const struct item *it, uint64_t since_us)
{
    return it->used_us < since_us && !it->work && !it->in_hand &&
           list_empty(&it->waiters) && list_empty(&it->queue);
}

/* What files were read into. */
static void give_back_room(struct agenda *d)
{
    free(d->tools.scratch);
    d->tools.scratch = malloc(READING_SLICE_BYTES);
    CHECK(d->tools.scratch != NULL);
    if (d->coder)
        coder_rest(d->coder);
    if (d->reader)
        coder_rest(d->reader);
    magic_rest();
}

/* Of what leaves traces in the heap. */
static uint64_t done(const struct agenda *d)
{
    return d->count.asks + d->count.coded;
}

/* Bytes at once, what is known of files in a walk. */
static void let_go(struct agenda *d, uint64_t since_us, size_t keep_bytes,
                   size_t keep_items)
{
    struct rest_of *r = &d->rest_of;
    size_t bytes = slabs_rest(&d->slabs, since_us, keep_bytes);
    bool read = r->done != done(d);

    counters_add(&d->told->given_back, bytes);
    if (read)
        give_back_room(d);
    r->walk = REST_COUNTS;
    r->since_us = since_us;
    r->keep = keep_items + r->holds;
    r->dear = 0;
    r->any = false;
    r->trim = read || bytes > 0;
    r->done = done(d);
    r->holds = 0;
    memo_walk(&d->memo);
}

static void walk_over(struct agenda *d)
{
    if (d->rest_of.any) {
        memo_rest(&d->memo);
        marks_rest(d->tools.marks);
    }
    if (d->rest_of.trim || d->rest_of.any)
        heap_trim();
    d->rest_of.walk = REST_NO_WALK;
}

/* The dear ones go as far as there are more than are kept. */
static void look_at(struct agenda *d, struct item *it)
{
    struct rest_of *r = &d->rest_of;
    bool idle = is_idle(it, r->since_us);
    bool dear = idle && is_dear(it, &d->slabs);

    if (r->walk == REST_COUNTS) {
        r->dear += dear;
        return;
    }
    if (!idle || (dear && r->dear <= r->keep))
        return;
    r->dear -= dear;
    memo_forget(&d->memo, it);
    r->any = true;
}

/* True: there are more.  To forget one ends a watch, too: a hundred thousand at
 * once keep whoever asks waiting for half a second. */
static bool walk_on(struct agenda *d)
{
    for (unsigned i = 0; i < AT_ONCE; i++) {
        struct item *it = memo_next(&d->memo);
        if (it) {
            look_at(d, it);
        } else if (d->rest_of.walk == REST_COUNTS) {
            d->rest_of.walk = REST_FORGETS;
            memo_walk(&d->memo);
        } else {
            walk_over(d);
            return false;
        }
    }
    return true;
}

/* Is anything there that is in use, or may become idle yet? */
static bool all_rests(const struct agenda *d, uint64_t since_us)
{
    for (struct list *at = d->slabs.all.next; at != &d->slabs.all;
         at = at->next) {
        if (LIST_ENTRY(at, struct slab, node)->used_us >= since_us)
            return false;
    }
    return list_empty(&d->memo.lru) ||
           LIST_ENTRY(d->memo.lru.prev, struct item, lru)->used_us < since_us;
}

int rest_turn(struct agenda *d)
{
    uint64_t now_us = d->slabs.now_us = clock_mono_us();
    struct rest_of *r = &d->rest_of;
    uint64_t since_us = now_us > r->idle_us ? now_us - r->idle_us : 0;

    if (r->walk) {
        if (walk_on(d))
            return 0;
        if (all_rests(d, since_us))
            r->due_us = 0;
    }
    if (!r->idle_us || (r->done == done(d) && r->due_us == 0))
        return -1;
    if (r->due_us == 0)
        r->due_us = now_us + r->each_ms * 1000;
    if (now_us >= r->due_us) {
        let_go(d, since_us, KEPT_BYTES, KEPT_ITEMS);
        r->due_us = now_us + r->each_ms * 1000;
        return 0;
    }
    return (int)((r->due_us - now_us) / 1000) + 1;
}

/* Workers say at each of their looks what they use; they look at once, and let
 * go of what they have not used since the last one. */
void rest_short(struct agenda *d)
{
    for (struct list *at = d->peers.next; at != &d->peers; at = at->next)
        peer_short(LIST_ENTRY(at, struct peer, node));
    uint64_t now_us = d->slabs.now_us = clock_mono_us();
    uint64_t while_us = d->rest_of.each_ms * 2500;

    counters_add(&d->told->shortages, 1);
    let_go(d, now_us > while_us ? now_us - while_us : 0, 0, 0);
}
