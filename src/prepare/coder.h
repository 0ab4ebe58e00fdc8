/* SPDX-License-Identifier: MIT
 *
 * coder: a thread that compresses, or reads what can wait.
 * Layer: prepare.  One task at a time; the loop gives it the next when `fd` has
 * become readable.  It touches nothing but its task's bytes, or its reading.
 */
#ifndef ETAGD_PREPARE_CODER_H
#define ETAGD_PREPARE_CODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/accept.h"
#include "prepare/digest.h"

struct coder; /* opaque */
struct item;

struct coder_task {
    struct item *whose; /* comes back */
    enum coding coding; /* CODING_IDENTITY: one act of reading it, no outcome;
                           what was read can be looked at until the next task */
    const char *p;      /* must stay until the task is taken back */
    size_t n;
    bool text;
    bool soon; /* not as small as it gets */
    /* outcome: */
    char *out; /* the taker frees it; NULL: does not pay */
    size_t out_n;
    uint8_t digest[DIGEST_BYTES];
};

/* Starts the thread: after the process has been confined, so that it inherits
 * that.  back: behind everybody, at the lowest priority; else it rests when
 * others want the processor, and has a fifth to a quarter of it.  NULL: no
 * thread (-errno). */
struct coder *coder_new(bool back, int *error);

/* Stops the task under way within its slice, and frees its outcome. */
void coder_free(struct coder *c);

/* Gives back what it read into; idle. */
void coder_rest(struct coder *c);

int coder_fd(const struct coder *c); /* readable: coder_take() */
bool coder_idle(const struct coder *c);
/* Whose task it has; NULL: nobody's, or there is no coder. */
struct item *coder_has(const struct coder *c);
void coder_give(struct coder *c, const struct coder_task *task);
bool coder_take(struct coder *c, struct coder_task *task);

/* For one that does not stand back, or may not (a list of system calls forbids
 * it): how long to rest after a task that took so long by the clock, and so
 * long of the processor.  0: nobody else wanted that. */
uint64_t coder_rest_us(uint64_t took_us, uint64_t used_us);

#endif
