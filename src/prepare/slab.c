/* SPDX-License-Identifier: MIT
 *
 * slab: makes, seals, packs and drops shared memory areas.
 * Layer: prepare.
 */
#include "config.h"

#include "prepare/slab.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"
#include "prepare/message.h"
#include "prepare/seals.h"

#define USUAL_BYTES ((size_t)4 << 20)
#define SMALLEST_BYTES ((size_t)64 << 10)
#define DEAR_BYTES ((size_t)256 << 10) /* of the first one */
#define ALIGN_BYTES 64                 /* a cache line */
#define PAGE_BYTES 4096
#define HUGE_BYTES ((size_t)2 << 20)
#define AHEAD_BYTES ((size_t)64 << 10) /* as much as a fault maps at once */
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* linux/mman.h, since Linux 5.14 */
#endif
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U /* linux/memfd.h, since Linux 6.3 */
#endif

static size_t round_up(size_t n, size_t unit)
{
    return (n + unit - 1) / unit * unit;
}

void slabs_start(struct slabs *s, size_t most,
                 void (*dropped)(void *arg, uint64_t id), void *arg)
{
    struct timespec now;
    size_t each = round_up(most / 8, PAGE_BYTES);

    if (each > USUAL_BYTES)
        each = USUAL_BYTES;
    if (each < SMALLEST_BYTES)
        each = SMALLEST_BYTES;
    /* Nanoseconds since boot: the next preparer starts above whatever this one
     * will have reached, so a worker never mistakes a slab for an older one. */
    clock_gettime(CLOCK_BOOTTIME, &now);
    *s = (struct slabs){ .next_id = (uint64_t)now.tv_sec * 1000000000u +
                                    (uint64_t)now.tv_nsec + 1,
                         .most = most,
                         .each = each,
                         .dropped = dropped,
                         .arg = arg };
    list_init(&s->all);
}

static void destroy(struct slabs *s, struct slab *slab)
{
    CHECK(slab->pins == 0);
    if (s->current[slab->dear] == slab)
        s->current[slab->dear] = NULL;
    if (slab->dear)
        s->dear -= slab->size;
    list_remove(&slab->node);
    CHECK(s->total >= slab->size);
    s->total -= slab->size;
    munmap(slab->p, slab->size);
    close(slab->fd);
    free(slab);
}

void slabs_stop(struct slabs *s)
{
    while (!list_empty(&s->all)) {
        struct slab *slab = LIST_ENTRY(list_take(&s->all), struct slab, node);
        slab->pins = 0;
        destroy(s, slab);
    }
}

/* A memfd of `size`, mapped and then sealed. -1 when the system has no more. */
static int make_area(size_t size, char **p)
{
    const unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    int fd = memfd_create("etagd", flags | MFD_NOEXEC_SEAL);

    if (fd < 0)
        fd = memfd_create("etagd", flags); /* before Linux 6.3 */
    if (fd < 0)
        return -1;
    /* its last byte gives it its size: the sandbox has no ftruncate, which
     * would empty a log as well */
    if (pwrite(fd, "", 1, (off_t)size - 1) == 1) {
        *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (*p != MAP_FAILED) {
            if (fcntl(fd, F_ADD_SEALS, SLAB_SEALS) == 0)
                return fd;
            munmap(*p, size);
        }
    }
    close(fd);
    return -1;
}

/* What nobody writes to any more is mapped once more, to be read: with its
 * seals no writable mapping can be made, nor this one be made writable.  The
 * page that the next file begins in waits for it. */
static void harden(const struct slabs *s, struct slab *slab)
{
    size_t from = slab->hard;
    size_t to = slab == s->current[slab->dear]
                    ? slab->used / PAGE_BYTES * PAGE_BYTES
                    : slab->size;

    if (slab->pins > 0 || to <= from)
        return;
    CHECK(mmap(slab->p + from, to - from, PROT_READ, MAP_SHARED | MAP_FIXED,
               slab->fd, (off_t)from) != MAP_FAILED);
    slab->hard = to;
}

/* What several files share waits until it is told of: one call for many. */
static void harden_own(const struct slabs *s, struct slab *slab)
{
    if (slab != s->current[slab->dear])
        harden(s, slab);
}

void slab_unpin(const struct slabs *s, struct slab *slab)
{
    CHECK(slab->pins > 0);
    slab->pins--;
    harden_own(s, slab);
}

void slabs_harden(const struct slabs *s)
{
    for (unsigned dear = 0; dear < 2; dear++) {
        if (s->current[dear])
            harden(s, s->current[dear]);
    }
}

static void drop(struct slabs *s, struct slab *slab)
{
    if (slab->told)
        s->dropped(s->arg, slab->id);
    destroy(s, slab);
}

/* Drops the oldest slabs until `size` more fit. */
static bool make_room(struct slabs *s, size_t size)
{
    struct list *at = s->all.next;

    if (size > s->most)
        return false;
    while (s->total > s->most - size && at != &s->all) {
        struct slab *slab = LIST_ENTRY(at, struct slab, node);
        at = at->next;
        if (slab->pins == 0)
            drop(s, slab);
    }
    return s->total <= s->most - size;
}

static struct slab *make(struct slabs *s, size_t size, bool dear)
{
    char *p = NULL;

