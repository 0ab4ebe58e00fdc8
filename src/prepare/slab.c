/* SPDX-License-Identifier: MIT
 *
 * slab: makes, seals, packs and drops shared memory areas.
 * Layer: prepare.
 */
#include "config.h"

#include "prepare/slab.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"
#include "os/clock.h"
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
#define LARGE_BYTES ((size_t)64 << 10) /* files that gain by large pages */
/* with less in all, none wait for them */
#define LARGE_MOST ((size_t)64 << 20)
#define LARGE_US 1000 /* to make one takes a third of that */
#define LARGE_REST 8
#define STEP_BYTES ((size_t)32 << 20) /* of a slab with one file, at once */
#define MANY_BYTES ((size_t)8 << 20)  /* small pages would take longer */
#define QUIET_MS 20     /* before what is in small pages is mended */
#define AGAIN_US 200000 /* later, when that was in vain */
#define VAIN_MOST 300   /* and so often for a slab */
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25 /* linux/mman.h, since Linux 6.1 */
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
    if (s->current[slab->kind] == slab)
        s->current[slab->kind] = NULL;
    if (slab->kind == SLAB_DEAR)
        s->dear -= slab->size;
    list_remove(&slab->node);
    CHECK(s->total >= slab->size);
    s->total -= slab->size;
    munmap(slab->p, slab->size);
    close(slab->fd);
    free(slab->small);
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

