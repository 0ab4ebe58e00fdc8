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

#define KEPT_BYTES ((size_t)1 << 20) /* of coded forms that are idle */
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

/* The dear ones as far as there are more than are kept.  How many went. */
static size_t forget(struct agenda *d, uint64_t since_us, size_t keep)
{
    size_t dear = 0, n = 0;

    for (struct list *at = d->memo.lru.next; at != &d->memo.lru;
         at = at->next) {
        const struct item *it = LIST_ENTRY(at, struct item, lru);
        dear += is_idle(it, since_us) && is_dear(it, &d->slabs);
    }
    for (struct list *at = d->memo.lru.next; at != &d->memo.lru;) {
        struct item *it = LIST_ENTRY(at, struct item, lru);
        at = at->next;
        if (!is_idle(it, since_us) || (is_dear(it, &d->slabs) && dear <= keep))
            continue;
        dear -= is_dear(it, &d->slabs);
        memo_forget(&d->memo, it);
        n++;
    }
    return n;
}

/* What files were read into. */
static void give_back_room(struct agenda *d)
{
    free(d->tools.scratch);
    d->tools.scratch = malloc(READING_SLICE_BYTES);
    CHECK(d->tools.scratch != NULL);
    if (d->coder)
        coder_rest(d->coder);
    magic_rest();
}

/* Of what leaves traces in the heap. */
static uint64_t done(const struct agenda *d)
{
    return d->count.asks + d->count.coded;
}

static void let_go(struct agenda *d, uint64_t since_us, size_t keep_bytes,
                   size_t keep_items)
{
    size_t bytes = slabs_rest(&d->slabs, since_us, keep_bytes);
    size_t items = forget(d, since_us, keep_items + d->rest_of.holds);
    bool read = d->rest_of.done != done(d);

    counters_add(&d->told->given_back, bytes);
    if (read)
        give_back_room(d);
    if (items) {
        memo_rest(&d->memo);
        marks_rest(d->tools.marks);
    }
    if (read || bytes || items)
        heap_trim();
    d->rest_of.done = done(d);
    d->rest_of.holds = 0;
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

    if (!r->idle_us || (r->done == done(d) && r->due_us == 0))
        return -1;
    if (r->due_us == 0)
        r->due_us = now_us + r->each_ms * 1000;
    if (now_us >= r->due_us) {
        uint64_t since_us = now_us > r->idle_us ? now_us - r->idle_us : 0;
        let_go(d, since_us, KEPT_BYTES, KEPT_ITEMS);
        r->due_us = now_us + r->each_ms * 1000;
        if (all_rests(d, since_us)) {
            r->due_us = 0;
            return -1;
        }
    }
    return (int)((r->due_us - now_us) / 1000) + 1;
}

/* Workers say at each of their looks what they use. */
void rest_short(struct agenda *d)
{
    uint64_t now_us = d->slabs.now_us = clock_mono_us();
    uint64_t while_us = d->rest_of.each_ms * 2500;

    counters_add(&d->told->shortages, 1);
    let_go(d, now_us > while_us ? now_us - while_us : 0, 0, 0);
}