    if (!make_room(s, size))
        return NULL;
    int fd = make_area(size, &p);
    if (fd < 0)
        return NULL;
    struct slab *slab = calloc(1, sizeof *slab);
    CHECK(slab != NULL);
    slab->id = s->next_id++;
    slab->fd = fd;
    slab->p = p;
    slab->size = size;
    slab->dear = dear;
    list_init(&slab->node);
    list_append(&s->all, &slab->node);
    s->total += size;
    s->dear += dear ? size : 0;
    CHECK(s->total <= s->most);
    return slab;
}

/* What is sent by reference goes page by page. */
static size_t begin_at(const struct slab *slab, size_t n)
{
    return n < PREPARE_PAGED ? slab->used : round_up(slab->used, PAGE_BYTES);
}

/* Dear slabs are as large as all before them together. */
static size_t usual(const struct slabs *s, bool dear)
{
    size_t size = s->dear < DEAR_BYTES ? DEAR_BYTES : s->dear;

    return dear && size < s->each ? size : s->each;
}

/* In large pages where the system has them for shared memory: what is sent by
 * reference costs its sender as much a page, however large it is. */
static struct slab *make_own(struct slabs *s, size_t n, bool dear)
{
    struct slab *slab = make(s, round_up(n, PAGE_BYTES), dear);

    if (slab && slab->size >= HUGE_BYTES)
        (void)madvise(slab->p, slab->size, MADV_HUGEPAGE);
    return slab;
}

/* A file of more than half a slab gets one of its own, or much would be left
 * empty at the end of each. */
static struct slab *capacity_for(struct slabs *s, size_t n, bool dear)
{
    size_t size = usual(s, dear);

    if (n > size / 2)
        return make_own(s, n, dear);
    struct slab *full = s->current[dear];
    if (full && begin_at(full, n) + n <= full->size)
        return full;
    s->current[dear] = NULL;
    if (full)
        harden(s, full);
    s->current[dear] = make(s, round_up(size, PAGE_BYTES), dear);
    if (s->current[dear])
        s->current[dear]->packed = true;
    return s->current[dear];
}

/* Small files fill a page after the other: memory for sixteen is had by one
 * call instead of a fault for each, and a worker that comes to read one of them
 * has the others mapped by the same fault.  Where the system does not know of
 * this, they come as they are touched. */
static void populate(struct slab *slab)
{
    size_t left = slab->size - slab->there;

    if (!slab->packed || slab->dear || slab->used <= slab->there)
        return;
    size_t want = round_up(slab->used - slab->there, AHEAD_BYTES);
    want = want < left ? want : left;
    (void)madvise(slab->p + slab->there, want, MADV_POPULATE_WRITE);
    slab->there += want;
}

static struct slab *reserve(struct slabs *s, size_t n, bool dear,
                            size_t *offset)
{
    CHECK(n > 0);
    if (n > s->most)
        return NULL;
    struct slab *slab = capacity_for(s, n, dear);
    if (!slab)
        return NULL;
    *offset = slab->used = begin_at(slab, n);
    slab->used = round_up(slab->used + n, ALIGN_BYTES);
    if (slab->used > slab->size)
        slab->used = slab->size;
    populate(slab);
    slab->used_us = s->now_us;
    slab->pins++;
    return slab;
}

struct slab *slabs_reserve(struct slabs *s, size_t n, size_t *offset)
{
    return reserve(s, n, false, offset);
}

struct slab *slabs_reserve_dear(struct slabs *s, size_t n, size_t *offset)
{
    return reserve(s, n, true, offset);
}

static bool idle(const struct slab *slab, uint64_t since_us)
{
    return slab->pins == 0 && slab->used_us < since_us;
}

size_t slabs_rest(struct slabs *s, uint64_t since_us, size_t keep)
{
    size_t before = s->total, dear = 0;

    for (struct list *at = s->all.next; at != &s->all; at = at->next) {
        struct slab *slab = LIST_ENTRY(at, struct slab, node);
        dear += slab->dear && idle(slab, since_us) ? slab->used : 0;
    }
    for (struct list *at = s->all.next; at != &s->all;) {
        struct slab *slab = LIST_ENTRY(at, struct slab, node);
        at = at->next;
        if (!idle(slab, since_us) || (slab->dear && dear <= keep))
            continue;
        dear -= slab->dear ? slab->used : 0;
        drop(s, slab);
    }
    return before - s->total;
}

/* Room that is not the last of its slab is lost until the slab goes. */
void slabs_undo(struct slabs *s, struct slab *slab, size_t offset, size_t n)
{
    size_t end = round_up(offset + n, ALIGN_BYTES);

    slab->pins--;
    if (slab->used == (end < slab->size ? end : slab->size))
        slab->used = offset;
    bool current = slab == s->current[slab->dear];
    if (slab->used == 0 && !current && !slab->told && !slab->pins)
        destroy(s, slab);
    else
        harden_own(s, slab);
}

struct slab *slabs_find(const struct slabs *s, uint64_t id)
{
    if (id == 0)
        return NULL;
    for (struct list *at = s->all.prev; at != &s->all; at = at->prev) {
        struct slab *slab = LIST_ENTRY(at, struct slab, node);
        if (slab->id == id)
            return slab;
    }
    return NULL;
}

size_t slabs_count_max(const struct slabs *s)
{
    /* the dear ones that are smaller make no more than the usual size */
    return s->most / (s->each / 2) + s->each / (DEAR_BYTES / 2) + 2;
}
