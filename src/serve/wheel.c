/* SPDX-License-Identifier: MIT
 *
 * wheel: a hashed wheel with lazy re-hanging.
 * Layer: serve.  Pure but for the list nodes that it links; no clock.
 */
#include "serve/wheel.h"

#include "base/check.h"

void wheel_init(struct wheel *w, uint64_t now_ms)
{
    for (int i = 0; i < WHEEL_SLOTS; i++)
        list_init(&w->slot[i]);
    for (int i = 0; i < WHEEL_SLOTS / 64; i++)
        w->used[i] = 0;
    w->at_tick = now_ms / WHEEL_TICK_MS;
    w->soonest_ms = UINT64_MAX;
}

/* A deadline beyond the horizon hangs in the last slot and is looked at then.
 */
static void hang(struct wheel *w, struct wheel_item *item)
{
    uint64_t tick = item->due_ms / WHEEL_TICK_MS + 1;

    if (tick < w->at_tick)
        tick = w->at_tick;
    if (tick > w->at_tick + WHEEL_SLOTS - 1)
        tick = w->at_tick + WHEEL_SLOTS - 1;
    item->hung_ms = tick * WHEEL_TICK_MS;
    size_t slot = tick % WHEEL_SLOTS;
    list_append(&w->slot[slot], &item->node);
    w->used[slot / 64] |= 1ull << (slot % 64);
    if (item->hung_ms < w->soonest_ms)
        w->soonest_ms = item->hung_ms;
}

void wheel_set(struct wheel *w, struct wheel_item *item, uint64_t due_ms)
{
    item->due_ms = due_ms;
    if (item->hung_ms && due_ms + WHEEL_TICK_MS >= item->hung_ms)
        return;
    if (item->hung_ms)
        list_remove(&item->node);
    hang(w, item);
}

void wheel_cancel(struct wheel_item *item)
{
    if (item->hung_ms)
        list_remove(&item->node);
    item->due_ms = item->hung_ms = 0;
}

/* First tick >= from whose slot is marked, below from + WHEEL_SLOTS. */
static uint64_t next_used(const struct wheel *w, uint64_t from)
{
    for (uint64_t tick = from; tick < from + WHEEL_SLOTS;) {
        size_t slot = tick % WHEEL_SLOTS;
        uint64_t bits = w->used[slot / 64] >> (slot % 64);
        if (bits)
            return tick + (uint64_t)__builtin_ctzll(bits);
        tick += 64 - slot % 64;
    }
    return UINT64_MAX;
}

struct wheel_item *wheel_expired(struct wheel *w, uint64_t now_ms)
{
    uint64_t now_tick = now_ms / WHEEL_TICK_MS;

    if (now_ms < w->soonest_ms)
        return NULL;
    while (w->at_tick <= now_tick) {
        size_t slot = w->at_tick % WHEEL_SLOTS;
        while (!list_empty(&w->slot[slot])) {
            struct list *node = w->slot[slot].next;
            struct wheel_item *item = LIST_ENTRY(node, struct wheel_item, node);
            list_remove(node);
            item->hung_ms = 0;
            if (item->due_ms <= now_ms) {
                item->due_ms = 0;
                return item;
            }
            hang(w, item);
            CHECK(item->hung_ms / WHEEL_TICK_MS != w->at_tick);
        }
        w->used[slot / 64] &= ~(1ull << (slot % 64));
        uint64_t next = next_used(w, w->at_tick + 1);
        w->at_tick = next < now_tick + 1 ? next : now_tick + 1;
    }
    uint64_t tick = next_used(w, w->at_tick);
    w->soonest_ms = tick == UINT64_MAX ? UINT64_MAX : tick * WHEEL_TICK_MS;
    return NULL;
}

int wheel_wait_ms(const struct wheel *w, uint64_t now_ms)
{
    if (w->soonest_ms == UINT64_MAX)
        return -1;
    return w->soonest_ms <= now_ms ? 0 : (int)(w->soonest_ms - now_ms);
}
