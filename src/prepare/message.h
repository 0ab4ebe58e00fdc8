/* SPDX-License-Identifier: MIT
 *
 * message: what workers and the preparer say to each other.
 * Layer: prepare.  One SOCK_SEQPACKET message each, a struct as it is (same
 * machine, same binary).  The preparer sees no path: it gets an open descriptor
 * and the last component of the name.
 *
 * A file of another machine is read by helpers, so that one that hangs is in
 * nobody's way but its own.
 *
 * An ask is answered by one PREPARE_FACTS, or by PREPARE_FAILED, which ends it.
 * A file of more than one slice (1 MiB) whose bytes are not to be in memory
 * gets two PREPARE_FACTS: type and `more` after its first slice, then, once all
 * is read, the digest and the type again (only then is it known whether all
 * bytes are UTF-8).  Then comes exactly one PREPARE_CODED for each coding that
 * somebody has asked for (two, where a first form is made before the small one;
 * the second may be the first one again), in no promised order; `more` is 0 in
 * the last message of an ask.  A file is asked about again for a coding that
 * nobody had a use for before.  Outcomes that are known when the facts are told
 * come right behind them, and those of small sidecars shortly after: `follow`
 * names them. One that waits for the facts should wait for these too, so that a
 * form that one worker has sent is known to the next one at its first answer,
 * and a sidecar at the very first one.
 */
#ifndef ETAGD_PREPARE_MESSAGE_H
#define ETAGD_PREPARE_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "http/accept.h"
#include "http/media.h"
#include "prepare/form.h"

#define PREPARE_NAME_MAX 256 /* with NUL */

/* A version of a file: when all are equal, so are the bytes, unless both
 * changes fell within one tick of the clock or of the file system's times (see
 * `racy` and version.h). */
struct file_version {
    uint64_t dev, ino;
    uint64_t size; /* bytes */
    int64_t mtime_ns, ctime_ns;
};

static inline bool file_version_eq(const struct file_version *a,
                                   const struct file_version *b)
{
    return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
           a->mtime_ns == b->mtime_ns && a->ctime_ns == b->ctime_ns;
}

/* Worker to preparer, up to so many in a message, with SCM_RIGHTS, for each in
 * turn: the file, opened for reading; then one descriptor per bit of
 * `sidecars`, in order of enum coding: NAME.gz, NAME.zst, NAME.br, which the
 * worker found to be at least as new.  None where `bare` says so. */
#define PREPARE_ASKS_MAX 8

/* All bits of codings. */
#define PREPARE_CODINGS (((1u << CODING_COUNT) - 1) & ~(1u << CODING_IDENTITY))

struct prepare_ask {
    uint64_t seq;      /* chosen by the worker, comes back */
    uint64_t since_us; /* monotonic: what was read before won't do */
    struct file_version version;
    struct file_version sidecar_version[CODING_COUNT];
    uint32_t sidecars;     /* bit per enum coding */
    uint32_t want_bytes;   /* 1: size <= memory_file_bytes */
    uint32_t want_codings; /* 1: compress if it is worth it, what is in `make`,
                              or what anybody asks for later */
    uint32_t make;         /* bit per enum coding: somebody would be sent it */
    uint32_t bare; /* 1: without descriptors.  Of what is not remembered, or has
                      to be read for it, the answer is PREPARE_FAILED: ask again
                      with them */
    uint32_t watch; /* 1: its file system answers: it can be watched itself */
    uint32_t own;   /* enum coding that a rule says its bytes are in; 0: none */
    uint32_t lane;  /* reading it may take for ever: one number for each file
                       system, up to HELPERS_LANES; 0: it is on this machine */
    char name[PREPARE_NAME_MAX]; /* last component, NUL-terminated */
};

/* Worker to preparer as well, without descriptors: the slabs of which it has
 * something in use, said now and then.  Those that nobody names go when they
 * have been idle, or when memory is short. */
#define PREPARE_HELD_MAX 32
struct prepare_held {
    uint64_t n;
    uint64_t slab[PREPARE_HELD_MAX];
    uint32_t holds[PREPARE_HELD_MAX]; /* how many forms are in use of it */
};
_Static_assert(sizeof(struct prepare_held) < sizeof(struct prepare_ask),
               "told apart by their size");

