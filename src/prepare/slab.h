/* SPDX-License-Identifier: MIT
 *
 * slab: sealed shared memory that holds prepared bytes.
 * Layer: prepare.  A slab is a memfd with one writable mapping, ours, which
 * turns to a read-only one as the slab fills; its seals forbid every other, and
 * any change of size, so that a worker which maps it can neither write nor meet
 * SIGBUS.  Files are packed one after the other; when the limit is reached the
 * oldest slab goes.  What was dear to make is packed apart, in slabs that begin
 * small, since some of it is kept when it is idle; and so are middle files, in
 * large pages.
 */
#ifndef ETAGD_PREPARE_SLAB_H
#define ETAGD_PREPARE_SLAB_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"

enum slab_kind {
    SLAB_USUAL,
    SLAB_DEAR,  /* coded forms */
    SLAB_LARGE, /* files that gain by large pages */
    SLAB_KINDS
};

struct slab {
    struct list node; /* oldest first */
    uint64_t id;
    int fd;
    char *p;
    size_t size, used;
    size_t there;  /* bytes from the first on that have got their memory */
    size_t hard;   /* bytes from the first on that we can't write to any more */
    unsigned pins; /* being written to, or read by the encoder's thread */
    bool told;     /* some worker knows it */
    bool packed;   /* several share it, or may */
    /* of each 2 MiB, whether they had to go into small pages; by whoever has
     * pinned the slab to write them, else by its owner */
    bool *small;
    size_t next;   /* of these to be mended */
    unsigned vain; /* attempts to do so */
    enum slab_kind kind;
    struct slabs *home;
    uint64_t used_us; /* when it was last written to, told of, or said to be
                         in use */
};

struct slabs {
    struct list all;
    struct slab *current[SLAB_KINDS]; /* that the next one goes into */
    uint64_t now_us;                  /* by the owner, about */
    uint64_t next_id;
    _Atomic uint64_t large_us; /* when large pages are worth a try again */
    _Atomic bool small;        /* some slab may have small ones to be mended */
    size_t total, most;        /* bytes */
    size_t dear;               /* of these in dear slabs */
    size_t each;               /* usual size of one */
    void (*dropped)(void *arg, uint64_t id); /* only if some worker knows it */
    void *arg;
};

/* most: limit for all slabs together. */
void slabs_start(struct slabs *s, size_t most,
                 void (*dropped)(void *arg, uint64_t id), void *arg);
void slabs_stop(struct slabs *s);

/* Room for n > 0 bytes: the slab, pinned, and *offset; NULL when there is none
 * to be had. */
struct slab *slabs_reserve(struct slabs *s, size_t n, size_t *offset);

/* The same for a coded form. */
struct slab *slabs_reserve_dear(struct slabs *s, size_t n, size_t *offset);

/* Bytes from `at` on, n of them, are about to be written, by whoever has pinned
 * it: what begins there is put into large pages, if these are soon to be had.
 */
void slab_begin(struct slab *slab, size_t at, size_t n);

/* Milliseconds of quiet, `ms` at most (-1: for ever), after which
 * slabs_enlarge() has something to do. */
int slabs_quiet_ms(const struct slabs *s, int ms);

/* Nothing has been asked for that long: moves some of what had to go into small
 * pages, 8 MiB at most, to large ones.  Workers need not know. */
void slabs_enlarge(struct slabs *s);

/* Drops what has not been used since then, but for the youngest of what is
 * dear, `keep` bytes at most.  Bytes of what was dropped. */
size_t slabs_rest(struct slabs *s, uint64_t since_us, size_t keep);

/* Takes a reservation of n bytes back, before any worker heard of it.  Unpins.
 */
void slabs_undo(struct slabs *s, struct slab *slab, size_t offset, size_t n);

static inline void slab_pin(struct slab *slab)
{
    slab->pins++;
}

/* Nobody who pinned it writes to it any more. */
void slab_unpin(const struct slabs *s, struct slab *slab);

/* Of what was written so far nothing can be written to any more, but for the
 * page that the next file begins in: before workers are told of it. */
void slabs_harden(const struct slabs *s);

/* NULL once it has been dropped. */
struct slab *slabs_find(const struct slabs *s, uint64_t id);

/* How many there can be at most: each keeps a descriptor. */
size_t slabs_count_max(const struct slabs *s);

#endif
