/* SPDX-License-Identifier: MIT
 *
 * sim_moves: connections between generations.  A script may have the master say
 * that another one serves on; the worker then hands over what it can before it
 * ends, and the next worker begins with what waits in between.  To a client it
 * is one connection: its requests are answered once, in order, and told so,
 * whoever has it.
 */
#include "sim_world.h"

#include <errno.h>
#include <string.h>

#include "serve/moving.h"

/* What is on its way: the first ones of these. */
static struct {
    char bytes[MOVING_BYTES];
    size_t n;
    int conn;
} moved[SIM_CONNS];

void sim_hand_over(unsigned room)
{
    if (sim.master_gone || sim.stopped || sim.next)
        return;
    sim.next = true;
    sim.moved_room = room < SIM_CONNS ? room : SIM_CONNS;
    sim.crammed = sim.crammed || sim.moved_room < SIM_CONNS;
    sim.handed = sim.wild = true;
    sim.handed_us = sim.now_us;
    sim_word(WORKER_MOVE);
    sim_word(WORKER_DRAIN);
}

int sim_move_give(const char *p, size_t n, const int *fds, size_t n_fds)
{
    PROPERTY(sim.next && n_fds == 1 && n <= MOVING_BYTES);
    if (sim.n_moved == sim.moved_room)
        return -EAGAIN;
    int i = fds[0] - SIM_CONN;
    PROPERTY(i >= 0 && i < SIM_CONNS);
    struct sim_conn *c = &sim.conn[i];
    PROPERTY(c->accepted && !c->closed && c->holders == 1);
    PROPERTY(c->reader.state == READ_HEAD && c->reader.head_n == 0);
    c->holders++;
    memcpy(moved[sim.n_moved].bytes, p, n);
    moved[sim.n_moved].n = n;
    moved[sim.n_moved++].conn = i;
    return 0;
}

ssize_t sim_move_take(char *p, int *fds, size_t *n_fds)
{
    if (sim.n_moved == 0)
        return -EAGAIN;
    size_t n = moved[0].n;
    struct sim_conn *c = &sim.conn[moved[0].conn];
    PROPERTY(*n_fds == 1 && c->holders == 1);
    c->emptied = false; /* whoever has it now does not know */
    memcpy(p, moved[0].bytes, n);
    fds[0] = SIM_CONN + moved[0].conn;
    memmove(moved, moved + 1, --sim.n_moved * sizeof moved[0]);
    return (ssize_t)n;
}

/* It has ended, and another one is to begin. */
bool sim_next(void)
{
    if (!sim.next)
        return false;
    sim.next = sim.told_end = sim.listener_closed = false;
    sim.n_words = 0;
    sim.control_on = sim.prepare_on = sim.moved_on = false;
    memset(sim.ask, 0, sizeof sim.ask);
    sim.preparer++;
    sim.slab++;
    sim.preparer_gone = sim.preparer_full = sim.slab_sent = false;
    sim.mounts_tag = NULL;
    memset(sim.helpers_tag, 0, sizeof sim.helpers_tag);
    return true;
}
