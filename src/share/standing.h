/* SPDX-License-Identifier: MIT
 *
 * standing: whether this node wants requests, as the master has it.
 * Layer: share.  One word in memory that the master made before it forked:
 * each worker, of whatever generation and however late it was started, answers
 * the same.
 */
#ifndef ETAGD_SHARE_STANDING_H
#define ETAGD_SHARE_STANDING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct standing {
    /* 0 or another number, for workers can write to it: */
    _Atomic uint32_t warms;  /* nobody has been ready so far, and no older
                                program serves beside this one */
    _Atomic uint32_t leaves; /* ends soon: whoever can go elsewhere shall do so
                              */
};

static inline bool standing_leaves(const struct standing *s)
{
    return s && atomic_load_explicit(&s->leaves, memory_order_relaxed);
}

static inline bool standing_warms(const struct standing *s)
{
    return s && atomic_load_explicit(&s->warms, memory_order_relaxed);
}

#endif
