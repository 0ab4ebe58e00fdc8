/* SPDX-License-Identifier: MIT
 *
 * respawn: doubling pauses for a process that dies at once again.
 * Layer: master.  Pure.
 */
#include "master/respawn.h"

uint32_t respawn_after(struct respawn *history, uint64_t started_us,
                       uint64_t now_us)
{
    uint32_t wait_ms = 0;

    if (now_us - started_us >= RESPAWN_QUICK_US) {
        history->quick = 0;
        return 0;
    }
    if (history->quick > 0) {
        unsigned shift = history->quick - 1;
        wait_ms = shift > 6 ? RESPAWN_MOST_MS : 100u << shift;
        if (wait_ms > RESPAWN_MOST_MS)
            wait_ms = RESPAWN_MOST_MS;
    }
    history->quick++;
    return wait_ms;
}
