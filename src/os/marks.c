/* SPDX-License-Identifier: MIT
 *
 * marks: a table of the numbers of watches, open addressing.
 * Layer: os.  Apart from dirs: all events are of one size, and events of one
 * kind follow each other, so that the kernel keeps one of many alike.
 * Heap: one table, at the start.
 */
#include "os/marks.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/check.h"
#include "base/uninit.h"
#include "os/heap.h"
#include "os/watch.h"

struct slot {
    int number; /* 0: free */
    unsigned users;
    uint64_t closed;
};

_Static_assert(sizeof(struct slot) == MARKS_SLOT_BYTES, "for the budget");

struct marks {
    int watch;
    size_t n, max, mask;
    uint64_t lost; /* generation in which events were lost: of any of them */
    struct slot slot[];
};

size_t marks_slots(size_t max)
{
    size_t slots = 64;

    while (slots < max * 2)
        slots *= 2;
    return slots;
}

struct marks *marks_new(size_t max)
{
    size_t slots = marks_slots(max);
    struct marks *m = calloc(1, sizeof *m + slots * sizeof m->slot[0]);

    if (!m)
        return NULL;
    m->watch = watch_new(WATCH_FILES);
    if (m->watch < 0) {
        free(m);
        return NULL;
    }
    m->max = max;
    m->mask = slots - 1;
    return m;
}

void marks_rest(struct marks *m)
{
    if (m)
        heap_zeroes(m->slot, (m->mask + 1) * sizeof m->slot[0]);
}

void marks_free(struct marks *m)
{
    if (m)
        close(m->watch);
    free(m);
}

/* Numbers count up: they are as good as a hash. */
static size_t place_of(const struct marks *m, int number)
{
    size_t at = (size_t)number & m->mask;

    while (m->slot[at].number && m->slot[at].number != number)
        at = (at + 1) & m->mask;
    return at;
}

int marks_add(struct marks *m, int fd)
{
    if (!m || m->n >= m->max)
        return 0;
    int number = watch_add_file(m->watch, fd);
    if (number <= 0)
        return 0;
    struct slot *s = &m->slot[place_of(m, number)];
    if (!s->number) {
        *s = (struct slot){ .number = number };
        m->n++;
    }
    s->users++;
    return number;
}

/* What lies behind it in its cluster may have to move up. */
static void clear(struct marks *m, size_t hole)
{
    m->n--;
    m->slot[hole] = (struct slot){ .number = 0 };
    for (size_t at = (hole + 1) & m->mask; m->slot[at].number;
         at = (at + 1) & m->mask) {
        size_t home = (size_t)m->slot[at].number & m->mask;
        if (((at - home) & m->mask) < ((at - hole) & m->mask))
            continue;
        m->slot[hole] = m->slot[at];
        m->slot[at] = (struct slot){ .number = 0 };
        hole = at;
    }
}

void marks_drop(struct marks *m, int number)
{
    if (!m || number == 0)
        return;
    size_t at = place_of(m, number);
    CHECK(m->slot[at].users > 0);
    if (--m->slot[at].users > 0)
        return;
    watch_remove(m->watch, number);
    clear(m, at);
}

static bool take_news(struct marks *m, uint64_t generation)
{
    UNINIT struct watch_files files;
    bool any = false;

    while (watch_take_files(m->watch, &files)) {
        any = any || files.any;
        if (files.lost)
            m->lost = generation;
        for (size_t i = 0; i < files.n; i++) {
            struct slot *s = &m->slot[place_of(m, files.closed[i])];
            if (!s->number) /* we have let go of it ourselves */
                continue;
            s->closed = generation;
            any = true;
        }
    }
    return any;
}

bool marks_news(struct marks *m, uint64_t generation)
{
    return m && watch_waits(WATCH_FILES) && take_news(m, generation);
}

uint64_t marks_closed(const struct marks *m, int number)
{
    if (!m || number == 0)
        return 0;
    uint64_t closed = m->slot[place_of(m, number)].closed;
    return closed > m->lost ? closed : m->lost;
}
