/* SPDX-License-Identifier: MIT
 *
 * respawn: when to start a process again that has ended.
 * Layer: master.  Pure: a function of its history and the time.
 */
#ifndef ETAGD_MASTER_RESPAWN_H
#define ETAGD_MASTER_RESPAWN_H

#include <stdint.h>

struct respawn {
    unsigned quick; /* deaths that its life since has not made up for */
};

#define RESPAWN_LIFE_US 500000u /* a life of this makes up for one death */
#define RESPAWN_FREE 4u         /* deaths that cost no wait */
#define RESPAWN_MOST_MS 5000u

/* It was started at started_us and ended at now_us: milliseconds to wait before
 * it is started again.  Somebody's kill, even every half second, costs no wait;
 * one that dies at once again and again waits 100 ms after RESPAWN_FREE deaths,
 * then twice as long each time, up to RESPAWN_MOST_MS. */
uint32_t respawn_after(struct respawn *history, uint64_t started_us,
                       uint64_t now_us);

#endif
