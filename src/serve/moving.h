/* SPDX-License-Identifier: MIT
 *
 * moving: a connection on its way from a worker that finishes to one that
 * serves on: its descriptor, what it has said so far, and its numbers.
 * Layer: serve.  A pair of sockets that the master has made, or got from the
 * program before it; all workers have both ends.  What waits in it is taken by
 * whoever serves, however many generations later, so nothing in it is lost.  One
 * that was taken over can send anything, too: it is believed as far as it harms
 * its own clients alone.
 */
#ifndef ETAGD_SERVE_MOVING_H
#define ETAGD_SERVE_MOVING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/span.h"
#include "os/net.h"

enum { MOVING_TAKE, MOVING_GIVE, MOVING_ENDS };

#define MOVING_INPUT_MAX 49152 /* bytes that a client has sent ahead */

struct conn;
struct txn;

/* What the next worker is to know. */
struct moved {
    uint64_t layout;           /* of this */
    uint64_t listener;         /* moving_address() */
    uint64_t number, requests; /* as in struct conn */
    uint64_t opened_us, first_us;
    uint64_t due_ms; /* of an idle one */
    struct net_peer peer;
    uint32_t body_fault; /* as in struct txn */
    /* 0 or not, whatever else is written there */
    uint8_t tls, awaits_proxy, continued, body_done;
};

/* Room for a message. */
#define MOVING_BYTES (sizeof(struct moved) + MOVING_INPUT_MAX)

/* What a message means: another one is not to be taken (another version). */
uint64_t moving_layout(void);

/* A number for the text of a listen line, the same in all processes. */
uint64_t moving_address(const char *listen);

/* Without bytes, or with a request that is to be answered: nothing of what was
 * answered before is still to be sent, and its content is whole.  `behind`: a
 * root is another one for those that serve on. */
bool moving_possible(const struct conn *c, struct span in, bool behind);

/* 0; -EAGAIN: not now; else there is nobody to take it. */
int moving_give(int give, const struct conn *c, const char *listen,
                struct span in);

/* The next one's descriptor, its input behind *what in `room`; -EAGAIN: there
 * is none; another error: one that nobody can take has been closed. */
int moving_take(int take, char room[MOVING_BYTES], struct moved *what,
                struct span *in);

/* c, just made, is what it was. */
void moving_settle(struct conn *c, const struct moved *what, uint64_t now_us);

#endif
