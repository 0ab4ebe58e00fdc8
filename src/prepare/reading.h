/* SPDX-License-Identifier: MIT
 *
 * reading: one file's bytes, a slice at a time, hashed while they are copied.
 * Layer: prepare.  Reads with pread only: a file that is cut under way gives a
 * short read, never SIGBUS.  The version is taken before the first byte and
 * again after the last; when they differ, nothing of it counts.  What may wait
 * for a disk or for another machine (reading_act) is apart from what decides
 * (reading_step), and may be done by any thread meanwhile.
 */
#ifndef ETAGD_PREPARE_READING_H
#define ETAGD_PREPARE_READING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/words.h"
#include "http/utf8.h"
#include "prepare/digest.h"
#include "prepare/message.h"
#include "prepare/slab.h"
#include "prepare/sums.h"

#define READING_SLICE_BYTES ((size_t)1 << 20)

struct conf_media;

struct reading_limits {
    size_t memory_file; /* larger files are not kept for workers */
    uint64_t digest;    /* up to so many bytes a file is hashed at once, */
    uint64_t later;     /* and up to so many in the background */
    int64_t tick_ns;    /* changes this close to the reading are racy */
};

struct marks;
struct helpers;

/* What all readings share, and the deciding thread alone touches. */
struct reading_tools {
    struct slabs *slabs;
    struct sums_room sums;
    struct words words; /* types */
    struct reading_limits limits;
    size_t later, later_max;        /* of those that are hashed later */
    char *scratch;                  /* READING_SLICE_BYTES */
    const struct conf_media *media; /* chosen defaults; NULL: built in */
    struct marks *marks;            /* files that are remembered; or NULL */
    uint64_t fresh;                 /* generation of their news */
    struct helpers *helpers; /* for files of other machines; NULL: none */
};

struct reading {
    int fd;         /* borrowed */
    uint64_t room;  /* up to so many bytes it gets a place */
    bool wanted;    /* a worker is to have what is in the place */
    bool may_later; /* if it is large, its digest is worth having later */
    bool found;     /* whoever asked has looked at it already */
    bool begun;     /* its version is known, and it has its place */
    bool ok;        /* what reading_act() saw: no error, */
    bool same;      /* no other version, no end before its time */
    bool later;     /* its digest is made in the background */
    struct file_version version;
    uint64_t at, end;      /* bytes read, bytes to read */
    int64_t started_ns;    /* CLOCK_REALTIME */
    struct digest *digest; /* NULL: not wanted */
    struct sums sums;      /* of a file that is sent from its descriptor */
    struct utf8 utf8;
    struct slab *slab; /* pinned; NULL: nowhere */
    size_t offset;
    const char *piece; /* bytes of the last step, until the next one */
    size_t piece_n;
    unsigned tries;
};

enum reading_state {
    READING_BEGUN, /* there is room for it: now it can be read */
    READING_MORE,
    READING_AGAIN, /* it changed: from the start, a few times */
    READING_DONE,  /* all is read and the version still holds */
    READING_FAILED /* no regular file, not readable, or it never rests */
};

void reading_start(struct reading *r, int fd, uint64_t room, bool wanted,
                   bool may_later);

/* The version that it had a moment ago, in which it has to be found at the end:
 * it need not be looked at before it is read. */
void reading_expect(struct reading *r, const struct file_version *v);

/* Looks at the file, or reads a slice of it: to its place, or to `scratch`
 * (READING_SLICE_BYTES, left alone until the step after it). */
void reading_act(struct reading *r, char *scratch);

/* Nobody could be found to act. */
void reading_fail(struct reading *r);

/* What follows from the last act. */
enum reading_state reading_step(struct reading_tools *t, struct reading *r);

/* Did the file change so shortly before that another change might not show? */
bool reading_racy(const struct reading_tools *t, const struct reading *r);

/* The same, for another file's version, as of this reading's start. */
bool reading_young(const struct reading_tools *t, const struct reading *r,
                   const struct file_version *v);

/* Gives up what it holds; a place that is to stay has been taken (slab set to
 * NULL) by the caller. */
void reading_end(struct reading_tools *t, struct reading *r);

#endif
