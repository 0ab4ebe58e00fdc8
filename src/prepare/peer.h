/* SPDX-License-Identifier: MIT
 *
 * peer: one worker as the preparer sees it: its channel and what it waits for.
 * Layer: prepare.  Never blocks: what does not fit into the channel is sent
 * when there is room.  A waiter remembers what it has to be told, and the
 * answer is made from its item when it has its place in a message; of these one
 * at most is kept.
 */
#ifndef ETAGD_PREPARE_PEER_H
#define ETAGD_PREPARE_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "prepare/item.h"
#include "prepare/slab.h"

/* Untold facts that a worker may have before no more asks are read from it. */
#define PEER_READY_MAX 1024
/* All that a worker may wait for; beyond it codings are not announced. */
#define PEER_WAITERS_MAX 65536

struct peer {
    struct list node; /* preparer's */
    int fd;
    bool dead;               /* to be freed at the end of the turn */
    unsigned armed;          /* what epoll was told to wait for */
    struct list ready, idle; /* waiters with and without something to tell */
    size_t n_ready, n_waiters;
    uint64_t *known, *drops; /* slabs that were sent; drops to be sent */
    size_t n_known, n_drops, cap_known, cap_drops;
    struct prepare_answer *batch; /* told, but not sent yet; NULL: none ever */
    size_t n_batch;
};

/* One ask. */
struct waiter {
    struct list in_item, in_peer;
    struct peer *peer;
    struct item *item;
    uint64_t seq;
    unsigned todo; /* bit per enum coding; identity's means the facts */
};

struct peer *peer_new(int fd);
/* Frees its waiters too; `left` is called for each item that has none now. */
void peer_free(struct peer *p, void (*left)(void *arg, struct item *it),
               void *arg);

/* A waiter on `it`, which is told at once what is already known. */
void peer_wait(struct peer *p, struct item *it, uint64_t seq);

/* To be told about this part of the item (identity: its facts or failure). */
void peer_tell(struct item *it, enum coding part);

/* Its facts again: now there is more of them. */
void peer_tell_facts(struct item *it);

void peer_drop_slab(struct peer *p, uint64_t id);

/* The worker is told that memory is short. */
void peer_short(struct peer *p);

/* Sends what fits; `left` as above for items without waiters.  Sets `dead` when
 * the channel is broken. */
void peer_flush(struct peer *p, struct slabs *slabs,
                void (*left)(void *arg, struct item *it), void *arg);

bool peer_has_output(const struct peer *p);

#endif
