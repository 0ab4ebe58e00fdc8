/* SPDX-License-Identifier: MIT
 *
 * totals: adds up what all generations have counted.
 * Layer: master.
 */
#include "master/master_state.h"

static void add(struct totals *t, const struct generation *g)
{
    for (unsigned i = 0; i < g->conf->workers; i++) {
        struct tally own = tally_since(g->counters.slot[i], &g->before[i]);
        t->accepted += own.accepted;
        t->closed += own.closed;
        t->open += own.accepted - own.closed + own.moved;
        t->moved += own.moved;
        t->requests += own.requests;
        t->bytes += own.bytes;
        t->workers += g->worker[i].pid > 0;
    }
}

struct totals master_totals(const struct master *m)
{
    struct totals t = m->gone;

    EACH_GENERATION (at, m)
        add(&t, generation_at(at));
    return t;
}

void totals_bury(struct master *m, const struct generation *g)
{
    add(&m->gone, g);
    m->gone.workers = 0;
}
