/* SPDX-License-Identifier: MIT
 *
 * reading: fstat, room, pread, hash, fstat, check.
 * Layer: prepare.
 */
#include "prepare/reading.h"

#include <errno.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/sum.h"
#include "os/file.h"
#include "prepare/magic.h"
#include "prepare/version.h"

#define TRIES_MAX 3
/* Of what is read at once: the next may find it at rest */
#define TRIES_SLICE 20
_Static_assert(READING_SLICE_BYTES % SUM_BLOCK == 0, "whole blocks");

static int64_t nanoseconds(struct timespec t)
{
    return (int64_t)t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static bool version_of(int fd, struct file_version *v)
{
    struct stat st;

    if (file_fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size < 0)
        return false;
    *v = (struct file_version){ st.st_dev, st.st_ino, (uint64_t)st.st_size,
                                nanoseconds(st.st_mtim),
                                nanoseconds(st.st_ctim) };
    return true;
}

static void find_room(struct reading_tools *t, struct reading *r)
{
    uint64_t n = r->version.size;

    if (n > 0 && n <= r->room)
        r->slab = slabs_reserve(t->slabs, (size_t)n, &r->offset);
}

/* Its digest takes a while, and somebody may profit from it all the same. */
static bool take_later(struct reading_tools *t, const struct reading *r)
{
    return r->may_later && !r->slab && r->version.size > t->limits.digest &&
           r->version.size <= t->limits.later && t->later < t->later_max;
}

/* From the first byte on, at the version that was found. */
static void begin(struct reading_tools *t, struct reading *r)
{
    uint64_t size = r->version.size;

    r->begun = true;
    r->at = 0;
    r->end = size;
    utf8_start(&r->utf8);
    find_room(t, r);
    r->later = take_later(t, r);
    t->later += r->later;
    bool hot = r->wanted && r->slab && size > t->limits.memory_file;
    uint64_t most = hot ? t->limits.later : t->limits.digest;
    bool hash = r->later || size <= most;
    r->digest = hash ? digest_new() : NULL;
    if (hash && !hot && (!r->slab || size > t->limits.memory_file))
        sums_start(&r->sums, &t->sums, size);
    if (!hash && !r->slab && size > MAGIC_HEAD_BYTES)
        r->end = MAGIC_HEAD_BYTES; /* only its type is asked for */
}

void reading_end(struct reading_tools *t, struct reading *r)
{
    if (r->slab)
        slabs_undo(t->slabs, r->slab, r->offset, (size_t)r->version.size);
    r->slab = NULL;
    sums_end(&r->sums, &t->sums);
    digest_free(r->digest);
    r->digest = NULL;
    t->later -= r->later;
    r->later = false;
}

void reading_start(struct reading *r, int fd, uint64_t room, bool wanted,
                   bool may_later)
{
    *r = (struct reading){
        .fd = fd, .room = room, .wanted = wanted, .may_later = may_later
    };
}

void reading_expect(struct reading *r, const struct file_version *v)
{
    r->version = *v;
    r->found = true;
}

static enum reading_state again(struct reading_tools *t, struct reading *r)
{
    unsigned most = r->end > READING_SLICE_BYTES ? TRIES_MAX : TRIES_SLICE;

    reading_end(t, r);
    r->begun = false;
    r->at = 0;
    return ++r->tries < most ? READING_AGAIN : READING_FAILED;
}

/* Fills dst as far as the file goes; short only at its end. -1 on error. */
static ssize_t read_full(int fd, char *dst, size_t n, uint64_t at)
{
    size_t got = 0;

    while (got < n) {
        ssize_t k = pread(fd, dst + got, n - got, (off_t)(at + got));
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return -1;
        if (k == 0)
            break;
        got += (size_t)k;
    }
    return (ssize_t)got;
}

static void look(struct reading *r)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now); /* before the version is taken */
    r->started_ns = nanoseconds(now);
    r->ok = r->found || version_of(r->fd, &r->version);
    r->found = false; /* if it isn't so, we look ourselves */
}

static void read_slice(struct reading *r, char *scratch)
{
    uint64_t left = r->end - r->at;
    size_t n = left < READING_SLICE_BYTES ? (size_t)left : READING_SLICE_BYTES;
    char *dst = scratch;

    if (r->slab) {
        dst = r->slab->p + r->offset + r->at;
        slab_begin(r->slab, (size_t)(r->offset + r->at), n);
    }
    ssize_t got = read_full(r->fd, dst, n, r->at);
    struct file_version now;

    r->ok = got >= 0;
    r->same = (size_t)got == n; /* else it has become shorter */
    if (!r->ok || !r->same)
        return;
    r->piece = dst;
    r->piece_n = n;
    sums_add(&r->sums, r->at, dst, n);
    r->at += n;
    if (r->digest)
        digest_add(r->digest, dst, n);
    utf8_add(&r->utf8, dst, n);
    if (r->at < r->end)
        return;
    r->ok = version_of(r->fd, &now);
    r->same = r->ok && file_version_eq(&now, &r->version);
}

void reading_act(struct reading *r, char *scratch)
{
    if (r->begun)
        read_slice(r, scratch);
    else
        look(r);
}

void reading_fail(struct reading *r)
{
    r->ok = false;
}

enum reading_state reading_step(struct reading_tools *t, struct reading *r)
{
    if (!r->ok)
        return READING_FAILED;
    if (!r->begun) {
        begin(t, r);
        return READING_BEGUN;
    }
    if (!r->same)
        return again(t, r);
    return r->at < r->end ? READING_MORE : READING_DONE;
}

bool reading_young(const struct reading_tools *t, const struct reading *r,
                   const struct file_version *v)
{
    return version_young(v, r->started_ns, t->limits.tick_ns);
}

bool reading_racy(const struct reading_tools *t, const struct reading *r)
{
    return reading_young(t, r, &r->version);
}
