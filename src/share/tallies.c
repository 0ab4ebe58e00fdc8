/* SPDX-License-Identifier: MIT
 *
 * tallies: claims slots and gives them back.
 * Layer: share.
 */
#include "share/tallies.h"

#include <unistd.h>

#include "base/check.h"
#include "os/process.h"
#include "os/shm.h"

/* To be raised when a member gets another meaning; size tells the rest. */
#define VERSION 2u
#define LAYOUT ((uint64_t)VERSION << 32 | sizeof(struct tallies))

struct tallies *tallies_new(int *fd)
{
    struct tallies *t = shm_file(sizeof *t, fd);

    if (!t) {
        *fd = -1;
        t = shm_new(sizeof *t);
    }
    if (t)
        t->layout = LAYOUT;
    return t;
}

struct tallies *tallies_adopt(int fd)
{
    struct tallies *t = shm_of(fd, sizeof *t);

    if (t && t->layout != LAYOUT) {
        shm_free(t, sizeof *t);
        return NULL;
    }
    return t;
}

void tallies_free(struct tallies *t)
{
    if (t)
        shm_free(t, sizeof *t);
}

size_t tallies_used(struct tallies *t)
{
    size_t n = 0;

    while (n < TALLIES_SLOTS &&
           (atomic_load(&t->slot[n].worker) || atomic_load(&t->slot[n].holder)))
        n++;
    return n;
}

/* Another master may look for one at the same time.  What a master that was
 * killed held is free, too. */
static bool take(struct counters_slot *s, uint32_t worker)
{
    uint32_t holder = atomic_load(&s->holder);
    uint32_t of = atomic_load(&s->worker);

    if ((of && of != worker) || (holder && process_lives((int)holder)))
        return false;
    if (!atomic_compare_exchange_strong(&s->holder, &holder,
                                        (uint32_t)getpid()))
        return false;
    if (atomic_load(&s->worker) != of) { /* in that very moment another's */
        atomic_store(&s->holder, 0);
        return false;
    }
    atomic_store(&s->worker, worker);
    /* nobody has it, so nothing of it is open */
    counters_add(&s->closed, counters_open(s));
    return true;
}

/* The first of a number's slots, or of those that nobody has had yet. */
static struct counters_slot *find_of(struct tallies *t, size_t n, uint32_t of,
                                     uint32_t worker)
{
    for (size_t i = 0; i < n; i++) {
        struct counters_slot *s = &t->slot[i];
        if (atomic_load(&s->worker) == of && take(s, worker))
            return s;
    }
    return NULL;
}

/* The one behind those in use is free, unless there is none. */
static struct counters_slot *find(struct tallies *t, uint32_t worker)
{
    struct counters_slot *s = find_of(t, tallies_used(t), worker, worker);

    return s ? s : find_of(t, TALLIES_SLOTS, 0, worker);
}

bool tallies_claim(struct tallies *t, unsigned n, struct counters *out)
{
    CHECK(n > 0 && n <= COUNTERS_WORKERS_MAX);
    for (unsigned i = 0; i < n; i++) {
        CHECK(!out->slot[i]); /* it would be held for ever */
        out->slot[i] = find(t, i + 1);
        if (!out->slot[i]) {
            tallies_leave(out, i);
            return false;
        }
    }
    return true;
}

void tallies_leave(struct counters *c, unsigned n)
{
    CHECK(n <= COUNTERS_WORKERS_MAX);
    for (unsigned i = 0; i < n; i++) {
        if (c->slot[i])
            atomic_store(&c->slot[i]->holder, 0);
        c->slot[i] = NULL;
    }
}

struct counters_preparer *tallies_preparer(struct tallies *t)
{
    for (size_t i = 0; i < TALLIES_PREPARERS; i++) {
        struct counters_preparer *p = &t->preparer[i];
        uint32_t holder = atomic_load(&p->holder);
        if ((holder == 0 || !process_lives((int)holder)) &&
            atomic_compare_exchange_strong(&p->holder, &holder,
                                           (uint32_t)getpid()))
            return p;
    }
    return NULL;
}

void tallies_preparer_gone(struct counters_preparer *p)
{
    if (!p)
        return;
    atomic_store(&p->bytes, 0);
    atomic_store(&p->bytes_most, 0);
    atomic_store(&p->coding_queue, 0);
    atomic_store(&p->holder, 0);
}

struct tally tally_of(struct counters_slot *s)
{
    return (struct tally){ counters_get(&s->accepted), counters_get(&s->closed),
                           counters_get(&s->taken) - counters_get(&s->given),
                           counters_get(&s->requests),
                           counters_get(&s->bytes) };
}

struct tally tally_since(struct counters_slot *s, const struct tally *before)
{
    struct tally now = tally_of(s);

    return (struct tally){ now.accepted - before->accepted,
                           now.closed - before->closed,
                           now.moved - before->moved,
                           now.requests - before->requests,
                           now.bytes - before->bytes };
}
