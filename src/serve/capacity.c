/* SPDX-License-Identifier: MIT
 *
 * capacity: places for connections, and the choice of who gives way.
 * Layer: serve.  No order of use is kept, so that a request costs nothing here:
 * whoever gives way is the least recently used of some that are looked at, in
 * turn, and of all when there are few.
 * Heap: at the start.
 */
#include "serve/capacity.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/plural.h"
#include "files/entry.h"
#include "os/heap.h"
#include "os/log.h"
#include "serve/addresses.h"
#include "serve/fronted.h"
#include "serve/closing.h"
#include "serve/worker.h"

#define USED_MS 1000    /* by which one that was used seems younger */
#define SAMPLE 32       /* idle connections that are compared */
#define FILES_MIN 8     /* descriptors kept for files at least */
#define FILES_OPEN 4096 /* and no more are missed, where `files` is auto */
#define SLOW_MS 1000    /* a request that is not whole by then may give way */

size_t capacity_for(size_t wanted, size_t descriptors, size_t used)
{
    if (descriptors == 0)
        return wanted;
    size_t left = descriptors > used ? descriptors - used : 0;
    size_t files = left / 4 < FILES_MIN ? FILES_MIN : left / 4;
    size_t fit =
        left > files + CAPACITY_SLACK ? left - files - CAPACITY_SLACK : 1;
    return fit < wanted ? fit : wanted;
}

/* How many known files may stay open beside `conns` connections (0 descriptors:
 * any number). */
static size_t for_files(size_t descriptors, size_t used, size_t conns)
{
    size_t others = used + conns + CAPACITY_SLACK;

    if (descriptors == 0)
        return SIZE_MAX;
    return descriptors > others + FILES_MIN ? descriptors - others : FILES_MIN;
}

/* Numbers are given from below: the next one tells how many are in use. */
static size_t descriptors_used(int any)
{
    int next = fcntl(any, F_DUPFD_CLOEXEC, 0);

    if (next < 0)
        return 64;
    size_t used = (size_t)next;
    close(next);
    return used;
}

/* Whoever has set a number may mean large files; of those that a large machine
 * knows by itself most are in memory. */
static size_t files_wanted_open(const struct conf *c)
{
    bool few = !c->autos.files || c->prepare.files < FILES_OPEN;

    return few ? c->prepare.files : FILES_OPEN;
}

bool capacity_init(struct worker *w)
{
    const struct conf_limits *l = &w->conf->limits;
    size_t limit = w->start->descriptors;
    size_t used = descriptors_used(w->poll);

    w->places.most = capacity_for(l->connections, limit, used);
    w->files.open_max = for_files(limit, used, w->places.most);
    w->places.slots = w->places.most + CAPACITY_SLACK;
    if (w->places.most < l->connections / 2 && w->start->index == 0)
        log_info(
            "W071",
            "descriptor limit %zu: each worker takes at most %zu connection%s "
            "instead of the %zu of [limits] connections",
            limit, w->places.most, plural(w->places.most), l->connections);
    size_t open = files_wanted_open(w->conf);
    if (w->files.open_max < open && w->start->index == 0)
        log_warn(
            "W072",
            "descriptor limit %zu: each worker keeps at most %zu large file%s "
            "open instead of the %zu of [prepare] files; others are opened "
            "again when they are asked for",
            limit, w->files.open_max, plural(w->files.open_max), open);
    w->places.conn = calloc(w->places.slots, sizeof w->places.conn[0]);
    if (!w->places.conn || !slots_init(&w->places.taken, w->places.slots))
        return false;
    if (l->connections_per_address == 0)
        return true;
    w->places.addresses =
        addresses_new(w->places.slots, w->files.cache.seed ^ w->now.us);
    return w->places.addresses != NULL;
}

void capacity_free(struct places *p)
{
    CHECK(p->n == 0 && p->came == p->gone); /* all have left */
    addresses_free(p->addresses);
    slots_end(&p->taken);
    free(p->conn);
}

