/* SPDX-License-Identifier: MIT
 *
 * respawn: doubling pauses for a process that dies at once again.
 * Layer: master.  Pure.
 */
#include "master/respawn.h"

uint32_t respawn_after(struct respawn *history, uint64_t started_us,
                       uint64_t now_us)
{
    uint64_t made_up = (now_us - started_us) / RESPAWN_LIFE_US;
    uint32_t wait_ms = 100;

    history->quick -=
        made_up < history->quick ? (unsigned)made_up : history->quick;
    history->quick++;
    if (history->quick <= RESPAWN_FREE)
        return 0;
    for (unsigned n = RESPAWN_FREE + 1; n < history->quick; n++) {
        wait_ms *= 2;
        if (wait_ms >= RESPAWN_MOST_MS)
            return RESPAWN_MOST_MS;
    }
    return wait_ms;
}
