/* SPDX-License-Identifier: MIT
 *
 * clock: the two clocks: monotonic for every timer, wall clock for Date only.
 * Layer: os.
 */
#ifndef ETAGD_OS_CLOCK_H
#define ETAGD_OS_CLOCK_H

#include <stdint.h>

uint64_t clock_mono_us(void);
uint64_t clock_thread_us(void); /* of the processor, used by this thread */
int64_t clock_real_us(void);    /* since 1970-01-01 UTC */

/* What makes a wall clock time of a monotonic one.  A process that is held up
 * between its looks at the two would take the pause for a difference of the
 * clocks: it looks again then, and keeps the best of a few. */
int64_t clock_distance_us(void);

#endif