static bool slow_request(const struct conn *c, uint64_t now_us)
{
    return (c->state == CONN_HEAD || c->state == CONN_BODY) && !c->received &&
           now_us - c->first_us > SLOW_MS * 1000;
}

/* When it was used last, or so; UINT64_MAX: it can't be spared. */
static uint64_t used_ms(const struct conn *c, uint64_t idle_ms)
{
    if (c->state == CONN_LINGER)
        return 0; /* it has had its answer */
    if (c->state != CONN_IDLE || c->received)
        return UINT64_MAX;
    /* in a flood of connections that ask nothing those that do stay */
    return c->timer.due_ms - idle_ms + (c->requests ? USED_MS : 0);
}

/* The least recently used of the next idle ones in the queue; else the oldest
 * request that is still not whole.  A request that lies in the socket already
 * will be answered. */
static struct conn *least_needed(struct worker *w)
{
    struct conn *best = NULL, *slow = NULL;
    uint64_t best_ms = UINT64_MAX;
    int seen = 0;

    for (size_t n = w->places.n; n > 0 && seen < SAMPLE; n--) {
        struct conn *c = LIST_ENTRY(w->places.all.next, struct conn, node);
        uint64_t ms = used_ms(c, w->idle_ms);
        CHECK(conn_is(c));
        list_remove(&c->node);
        list_append(&w->places.all, &c->node);
        if (ms < best_ms && !(c->state == CONN_IDLE && net_pending(c->fd))) {
            best = c;
            best_ms = ms;
        }
        seen += ms != UINT64_MAX;
        if (slow_request(c, w->now.us) &&
            (!slow || c->first_us < slow->first_us))
            slow = c;
    }
    return best ? best : slow;
}

bool capacity_spare(struct worker *w)
{
    struct conn *c = least_needed(w);

    if (c)
        closing_give_way(w, c);
    return c != NULL;
}

enum room capacity_connection(struct worker *w, struct conn **gives_way)
{
    size_t lab = w->conf->limits.connections_per_worker_lab;

    *gives_way = NULL;
    if (lab && w->places.n >= lab)
        return CAPACITY_NONE; /* a process per connection would take none either
                               */
    if (w->places.n >= w->places.slots)
        return CAPACITY_SOON;
    if (w->places.n - w->places.n_dead < w->places.most)
        return CAPACITY_YES;
    *gives_way = least_needed(w);
    return *gives_way ? CAPACITY_YES : CAPACITY_NONE;
}

struct conn *capacity_place(struct places *p)
{
    CHECK(p->n < p->slots);
    struct conn *c = &p->conn[slots_take(&p->taken)];
    CHECK(!conn_is(c));
    p->n++;
    p->came++;
    return c;
}

bool capacity_address(struct worker *w, struct conn *c, bool moved)
{
    if (!w->places.addresses || (w->wants.fields && fronted_trusts(w->conf, c)))
        return true;
    size_t most = moved ? SIZE_MAX : w->conf->limits.connections_per_address;
    CHECK(!c->by_address);
    c->counted_as = c->peer;
    c->by_address = addresses_enter(w->places.addresses, &c->peer, most);
    return c->by_address;
}

void capacity_left(struct places *p, struct conn *c)
{
    CHECK(conn_is(c) && c->state == CONN_CLOSED);
    CHECK(c->fd < 0 && !c->txn && !c->timer.hung_ms);
    CHECK(p->n > 0 && p->n_dead > 0);
    slots_leave(&p->taken, (size_t)(c - p->conn));
    p->n--;
    p->n_dead--;
    p->gone++;
    if (c->by_address)
        addresses_leave(p->addresses, &c->counted_as);
    c->by_address = c->by_request = false;
    c->magic = 0;
}

void capacity_rest(struct places *p)
{
    heap_places(&p->taken, p->conn, sizeof p->conn[0]);
}
