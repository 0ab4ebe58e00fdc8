/* SPDX-License-Identifier: MIT
 *
 * slots: which places of an array are taken.
 * Layer: base.  The lowest free one is taken first, so that the array's end is
 * used for as long only as there is much; and nothing is written to a place
 * that is free, so that its memory may be given back.
 */
#ifndef ETAGD_BASE_SLOTS_H
#define ETAGD_BASE_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slots {
    uint64_t *taken; /* a bit each */
    size_t n;
    size_t low;        /* words before this one have no free place */
    size_t used, peak; /* peak: of used, since somebody set it */
};

/* All n are free.  False: no memory. */
bool slots_init(struct slots *s, size_t n);
void slots_end(struct slots *s);

/* The lowest free place, of which there is one. */
size_t slots_take(struct slots *s);

void slots_leave(struct slots *s, size_t at);

/* The first place from `from` on that is free, n if there is none; *end: the
 * first one behind it that is taken, or n. */
size_t slots_free_run(const struct slots *s, size_t from, size_t *end);

#endif
