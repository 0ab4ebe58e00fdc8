/* SPDX-License-Identifier: MIT
 *
 * clock: the two clocks: monotonic for every timer, wall clock for Date only.
 * Layer: os.
 */
#ifndef ETAGD_OS_CLOCK_H
#define ETAGD_OS_CLOCK_H

#include <stdint.h>

uint64_t clock_mono_us(void);
int64_t clock_real_us(void); /* since 1970-01-01 UTC */

#endif
