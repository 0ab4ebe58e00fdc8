/* SPDX-License-Identifier: MIT
 *
 * reading: fstat, pread, hash, check, fstat.
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

/* From the first byte, at the version that the file has now. */
static bool begin(struct reading_tools *t, struct reading *r)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now); /* before the version is taken */
    r->started_ns = nanoseconds(now);
    if (!version_of(r->fd, &r->version))
        return false;
    r->at = 0;
    utf8_start(&r->utf8);
    bool small = r->version.size <= t->limits.digest;
    digest_free(r->digest);
    r->digest = small ? digest_new() : NULL;
    find_room(t, r);
    sums_end(&r->sums, &t->sums);
    if (small && (!r->slab || r->version.size > t->limits.memory_file))
        sums_start(&r->sums, &t->sums, r->version.size);
    r->end = r->version.size;
    if (!small && !r->slab && r->end > MAGIC_HEAD_BYTES)
        r->end = MAGIC_HEAD_BYTES; /* only its type is asked for */
    return true;
}

static void give_room_back(struct reading_tools *t, struct reading *r)
{
    if (r->slab)
        slabs_undo(t->slabs, r->slab, r->offset, (size_t)r->version.size);
    r->slab = NULL;
}

enum reading_state reading_start(struct reading_tools *t, struct reading *r,
                                 int fd, uint64_t room)
{
    *r = (struct reading){ .fd = fd, .room = room };
    return begin(t, r) ? READING_MORE : READING_FAILED;
}

static enum reading_state again(struct reading_tools *t, struct reading *r)
{
    give_room_back(t, r);
    if (++r->tries >= TRIES_MAX || !begin(t, r))
        return READING_FAILED;
    return READING_MORE;
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

enum reading_state reading_step(struct reading_tools *t, struct reading *r)
{
    uint64_t left = r->end - r->at;
    size_t n = left < READING_SLICE_BYTES ? (size_t)left : READING_SLICE_BYTES;
    char *dst = r->slab ? r->slab->p + r->offset + r->at : t->scratch;
    ssize_t got = read_full(r->fd, dst, n, r->at);
    struct file_version now;

    if (got < 0)
        return READING_FAILED;
    if ((size_t)got < n) /* it has become shorter */
        return again(t, r);
    r->piece = dst;
    r->piece_n = n;
    sums_add(&r->sums, r->at, dst, n);
    r->at += n;
    if (r->digest)
        digest_add(r->digest, dst, n);
    utf8_add(&r->utf8, dst, n);
    if (r->at < r->end)
        return READING_MORE;
    if (!version_of(r->fd, &now))
        return READING_FAILED;
    return file_version_eq(&now, &r->version) ? READING_DONE : again(t, r);
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

void reading_end(struct reading_tools *t, struct reading *r)
{
    give_room_back(t, r);
    sums_end(&r->sums, &t->sums);
    digest_free(r->digest);
    r->digest = NULL;
}
