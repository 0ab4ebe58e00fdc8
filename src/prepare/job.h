/* SPDX-License-Identifier: MIT
 *
 * job: the steps by which an item becomes known.
 * Layer: prepare.  One slice of one file at a time, so that the loop turns in
 * between: job_begin(), job_act() (which may wait for a disk or for another
 * machine, and may be called in any thread), job_step(), and so on until the
 * item has no work.  Nothing here waits for a worker or knows one.
 */
#ifndef ETAGD_PREPARE_JOB_H
#define ETAGD_PREPARE_JOB_H

#include "prepare/form.h"
#include "prepare/item.h"

struct job_limits {
    bool compress;
    size_t compress_min, compress_max; /* bytes */
    bool refs; /* somebody observes: look what files refer to */
    const struct form_encoders *encoders;
};

enum job_event {
    JOB_BEGUN,  /* the next act is the first that reads */
    JOB_AGAIN,  /* nothing to tell yet */
    JOB_EARLY,  /* the type is known, the digest is still to come */
    JOB_FACTS,  /* the file itself is done */
    JOB_CODING, /* the outcome of a sidecar, *coding */
    JOB_FAILED
};

/* The item has files left to read (it->work): takes the next, unless it is at
 * one. */
void job_begin(const struct reading_tools *t, const struct job_limits *l,
               struct item *it);

/* scratch: READING_SLICE_BYTES, the item's until job_step(). */
void job_act(struct item *it, char *scratch);

/* Nobody could be found to act. */
void job_fail(struct item *it);

/* What follows from the act; ends the work after the last file. */
enum job_event job_step(struct reading_tools *t, const struct job_limits *l,
                        struct item *it, enum coding *coding);

/* Tags of the forms that are made of the file's bytes, now that encoders have
 * their names; before any of them is made. */
void job_name_forms(const struct job_limits *l, struct item *it);

/* Is what is left of the file one of the things that can wait? */
bool job_later(const struct item *it);

#endif
