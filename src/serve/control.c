/* SPDX-License-Identifier: MIT
 *
 * control: the worker's end of the channel to the master.
 * Layer: serve.
 */
#include "serve/control.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "files/follow.h"
#include "files/replies.h"
#include "os/channel.h"
#include "os/log.h"
#include "os/poll.h"
#include "serve/accepting.h"
#include "serve/access.h"
#include "serve/moving.h"
#include "serve/step.h"
#include "serve/worker.h"

#define FINISH_IDLE_MS 1000 /* then an idle connection is closed at the end */

static bool tell(int control, enum worker_word what)
{
    char word = (char)what;

    return channel_send(control, &word, 1, NULL, 0) == 0;
}

void control_ready(int control)
{
    (void)tell(control, WORKER_READY);
}

static void show(int control, uint32_t number, int fd)
{
    char message[1 + sizeof number] = { WORKER_ROOT };

    memcpy(message + 1, &number, sizeof number);
    (void)channel_send(control, message, sizeof message, &fd, 1);
}

void control_moved(int control, struct files *fs)
{
    if (!fs->root_moved)
        return;
    for (size_t i = 0; i < fs->n_roots; i++) {
        if (fs->root[i].shows)
            show(control, (uint32_t)i, fs->root[i].fd);
        fs->root[i].shows = false;
    }
    fs->root_moved = !tell(control, WORKER_MOVED);
    fs->told += !fs->root_moved;
}

/* An answer to what this worker has said before it looked last says nothing of
 * what it waits for: that has an answer of its own. */
static void stays(struct files *fs, const char *message, size_t n)
{
    uint32_t told;

    if (n != 1 + sizeof told)
        return;
    memcpy(&told, message + 1, sizeof told);
    if (told == fs->told && !fs->root_moved)
        follow_give_up(fs);
}

static void hear(struct files *fs, int control, const char *message, size_t n,
                 int fd)
{
    uint32_t number;

    if (fd >= 0 && n == 1 + sizeof number) {
        memcpy(&number, message + 1, sizeof number);
        files_news(fs);
        control_moved(control, fs);
        follow_hear(fs, number, fd);
    } else if (fd >= 0) {
        close(fd);
    }
}

void control_roots(struct files *fs, int control)
{
    char message[1 + sizeof(uint32_t)];

    while (channel_first(control) == WORKER_ROOT) {
        int fd = -1;
        size_t n_fds = 1;
        ssize_t n = channel_take(control, message, sizeof message, &fd, &n_fds);
        if (n > 0)
            hear(fs, control, message, (size_t)n, n_fds ? fd : -1);
    }
}

static void drain(struct worker *w)
{
    if (w->ending.drains)
        return;
    CHECK(worker_is(w));
    w->ending.drains = true;
    w->ending.until_ms = w->now.ms + w->conf->timeouts.drain_ms;
    accepting_stop(w);
    (void)tell(w->start->control, WORKER_NOT_ACCEPTING);
}

/* Idle connections have no time to move elsewhere, but what is on its way on
 * one of them is answered. */
static void finish(struct worker *w)
{
    if (w->idle_ms > FINISH_IDLE_MS)
        w->idle_ms = FINISH_IDLE_MS;
    drain(w);
    for (struct list *at = w->places.all.next; at != &w->places.all;
         at = at->next) {
        struct conn *c = LIST_ENTRY(at, struct conn, node);
        if (c->state == CONN_IDLE)
            wheel_set(&w->wheel, &c->timer, w->now.ms + w->idle_ms);
    }
}

/* Of which listening sockets: a byte each.  Of none: nobody serves on any more.
 */
static void begin_moves(struct moves *m, const char *may, size_t n)
{
    m->on = false;
    for (size_t i = 0; i < n && i < LISTEN_MAX; i++) {
        m->may[i] = may[i] != 0;
        m->on = m->on || m->may[i];
    }
}

static void obey(struct worker *w, enum worker_word word, int fd)
{
    switch (word) {
    case WORKER_STOP:
        accepting_stop(w); /* what waits gets a FIN, not a reset */
        w->ending.stops = true;
        break;
    case WORKER_DRAIN:
        drain(w);
        follow_give_up(&w->files);
        if (w->ending.moves.on)
            step_move_on(w);
        break;
    case WORKER_FINISH:
        finish(w);
        break;
    case WORKER_LOG:
        access_reopen(w->access, fd);
        return;
    case WORKER_ERROR_LOG:
        log_adopt(fd);
        return;
    case WORKER_PREPARER:
        replies_renew(&w->files, fd);
        return;
    case WORKER_MOVE: /* by nobody: those that waited for it go on here */
        for (struct list *at = w->places.all.next;
             at != &w->places.all && !w->ending.moves.on; at = at->next) {
            struct conn *c = LIST_ENTRY(at, struct conn, node);
            if (c->state == CONN_HEAD && !c->awaits_proxy && c->txn->in_n > 0)
                step_resume(w, c);
        }
        if (w->start->moving && !w->ending.moves.on)
            accepting_take_back(&w->acceptor, w->poll,
                                w->start->moving[MOVING_TAKE]);
        break;
    case WORKER_READY:
    case WORKER_NOT_ACCEPTING:
    case WORKER_MOVED:
    case WORKER_STAYS:
    case WORKER_ROOT:
        break;
    }
    if (fd >= 0)
        close(fd);
}

void control_take(struct worker *w)
{
    for (;;) {
        char word[1 + LISTEN_MAX];
        int fd = -1;
        size_t n_fds = 1;
        ssize_t n =
            channel_take(w->start->control, word, sizeof word, &fd, &n_fds);
        if (n == -EAGAIN)
            return;
        if (n <= 0) {
            if (!w->ending.drains)
                log_info("W002",
                         "the master is gone: finishing what is under way");
            poll_remove(w->poll, w->start->control);
            if (w->ending.moves.on) { /* nobody could tell that it is over */
                w->ending.moves.on = false;
                obey(w, WORKER_MOVE, -1);
            }
            drain(w);
            return;
        }
        if (word[0] == WORKER_ROOT) {
            hear(&w->files, w->start->control, word, (size_t)n,
                 n_fds ? fd : -1);
            continue;
        }
        if (word[0] == WORKER_STAYS)
            stays(&w->files, word, (size_t)n);
        if (word[0] == WORKER_MOVE && w->start->moving)
            begin_moves(&w->ending.moves, word + 1, (size_t)n - 1);
        obey(w, (enum worker_word)word[0], n_fds ? fd : -1);
    }
}