/* Large pages need a mapping that begins where one may. */
static char *map(int fd, size_t from, size_t size, int rights)
{
    char *room, *p;

    if (size < HUGE_BYTES)
        return mmap(NULL, size, rights, MAP_SHARED, fd, (off_t)from);
    room = mmap(NULL, size + HUGE_BYTES, PROT_NONE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (room == MAP_FAILED)
        return room;
    size_t before = (size_t)(-(uintptr_t)room % HUGE_BYTES);
    p = mmap(room + before, size, rights, MAP_SHARED | MAP_FIXED, fd,
             (off_t)from);
    if (before > 0)
        munmap(room, before);
    size_t end = round_up(size, PAGE_BYTES);
    munmap(room + before + end, HUGE_BYTES + size - before - end);
    return p;
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
        *p = map(fd, 0, size, PROT_READ | PROT_WRITE);
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
    size_t to = slab == s->current[slab->kind]
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
    if (slab != s->current[slab->kind])
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
    for (unsigned kind = 0; kind < SLAB_KINDS; kind++) {
        if (s->current[kind])
            harden(s, s->current[kind]);
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

static struct slab *make(struct slabs *s, size_t size, enum slab_kind kind)
{
    char *p = NULL;

    int fd = make_room(s, size) ? make_area(size, &p) : -1;
    if (fd < 0)
        return NULL;
    struct slab *slab = calloc(1, sizeof *slab);
    CHECK(slab != NULL);
    slab->small = calloc(size / HUGE_BYTES + 1, sizeof *slab->small);
    CHECK(slab->small != NULL);
    slab->id = s->next_id++;
    slab->fd = fd;
    slab->p = p;
    slab->size = size;
    slab->kind = kind;
    slab->home = s;
    list_init(&slab->node);
    list_append(&s->all, &slab->node);
    s->total += size;
    s->dear += kind == SLAB_DEAR ? size : 0;
    CHECK(s->total <= s->most);
    return slab;
}

/* What is sent by reference goes page by page. */
static size_t begin_at(const struct slab *slab, size_t n)
{
    return n < PREPARE_PAGED ? slab->used : round_up(slab->used, PAGE_BYTES);
}

/* Dear slabs are as large as all before them together. */
static size_t usual(const struct slabs *s, enum slab_kind kind)
{
    size_t size = s->dear < DEAR_BYTES ? DEAR_BYTES : s->dear;

    return kind == SLAB_DEAR && size < s->each ? size : s->each;
}

/* Before Linux 6.1 large pages are for the system to give. */
static struct slab *make_own(struct slabs *s, size_t n, enum slab_kind kind)
{
    struct slab *slab = make(s, round_up(n, PAGE_BYTES), kind);

    if (slab && slab->size >= HUGE_BYTES)
        (void)madvise(slab->p, slab->size, MADV_HUGEPAGE);
    return slab;
}

/* MADV_COLLAPSE is no matter of the system's settings for shared memory, which
 * are "never" nearly everywhere; a range of which nothing has been written has
 * little to copy.  It wants a table of pages, so one of each 2 MiB is touched.
 * A call waits for a moment of each processor, milliseconds for 2 MiB as for a
 * whole file, and others wait for us: so after a long one few pages go without
 * for a while.  Many in small ones would take longer. */
static int make_large(struct slabs *s, char *p, size_t n)
{
    uint64_t began_us = clock_mono_us();

    if (n < MANY_BYTES &&
        began_us < atomic_load_explicit(&s->large_us, memory_order_relaxed))
        return -EAGAIN;
    for (size_t at = 0; at < n; at += HUGE_BYTES)
        (void)*(volatile char *)(p + at);
    int r = madvise(p, n, MADV_COLLAPSE) < 0 ? -errno : 0;
    uint64_t now_us = clock_mono_us(), took_us = now_us - began_us;
    if (took_us > LARGE_US * (n / HUGE_BYTES))
        atomic_store_explicit(&s->large_us, now_us + LARGE_REST * took_us,
                              memory_order_relaxed);
    return r;
}

/* What is sent by reference costs its sender as much a page, however large it
 * is.  A slab with one file will be full, so much of it is made at once. */
void slab_begin(struct slab *slab, size_t at, size_t n)
{
    size_t step = slab->packed ? HUGE_BYTES : STEP_BYTES;
    size_t from = round_up(at, step), to = round_up(at + n, step);

    if (slab->packed && slab->kind != SLAB_LARGE)
        return;
    if (to > slab->size)
        to = slab->size / HUGE_BYTES * HUGE_BYTES;
    for (; from < to; from += step) {
        size_t part = to - from < step ? to - from : step;
        if (make_large(slab->home, slab->p + from, part) < 0) {
            memset(slab->small + from / HUGE_BYTES, true, part / HUGE_BYTES);
            slab->home->small = true;
        }
    }
}

int slabs_quiet_ms(const struct slabs *s, int ms)
{
    if (!s->small)
        return ms;
    uint64_t due_us = atomic_load_explicit(&s->large_us, memory_order_relaxed);
    uint64_t left_ms = due_us > s->now_us ? (due_us - s->now_us) / 1000 : 0;
    if (left_ms < QUIET_MS)
        left_ms = QUIET_MS;
    return ms >= 0 && (uint64_t)ms < left_ms ? ms : (int)left_ms;
}

static bool has_small_pages(const struct slab *slab)
{
    return memchr(slab->small, true, slab->size / HUGE_BYTES) != NULL;
}

static struct slab *to_enlarge(const struct slabs *s, bool *pinned)
{
    for (struct list *at = s->all.next; at != &s->all; at = at->next) {
        struct slab *slab = LIST_ENTRY(at, struct slab, node);
        if (slab->pins > 0)
            *pinned = true;
        else if (has_small_pages(slab))
            return slab;
    }
    return NULL;
}

/* Our own mapping is in parts, as some of it is still to be written to, and a
 * large page wants a whole one. */
static int enlarge(struct slabs *s, int fd, size_t from, size_t n)
{
    char *p = map(fd, from, n, PROT_READ);

    if (p == MAP_FAILED)
        return -ENOMEM;
    int r = make_large(s, p, n);
    munmap(p, n);
    return r;
}

/* From `at` on, as many as one call is to copy. */
static size_t small_ones(const struct slab *slab, size_t at)
{
    size_t n = 1, end = slab->size / HUGE_BYTES;

    while (n < MANY_BYTES / HUGE_BYTES && at + n < end && slab->small[at + n])
        n++;
    return n;
}

/* Pages that are being sent can't move, and there is not always a large one:
 * then others have their turn, and these come again. */
void slabs_enlarge(struct slabs *s)
{
    bool pinned = false;
    struct slab *slab = to_enlarge(s, &pinned);

    if (!slab) {
        s->small = pinned;
        return;
    }
    size_t n = slab->size / HUGE_BYTES, at = slab->next % n;
    while (!slab->small[at])
        at = (at + 1) % n;
    size_t many = small_ones(slab, at);
    slab->next = at + many;
    int r = enlarge(s, slab->fd, at * HUGE_BYTES, many * HUGE_BYTES);
    if (r == 0)
        memset(slab->small + at, false, many);
    else if (r == -EINVAL || ++slab->vain == VAIN_MOST)
        memset(slab->small, false, n); /* so be it */
    else
        s->large_us = clock_mono_us() + AGAIN_US;
}

/* A file of more than half a slab gets one of its own, or much would be left
 * empty at the end of each. */
static struct slab *capacity_for(struct slabs *s, size_t n, enum slab_kind kind)
{
    size_t size = usual(s, kind);

    if (n > size / 2)
        return make_own(s, n, kind);
    struct slab *full = s->current[kind];
    if (full && begin_at(full, n) + n <= full->size)
        return full;
    s->current[kind] = NULL;
    if (full)
        harden(s, full);
    s->current[kind] = make(s, round_up(size, PAGE_BYTES), kind);
    if (s->current[kind])
        s->current[kind]->packed = true;
    return s->current[kind];
}

/* Small files fill a page after the other: memory for sixteen is had by one
 * call instead of a fault for each, and a worker that comes to read one of them
 * has the others mapped by the same fault.  Where the system does not know of
 * this, they come as they are touched. */
static void populate(struct slab *slab)
{
    size_t left = slab->size - slab->there;

    if (!slab->packed || slab->kind != SLAB_USUAL || slab->used <= slab->there)
        return;
    size_t want = round_up(slab->used - slab->there, AHEAD_BYTES);
    want = want < left ? want : left;
    (void)madvise(slab->p + slab->there, want, MADV_POPULATE_WRITE);
    slab->there += want;
}

static struct slab *reserve(struct slabs *s, size_t n, enum slab_kind kind,
                            size_t *offset)
{
    CHECK(n > 0);
    if (n > s->most)
        return NULL;
    struct slab *slab = capacity_for(s, n, kind);
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
    bool large = n >= LARGE_BYTES && s->most >= LARGE_MOST;

    return reserve(s, n, large ? SLAB_LARGE : SLAB_USUAL, offset);
}

struct slab *slabs_reserve_dear(struct slabs *s, size_t n, size_t *offset)
{
    return reserve(s, n, SLAB_DEAR, offset);
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
        dear +=
            slab->kind == SLAB_DEAR && idle(slab, since_us) ? slab->used : 0;
    }
    for (struct list *at = s->all.next; at != &s->all;) {
        struct slab *slab = LIST_ENTRY(at, struct slab, node);
        at = at->next;
        if (!idle(slab, since_us) || (slab->kind == SLAB_DEAR && dear <= keep))
            continue;
        dear -= slab->kind == SLAB_DEAR ? slab->used : 0;
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
    bool current = slab == s->current[slab->kind];
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
    return s->most / (s->each / 2) + s->each / (DEAR_BYTES / 2) + 3;
}