/* How often; idle_ms: [prepare] give-back. */
static inline uint64_t prepare_look_ms(uint64_t idle_ms)
{
    return idle_ms ? idle_ms / 8 + 1 : 10000;
}

/* Places of so many bytes begin with a page: from there on it is cheaper to
 * send pages by reference than to copy them (three times as cheap at 1 MiB, a
 * fifth at 32 KiB; what begins within a page is dearer at any size). */
#define PREPARE_PAGED ((uint64_t)32 << 10)

/* Where bytes are: in a shared, sealed memory area (a "slab"), or nowhere. */
struct prepare_place {
    uint64_t slab; /* never repeats, not even in the next preparer; 0: none */
    uint64_t offset, bytes; /* bytes: the representation's length, always */
    uint64_t slab_bytes;    /* size of the whole area, for mmap */
    uint64_t sums; /* 1: there are not these bytes, but a sum for each block of
                      them (base/sum.h), as a worker sends them from its own
                      descriptor; 0: the bytes themselves */
};

enum prepare_kind {
    PREPARE_FACTS,  /* type, digest, place of the identity bytes */
    PREPARE_CODED,  /* a coding's outcome.  With a place: ready.  With slab 0
                       and `sidecar`: ready, too large for memory, to be sent
                       from the worker's own descriptor.  With slab 0 and no
                       `sidecar`: it will not come (saves too little; the
                       sidecar is broken, older, or no longer as asked for);
                       negotiable stays as it was */
    PREPARE_FAILED, /* could not be read, or changed while it was; or is not
                       remembered (`bare`) */
    PREPARE_REFS,   /* before the facts of a page, a sheet or a script, where
                       somebody observes: place of the list of what it refers
                       to (http/refs.h) */
    PREPARE_DROP    /* slab `place.slab` is to be forgotten; seq 0.  Ask again
                       for what was in it, when it is wanted again.  Slab 0:
                       memory is short, so what is idle is to be let go of */
};

/* Preparer to worker, up to so many in a message.  The first one that names a
 * slab which this worker has not been sent yet comes alone, with its
 * descriptor. */
#define PREPARE_ANSWERS_MAX 16

struct prepare_answer {
    uint64_t seq; /* of the ask; PREPARE_CODED may come much later */
    uint32_t kind;
    uint32_t coding;
    struct file_version version; /* of the file (never of a sidecar), as found
                                    by the preparer */
    uint8_t digest[32]; /* SHA-256 of these bytes, valid when has_digest */
    uint8_t has_digest; /* 0: not made (too large), or still to come */
    uint8_t racy;       /* another change could still bear the same times:
                           ask again at the next request */
    uint8_t more;       /* further messages for this ask will come */
    uint8_t negotiable; /* codings exist or will */
    uint8_t varies;     /* they may, now or when there is room: send Vary */
    uint8_t disagrees;  /* content and name differ: log it once */
    uint8_t sidecar;    /* PREPARE_CODED: from a sidecar file */
    uint8_t own;        /* PREPARE_FACTS: as asked, if its first bytes agree */
    uint8_t follow;     /* PREPARE_FACTS: bit per coding that comes next */
    uint8_t coming;     /* bit per coding that is being made, or read */
    uint8_t offers;     /* bit per coding that is made when it is asked for */
    uint8_t first;      /* PREPARE_FACTS: bit per coding of which a first form
                           is made soon, and replaced by a smaller one later.
                           PREPARE_CODED: its own, if this is the first one */
    uint8_t forms;      /* bit per coding that we make of these bytes, now,
                           later or when there is room: its tag is made from
                           form[coding].  PREPARE_FACTS has all of them,
                           PREPARE_CODED its own, unless it is not worth it */
    uint8_t naming;     /* PREPARE_FACTS: there will be forms, whose tags come
                           with the same facts again in some milliseconds */
    uint8_t form[CODING_COUNT][FORM_BYTES];
    struct prepare_place place;
    char type[MEDIA_TYPE_MAX];  /* settled media type */
    char magic[MEDIA_TYPE_MAX]; /* what libmagic said, for the log */
};

#endif
