/* SPDX-License-Identifier: MIT
 *
 * job: the steps by which an item becomes known.
 * Layer: prepare.  One call does one slice of one file, so that the loop turns
 * in between; nothing here waits for a worker or knows one.
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
    JOB_AGAIN,  /* nothing to tell yet */
    JOB_EARLY,  /* the type is known, the digest is still to come */
    JOB_FACTS,  /* the file itself is done */
    JOB_CODING, /* the outcome of a sidecar, *coding */
    JOB_FAILED
};

/* The item has files left to read (it->work); ends its work after the last. */
enum job_event job_step(struct reading_tools *t, const struct job_limits *l,
                        struct item *it, enum coding *coding);

#endif
