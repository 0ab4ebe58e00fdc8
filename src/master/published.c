/* SPDX-License-Identifier: MIT
 *
 * published: stores to the node's part of the tallies.
 * Layer: master.  After an upgrade the program before it is silent: there is
 * one state of a node.
 */
#include "master/published.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "base/check.h"
#include "base/hash.h"
#include "conf/dump.h"
#include "master/master_state.h"
#include "os/clock.h"
#include "os/tcpinfo.h"

#define EVERY_US 1000000u

_Static_assert((int)CHILD_WORKER == TALLIES_WORKER &&
                   (int)CHILD_PREPARER == TALLIES_PREPARER &&
                   (int)CHILD_OBSERVER == TALLIES_OBSERVER &&
                   (int)CHILD_SCRAPER == TALLIES_SCRAPER &&
                   (int)CHILD_ROLES == TALLIES_PROCESSES,
               "a role each");

static void set(_Atomic uint64_t *where, uint64_t value)
{
    atomic_store_explicit(where, value, memory_order_relaxed);
}

static uint64_t real_s(void)
{
    return (uint64_t)(clock_real_us() / 1000000);
}

/* Of what is in effect, comments and order of keys aside: the same on each node
 * that has the same.  Not 0. */
static uint64_t hash_of(const struct conf *c)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);

    if (!out)
        return 1;
    conf_dump(c, out);
    if (fclose(out) != 0)
        n = 0;
    uint64_t h = hash_span(HASH_KEY, span_of(text, n));
    free(text);
    return h ? h : 1;
}

void published_begin(struct master *m)
{
    struct tallies_node *n = &m->tallies->node;

    set(&n->started_s, real_s());
    if (m->inherit.upgrade >= 0)
        counters_add(&n->upgrades, 1);
    set(&n->reload_good, 1);
    set(&n->reload_s, real_s());
}

void published_reload(struct master *m, bool good)
{
    struct tallies_node *n = &m->tallies->node;

    counters_add(&n->reloads[good], 1);
    set(&n->reload_good, good);
    if (good)
        set(&n->reload_s, real_s());
    m->published.due_us = 0;
}

void published_death(const struct generation *g, const struct child *c,
                     int status)
{
    enum tallies_reason why = c->aborted_us         ? TALLIES_STALLED
                              : WIFSIGNALED(status) ? TALLIES_SIGNAL
                                                    : TALLIES_STATUS;

    CHECK((unsigned)c->role < TALLIES_PROCESSES);
    counters_add(&g->tallies->node.restarts[c->role][why], 1);
}

static void publish_queues(struct tallies_node *n, const struct generation *g)
{
    for (size_t i = 0; i < TALLIES_LISTENERS; i++) {
        uint32_t now = 0, most = 0;
        if (i < g->conf->n_listen && g->listener[i] >= 0)
            tcpinfo_queue(g->listener[i], &now, &most);
        set(&n->queue[i], now);
        set(&n->queue_most[i], most);
    }
}

static void publish(struct master *m)
{
    struct tallies_node *n = &m->tallies->node;
    const struct generation *g = m->current;

    set(&n->draining, m->leave.on || m->ending);
    set(&n->workers, master_totals(m).workers);
    if (!g)
        return;
    set(&n->generation, g->number);
    if (m->published.generation != g->number)
        set(&n->config_hash, hash_of(g->conf));
    m->published.generation = g->number;
    publish_queues(n, g);
}

static bool watched(const struct master *m)
{
    return m->current && !m->upgrade.replaced &&
           (m->current->conf->metrics.listen.text ||
            m->current->conf->observe.on);
}

int published_turn(struct master *m)
{
    uint64_t now = clock_mono_us();

    if (!watched(m))
        return -1;
    if (now >= m->published.due_us) {
        publish(m);
        m->published.due_us = now + EVERY_US;
    }
    return (int)((m->published.due_us - now) / 1000) + 1;
}
