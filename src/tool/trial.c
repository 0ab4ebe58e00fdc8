/* SPDX-License-Identifier: MIT
 *
 * trial: sets up what a master and a worker would, but for sockets and logs.
 * Layer: tool.
 */
#include "tool/trial.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "files/replies.h"
#include "files/wish.h"
#include "http/target.h"
#include "os/channel.h"
#include "os/log.h"
#include "os/poll.h"
#include "os/priv.h"
#include "prepare/preparer.h"
#include "serve/clocks.h"

/* Nothing of the running server's is touched: no address, no log, no pidfile.
 */
static void detach(struct conf *c)
{
    static char off[] = "off", standard_error[] = "-";

    c->n_listen = 0;
    c->workers = 1;
    c->limits.connections = 1;
    c->observe.on = false;
    c->observe.listen.text = c->metrics.listen.text = NULL;
    c->log.access = off;
    c->log.error = standard_error;
    c->log.level = LOG_LEVEL_WARN;
}

static bool start_preparer(struct trial *t)
{
    char word = 'w';

    if (channel_pair(t->control) < 0 || channel_pair(t->preparer) < 0)
        return false;
    t->pid = fork();
    if (t->pid == 0) {
        close(t->control[0]);
        close(t->preparer[0]);
        close(t->preparer[1]);
        if (priv_drop(&t->home->identity) < 0)
            _exit(1);
        exit(preparer_run(t->home->conf, t->control[1], NULL));
    }
    close(t->control[1]);
    t->control[1] = -1;
    if (t->pid < 0 ||
        channel_send(t->control[0], &word, 1, &t->preparer[1], 1) < 0)
        return false;
    close(t->preparer[1]);
    t->preparer[1] = -1;
    return true;
}

static bool start_worker(struct trial *t)
{
    struct generation *g = t->home;

    t->start = (struct worker_start){
        .conf = g->conf,
        .root = g->root,
        .n_roots = g->n_roots,
        .control = t->control[0],
        .prepare = t->preparer[0],
        .access_log = -1,
        .counters = &g->counters,
        .connections = &t->connections,
    };
    t->w = calloc(1, sizeof *t->w);
    return t->w && worker_init(t->w, &t->start);
}

bool trial_begin(struct trial *t, struct conf *conf)
{
    memset(t, 0, sizeof *t);
    t->control[0] = t->control[1] = t->preparer[0] = t->preparer[1] = -1;
    detach(conf);
    struct list none;
    int fd = -1;
    list_init(&none);
    t->tallies = tallies_new(&fd);
    if (!t->tallies)
        return false;
    close(fd);
    t->home =
        generation_new(conf, 1, NULL, NULL, &t->connections, t->tallies, &none);
    if (!t->home) { /* has said why */
        tallies_free(t->tallies);
        return false;
    }
    if (!start_preparer(t))
        log_error("W060", "the preparer can't be started: %s", strerror(errno));
    else if (priv_drop(&t->home->identity) < 0)
        log_error("W061", "privileges could not be dropped");
    else if (!start_worker(t))
        log_error("W062", "not enough memory for a worker");
    else
        return true;
    trial_end(t);
    return false;
}

static void begin_connection(struct trial *t)
{
    struct conn *c = &t->conn;

    conn_init(c, -1, 1); /* idle: step_resume() leaves it alone */
    c->txn = txn_borrow(&t->w->txns);
    CHECK(c->txn);
    c->txn->conn = c;
}

static void end_connection(struct trial *t)
{
    struct txn *txn = t->conn.txn;

    if (!txn)
        return;
    if (!list_empty(&txn->waiter))
        list_remove(&txn->waiter);
    for (; txn->record_at < txn->record_n; txn->record_at++) {
        if (txn->record[txn->record_at].entry)
            entry_release(&t->w->files, txn->record[txn->record_at].entry);
    }
    txn_reset_out(txn); /* what was queued is sent to nobody */
    txn_return(&t->w->txns, txn);
    t->conn.txn = NULL;
    t->conn.magic = 0; /* its place is free again */
}

/* Waits for the preparer, as a turn of the worker does. */
static void turn(struct trial *t)
{
    struct epoll_event event;

    poll_wait(t->w->poll, &event, 1, replies_turn(&t->w->files));
    clocks_read(t->w);
    while (replies_take(&t->w->files) || replies_ready(&t->w->files))
        ; /* there is one request, which looks by itself */
}

static void answer(struct trial *t, struct span request)
{
    struct span in;

    begin_connection(t);
    struct txn *txn = t->conn.txn;
    txn_input_keep(txn, request, SPAN(""));
    in = txn_input(txn);
    clocks_read(t->w);
    t->conn.first_us = t->w->now.us;
    t->w->files.passing.off = true;   /* all is told of the file */
    t->w->answers.listed.open = true; /* nobody else is here */
    t->w->answers.listed.until_us = UINT64_MAX;
    txn->queued_turn = ++t->w->answers.turn;
    while ((t->result = request_take(t->w, &t->conn, &in, &t->request)) ==
           REQUEST_WAITS) {
        while (!list_empty(&txn->waiter))
            turn(t);
        in = txn_input(txn);
    }
    t->record = txn->record_n ? &txn->record[0] : NULL;
    const char *end =
        txn->out.n ? memmem(txn->out.p, txn->out.n, "\r\n\r\n", 4) : NULL;
    t->head =
        end ? span_of(txn->out.p, (size_t)(end - txn->out.p) + 2) : SPAN("");
}

struct entry *trial_entry(struct trial *t)
{
    struct worker *w = t->w;
    unsigned site = (unsigned)(t->request.site - w->conf->sites);
    struct span path = t->request.path;

    if (!t->record || t->request.head.target.n == 0)
        return NULL;
    struct entry *e = cache_find(
        &w->files.cache, cache_hash(&w->files.cache, site, path), site, path);
    if (!e || e->kind != ENTRY_FALLBACK)
        return e;
    path = span_str(t->request.site->fallback);
    return cache_find(&w->files.cache, cache_hash(&w->files.cache, site, path),
                      site, path);
}

void trial_run(struct trial *t, struct span request)
{
    answer(t, request);
    uint64_t until_us = t->w->now.us + t->w->conf->timeouts.prepare_ms * 1000;
    struct entry *e = trial_entry(t);
    while (e && (e->in_asks || e->racy || e->source.unasked) &&
           t->w->now.us < until_us) {
        struct epoll_event event;
        wish_ask(&t->w->files, e, PREPARE_CODINGS);
        (void)replies_turn(&t->w->files); /* what is to be asked yet */
        poll_wait(t->w->poll, &event, 1, 50);
        clocks_read(t->w);
        while (replies_take(&t->w->files))
            ;
        e = trial_entry(t);
        if (e && e->in_asks)
            continue;
        /* of a file that was young its codings are begun now */
        end_connection(t);
        answer(t, request);
        e = trial_entry(t);
    }
}

void trial_end(struct trial *t)
{
    if (t->w) {
        end_connection(t);
        worker_free(t->w);
    }
    for (int i = 0; i < 2; i++) {
        if (t->control[i] >= 0)
            close(t->control[i]);
        if (t->preparer[i] >= 0)
            close(t->preparer[i]);
    }
    if (t->pid > 0)
        waitpid(t->pid, NULL, 0);
    generation_free(t->home);
    tallies_free(t->tallies);
}
