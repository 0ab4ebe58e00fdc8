/* SPDX-License-Identifier: MIT
 *
 * board: the protocol between one writer and its readers.
 * Layer: share.  Both sides are here, so that they can be read together.  Heap:
 * at a generation's start only.
 */
#include "share/board.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "http/utf8.h"
#include "os/shm.h"

#define SLOTS_MIN 64
#define FETCH_BYTES 512 /* what a short request takes */

static size_t slots_of(unsigned rings, size_t events)
{
    size_t slots = SLOTS_MIN;

    while (slots * rings < events)
        slots *= 2;
    return slots;
}

static size_t head_bytes(unsigned rings)
{
    size_t head = rings * sizeof(struct board_next);

    return (head + 4095) / 4096 * 4096;
}

size_t board_bytes(unsigned rings, size_t events)
{
    return head_bytes(rings) +
           rings * slots_of(rings, events) * sizeof(struct board_slot);
}

struct board *board_new(unsigned rings, size_t events)
{
    size_t slots = slots_of(rings, events), head = head_bytes(rings);
    size_t bytes = board_bytes(rings, events);

    CHECK(rings > 0 && (slots & (slots - 1)) == 0); /* they are masked */
    struct board *b = malloc(sizeof *b + rings * sizeof b->ring[0]);
    char *shared = b ? shm_new(bytes) : NULL;
    if (!shared) {
        free(b);
        return NULL;
    }
    struct board_next *next = (void *)shared;
    struct board_slot *slot = (void *)(shared + head);
    *b = (struct board){ .shared = shared, .bytes = bytes };
    for (unsigned i = 0; i < rings; i++)
        b->ring[i] = (struct board_ring){ .next = &next[i].number,
                                          .slot = &slot[i * slots],
                                          .mask = slots - 1 };
    return b;
}

void board_free(struct board *b)
{
    if (b)
        shm_free(b->shared, b->bytes);
    free(b);
}

static struct board_slot *slot_of(const struct board_ring *r, uint64_t n)
{
    return &r->slot[n & r->mask];
}

void board_writer_start(struct board_ring *r)
{
    r->number = atomic_load_explicit(r->next, memory_order_relaxed);
}

struct board_event *board_begin(struct board_ring *r)
{
    memset(r->event.text_n, 0, sizeof r->event.text_n);
    return &r->event;
}

void board_text(struct board_event *e, unsigned which, struct span s)
{
    size_t from = board_text_at(e, which);

    CHECK(which < BOARD_TEXTS && from <= BOARD_TEXT_BYTES);
    /* those of higher numbers lie behind it */
    CHECK(board_text_at(e, BOARD_TEXTS) == from);
    s = utf8_cut(s, BOARD_TEXT_BYTES - from);
    if (s.n)
        memcpy(e->text + from, s.p, s.n);
    e->text_n[which] = (uint16_t)s.n;
}

/* The reader's processor may hold the next slot, or none: by the time it is
 * written it shall be here. */
static void fetch(const struct board_slot *s)
{
    const char *p = (const char *)s;

    for (size_t i = 0; i < FETCH_BYTES; i += 64) {
#ifdef __x86_64__
        __asm__ volatile("prefetchw %0" : : "m"(p[i]));
#else
        __builtin_prefetch(p + i, 1);
#endif
    }
}

/* Copies it, and reads nothing that others can write to. */
void board_publish(struct board_ring *r)
{
    uint64_t n = r->number++;
    struct board_slot *s = slot_of(r, n);
    size_t texts = board_text_at(&r->event, BOARD_TEXTS);

    CHECK(texts <= BOARD_TEXT_BYTES);
    atomic_store_explicit(&s->mark, 2 * n + 1, memory_order_relaxed);
    /* no byte of the event may be seen before the mark is */
    atomic_thread_fence(memory_order_release);
    memcpy(&s->event, &r->event, offsetof(struct board_event, text) + texts);
    atomic_store_explicit(&s->mark, 2 * n + 2, memory_order_release);
    atomic_store_explicit(r->next, n + 1, memory_order_release);
    fetch(slot_of(r, n + 1));
}

void board_reader_start(struct board_reader *r, const struct board_ring *ring)
{
    uint64_t next = atomic_load_explicit(ring->next, memory_order_acquire);
    uint64_t slots = ring->mask + 1;

    r->ring = ring;
    /* the one after the newest is being overwritten, perhaps */
    r->at = next >= slots ? next - slots + 1 : 0;
    r->lost = 0;
}

/* The writer has come round: goes on an eighth of the ring ahead of it. */
static enum board_news overrun(struct board_reader *r)
{
    uint64_t slots = r->ring->mask + 1;
    uint64_t next = atomic_load_explicit(r->ring->next, memory_order_acquire);
    uint64_t at = next - slots + slots / 8;

    if (at <= r->at) /* no writer that is right comes round so */
        return BOARD_NOTHING;
    r->lost += at - r->at;
    r->at = at;
    return BOARD_LOST;
}

enum board_news board_read(struct board_reader *r, struct board_event *out)
{
    const struct board_slot *s = slot_of(r->ring, r->at);
    const struct board_event *e = &s->event;
    uint64_t want = 2 * r->at + 2;
    uint64_t mark = atomic_load_explicit(&s->mark, memory_order_acquire);

    if (mark > want)
        return overrun(r);
    if (mark < want)
        return BOARD_NOTHING;
    size_t head = offsetof(struct board_event, text);
    memcpy(out, e, head);
    size_t n = board_text_at(out, BOARD_TEXTS);
    if (n <= BOARD_TEXT_BYTES)
        memcpy(out->text, e->text, n);
    /* no byte of the copy may be from after the second look */
    atomic_thread_fence(memory_order_acquire);
    if (atomic_load_explicit(&s->mark, memory_order_relaxed) != want)
        return overrun(r);
    r->at++;
    if (n > BOARD_TEXT_BYTES || out->kind >= BOARD_KINDS) {
        r->lost++; /* a worker went wrong: no reason to go wrong with it */
        return BOARD_LOST;
    }
    return BOARD_EVENT;
}
