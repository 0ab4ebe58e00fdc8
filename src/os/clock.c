/* SPDX-License-Identifier: MIT
 *
 * clock: clock_gettime in microseconds.
 * Layer: os.  Cannot fail on Linux.
 */
#include "os/clock.h"

#include <time.h>

#define APART_US 20 /* two looks at a clock that nothing came between */
#define LOOKS 4

static uint64_t read_us(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000u + (uint64_t)t.tv_nsec / 1000u;
}

uint64_t clock_mono_us(void)
{
    return read_us(CLOCK_MONOTONIC);
}

uint64_t clock_thread_us(void)
{
    return read_us(CLOCK_THREAD_CPUTIME_ID);
}

int64_t clock_real_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t clock_distance_us(void)
{
    uint64_t best_us = UINT64_MAX, from_us = clock_mono_us();
    int64_t distance_us = 0;

    for (int i = 0; i < LOOKS && best_us > APART_US; i++) {
        int64_t real_us = clock_real_us();
        uint64_t to_us = clock_mono_us();
        if (to_us - from_us < best_us) {
            best_us = to_us - from_us;
            distance_us = real_us - (int64_t)(from_us + best_us / 2);
        }
        from_us = to_us;
    }
    return distance_us;
}
