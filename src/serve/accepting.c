/* SPDX-License-Identifier: MIT
 *
 * accepting: accept, and a first receive at once: often the request is there.
 * Layer: serve.  When a limit is reached the sockets are left alone until a
 * connection has gone or a moment has passed; the kernel's queue waits.
 */
#include "serve/accepting.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "os/log.h"
#include "os/net.h"
#include "os/poll.h"
#include "serve/conn.h"
#include "serve/tell.h"
#include "serve/worker.h"

#define BUDGET 16 /* connections a turn and socket */
#define PAUSE_MS 100

static void listen_on(struct worker *w, bool on)
{
    for (size_t i = 0; i < w->conf->n_listen; i++) {
        if (on)
            poll_add_listener(w->poll, w->start->listener[i], &w->listening[i]);
        else
            poll_remove(w->poll, w->start->listener[i]);
    }
    w->accepting = on;
}

bool accepting_init(struct worker *w)
{
    if (w->conf->n_listen > WORKER_LISTEN_MAX)
        return false;
    listen_on(w, true);
    return true;
}

static void pause_accepting(struct worker *w)
{
    listen_on(w, false);
    w->accept_again_ms = w->now_ms + PAUSE_MS;
}

static struct conn *begin(struct worker *w, int fd, const struct net_peer *peer,
                          size_t listener)
{
    struct conn *c = LIST_ENTRY(w->conn_free.next, struct conn, node);

    list_remove(&c->node);
    memset(c, 0, sizeof *c);
    c->magic = CONN_MAGIC;
    c->fd = fd;
    c->state = CONN_IDLE;
    c->peer = *peer;
    c->listener = (uint8_t)listener;
    c->opened_us = c->first_us = w->now_us;
    c->number = atomic_fetch_add_explicit(w->start->connections, 1,
                                          memory_order_relaxed) +
                1;
    list_init(&c->node);
    list_init(&c->turn);
    list_init(&c->timer.node);
    list_append(&w->conn_all, &c->node);
    w->n_conns++;
    counters_add(&w->counters->accepted, 1);
    wheel_set(&w->wheel, &c->timer, w->now_ms + w->idle_ms);
    if (w->ring)
        tell_accept(w, c);
    return c;
}

static bool take_one(struct worker *w, size_t i)
{
    struct net_peer peer;

    if (w->n_conns >= w->conf->limits.connections) {
        pause_accepting(w);
        return false;
    }
    int fd = net_accept(w->start->listener[i], &peer);
    if (fd == -EAGAIN)
        return false;
    if (fd < 0) {
        log_warn("W010", "accept: %s; trying again in %d ms", strerror(-fd),
                 PAUSE_MS);
        pause_accepting(w);
        return false;
    }
    struct conn *c = begin(w, fd, &peer, i);
    poll_add_edge(w->poll, fd, c);
    c->polled = true;
    return true;
}

void accepting_ready(struct worker *w, void *tag)
{
    size_t i = (size_t)((char *)tag - w->listening);

    for (int n = 0; n < BUDGET && w->accepting; n++) {
        if (!take_one(w, i))
            return;
    }
}

int accepting_turn(struct worker *w)
{
    if (w->accepting || w->draining)
        return -1;
    if (w->now_ms >= w->accept_again_ms &&
        w->n_conns < w->conf->limits.connections) {
        listen_on(w, true);
        return -1;
    }
    return PAUSE_MS;
}

void accepting_stop(struct worker *w)
{
    for (size_t i = 0; i < w->conf->n_listen; i++) {
        if (w->accepting) {
            while (take_one(w, i))
                ;
        }
    }
    if (w->accepting)
        listen_on(w, false);
    for (size_t i = 0; i < w->conf->n_listen; i++)
        close(w->start->listener[i]);
}
