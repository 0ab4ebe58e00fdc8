/* SPDX-License-Identifier: MIT
 *
 * records: see records.h.
 * Layer: master.
 */
#include "master/records.h"

#include "base/check.h"

#define CHILD_MAGIC 0x64636864u

void generation_begin(struct generation *g)
{
    CHECK(g->magic == 0);
    g->magic = GENERATION_MAGIC;
    g->state = GENERATION_STARTING;
}

void child_begin(struct child *c, struct generation *home, enum child_role role,
                 unsigned index)
{
    CHECK(home->magic == GENERATION_MAGIC && role < CHILD_ROLES);
    *c = (struct child){ .magic = CHILD_MAGIC,
                         .home = home,
                         .role = role,
                         .index = index,
                         .control = -1 };
    child_sound(c);
}

/* Where a generation has the record of that role and index. */
static const struct child *place_of(const struct generation *g,
                                    enum child_role role, unsigned index)
{
    switch (role) {
    case CHILD_WORKER:
        return index < g->conf->workers ? &g->worker[index] : NULL;
    case CHILD_PREPARER:
        return &g->preparer;
    case CHILD_OBSERVER:
        return &g->side[SIDE_OBSERVER].child;
    case CHILD_SCRAPER:
        return &g->side[SIDE_SCRAPER].child;
    case CHILD_ROLES:
        break;
    }
    return NULL;
}

void child_sound(const struct child *c)
{
    CHECK(c && c->magic == CHILD_MAGIC);
    CHECK(c->home && c->home->magic == GENERATION_MAGIC);
    CHECK(c == place_of(c->home, c->role, c->index));
    CHECK((c->pid > 0) == (c->control >= 0));
    CHECK(c->pid <= 0 || c->due_us == 0); /* it runs, or is to be started */
    CHECK(!c->told || c->role == CHILD_PREPARER);
    CHECK(!c->not_accepting || c->role == CHILD_WORKER);
}

struct child *child_of_pid(struct generation *g, pid_t pid)
{
    if (g->preparer.pid == pid)
        return &g->preparer;
    for (unsigned i = 0; i < SIDES; i++) {
        if (g->side[i].child.pid == pid)
            return &g->side[i].child;
    }
    for (unsigned i = 0; i < g->conf->workers; i++) {
        if (g->worker[i].pid == pid)
            return &g->worker[i];
    }
    return NULL;
}

#define TO(state) (1u << (state))

void generation_become(struct generation *g, enum generation_state next)
{
    static const unsigned may[] = {
        [GENERATION_STARTING] = TO(GENERATION_SERVING) |
                                TO(GENERATION_DRAINING) |
                                TO(GENERATION_STOPPING),
        [GENERATION_SERVING] =
            TO(GENERATION_DRAINING) | TO(GENERATION_STOPPING),
        [GENERATION_DRAINING] = TO(GENERATION_STOPPING),
        /* who asks twice is obeyed twice */
        [GENERATION_STOPPING] = TO(GENERATION_STOPPING),
    };

    CHECK(g->magic == GENERATION_MAGIC);
    CHECK(g->state <= GENERATION_STOPPING && may[g->state] & TO(next));
    g->state = next;
}
