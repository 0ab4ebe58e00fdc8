/* SPDX-License-Identifier: MIT
 *
 * heartbeat: ends processes that run but do not turn any more.
 * Layer: master.  A worker writes the time of each turn into shared memory, at
 * least once a second; the preparer answers a word.
 */
#ifndef ETAGD_MASTER_HEARTBEAT_H
#define ETAGD_MASTER_HEARTBEAT_H

#include <stdint.h>

struct generation;

/* Processes of g that have not turned for stall_us get SIGABRT, and SIGKILL
 * half a second later; those that wait for a disk are spared.  since_us: from
 * when on silence counts (the master itself may have been stopped before). */
void heartbeat_check(struct generation *g, uint64_t now_us, uint64_t since_us,
                     uint64_t stall_us);

#endif
