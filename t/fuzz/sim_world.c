/* SPDX-License-Identifier: MIT
 *
 * sim_world: one whole life of a worker: made by worker_run(), told to end by
 * its master, and looked through when it has nothing left to do.
 */
#include "sim_world.h"

#include "sim_conf.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "answer/listings.h"
#include "files/entry.h"
#include "os/log.h"
#include "serve/moving.h"
#include "share/attempts.h"

struct sim_world sim_world;

void __real_txn_pool_free(struct txn_pool *pool);
void __wrap_txn_pool_free(struct txn_pool *pool);

struct sim_conn *sim_numbered(uint64_t number)
{
    return number >= 1 && number <= SIM_CONNS ? sim_world.accepted[number - 1]
                                              : NULL;
}

static void make_once(void)
{
    if (sim_world.board)
        return;
    sim_world.board = board_new(1, 256);
    PROPERTY(sim_world.board);
    log_adopt(open("/dev/null", O_WRONLY | O_CLOEXEC));
}

static struct worker *worker_of(struct txn_pool *pool)
{
    return LIST_ENTRY(pool, struct worker, txns);
}

static void check_idle(const struct worker *w)
{
    PROPERTY(w->places.n == 0 && w->places.n_dead == 0);
    PROPERTY(list_empty(&w->places.all) && list_empty(&w->places.dead));
    PROPERTY(list_empty(&w->arrivals.again));
    PROPERTY(w->txns.n_free == w->txns.count);
    for (size_t i = 0; i < WHEEL_SLOTS / 64; i++) {
        for (uint64_t left = w->wheel.used[i]; left; left &= left - 1) {
            size_t slot = i * 64 + (size_t)__builtin_ctzll(left);
            PROPERTY(list_empty(&w->wheel.slot[slot]));
        }
    }
}

static struct worker *running(void)
{
    return LIST_ENTRY(sim.control_tag, struct worker, control_tag);
}

void sim_queue_told(void)
{
    sim.long_turn = listings_wait(&running()->answers);
    sim.n_told = sim.listening ? sim.n_queue : 0;
}

void sim_queue_check(void)
{
    if (sim.long_turn && sim.listening && !sim.crowded)
        PROPERTY(sim.n_told == 0 || sim.n_queue == 0);
}

/* No connection is left and the worker goes on. */
void sim_rest_check(void)
{
    struct worker *w = running();

    check_idle(w);
    PROPERTY(counters_get(&w->counters->accepted) ==
             counters_get(&w->counters->closed));
    for (struct list *at = w->files.asked.next; at != &w->files.asked;
         at = at->next)
        PROPERTY(list_empty(&LIST_ENTRY(at, struct entry, asked)->waiters));
}

/* The worker has ended; its entries are gone and its pool is about to go. */
void __wrap_txn_pool_free(struct txn_pool *pool)
{
    const struct worker *w = worker_of(pool);

    check_idle(w);
    PROPERTY(w->files.cache.n_files == 0 && w->files.cache.n_others == 0);
    PROPERTY(list_empty(&w->files.asked));
    __real_txn_pool_free(pool);
}

void sim_world_run(unsigned options)
{
    static const int listener[] = { SIM_LISTENER };
    static const int moving[] = {
        [MOVING_TAKE] = SIM_MOVED, [MOVING_GIVE] = SIM_MOVE
    };
    static struct root roots[8];
    const struct conf *conf = sim_conf(options);
    struct sim_world *o = &sim_world;

    int fd;

    make_once();
    o->attempts = attempts_new(&fd);
    PROPERTY(o->attempts);
    close(fd);
    o->limits = sim_conf_limits(options);
    o->access = sim_conf_access(options);
    o->start = (struct worker_start){ .conf = conf,
                                      .listener = listener,
                                      .root = roots,
                                      .control = SIM_CONTROL,
                                      .moving = moving,
                                      .access_log = SIM_LOG,
                                      .counters = &o->counters,
                                      .board = o->board,
                                      .attempts = o->attempts,
                                      .connections = &o->connections };
    for (size_t i = 0; i < conf->n_sites; i++)
        o->start.n_roots += 1 + conf->sites[i].n_aliases;
    PROPERTY(o->start.n_roots <= 8 && conf->n_listen == 1);
    for (size_t i = 0; i < o->start.n_roots; i++)
        roots[i] = (struct root){ SIM_ROOT, true };
    memset(&o->slot, 0, sizeof o->slot);
    o->counters.slot[0] = &o->slot;
    memset(o->accepted, 0, sizeof o->accepted);
    o->connections = 0;
    o->n_accepted = 0;
    board_reader_start(&o->events, &o->board->ring[0]);
    o->events.at = atomic_load(o->board->ring[0].next);
    sim.codings = options & 1;

    do {
        o->start.prepare = SIM_PREPARE + (int)sim.preparer;
        PROPERTY(worker_run(&o->start) == 0);
    } while (sim_next());
    PROPERTY(sim.n_moved == 0);
    attempts_free(o->attempts);

    for (int i = 0; i < SIM_CONNS; i++)
        PROPERTY(sim.conn[i].accepted == sim.conn[i].closed);
    PROPERTY(counters_get(&o->slot.accepted) == o->n_accepted);
    PROPERTY(counters_get(&o->slot.closed) == o->n_accepted);
    sim_files_check();
    sim_log_check();
}
