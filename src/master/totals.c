/* SPDX-License-Identifier: MIT
 *
 * totals: adds up what all generations have counted.
 * Layer: master.
 */
#include "master/state.h"

struct totals master_totals(const struct master *m)
{
    struct totals t = { .accepted = m->accepted,
                        .closed = m->closed,
                        .requests = m->requests };

    EACH_GENERATION (at, m) {
        const struct generation *g = generation_at(at);
        for (unsigned i = 0; i < g->conf->workers; i++) {
            struct counters_slot *s = &g->counters->slot[i];
            t.accepted += counters_get(&s->accepted);
            t.closed += counters_get(&s->closed);
            t.requests += counters_get(&s->requests);
            t.bytes += counters_get(&s->bytes);
            t.workers += g->worker[i].pid > 0;
        }
    }
    return t;
}
