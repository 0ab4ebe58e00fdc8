/* SPDX-License-Identifier: MIT
 *
 * conn: one connection: its state, its deadline, its numbers.
 * Layer: serve.  Small and long-lived; everything that only a request under way
 * needs is in struct txn.  Owned by the worker's pool.
 */
#ifndef ETAGD_SERVE_CONN_H
#define ETAGD_SERVE_CONN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "http/fault.h"
#include "http/reason.h"
#include "os/net.h"
#include "serve/wheel.h"

struct txn;
struct worker;

/* X(state, what it waits for, may become) */
#define CONN_STATES(X)                                                        \
    X(IDLE, "next request",                                                   \
      TO(HEAD) | TO(BODY) | TO(PREPARE) | TO(SEND) | TO(LINGER) | TO(CLOSED)) \
    X(HEAD, "rest of a head",                                                 \
      TO(IDLE) | TO(BODY) | TO(PREPARE) | TO(SEND) | TO(LINGER) | TO(CLOSED)) \
    X(BODY, "unwanted content",                                               \
      TO(IDLE) | TO(HEAD) | TO(PREPARE) | TO(SEND) | TO(LINGER) | TO(CLOSED)) \
    X(PREPARE, "the preparer",                                                \
      TO(IDLE) | TO(HEAD) | TO(BODY) | TO(SEND) | TO(LINGER) | TO(CLOSED))    \
    X(SEND, "room to send",                                                   \
      TO(IDLE) | TO(HEAD) | TO(BODY) | TO(PREPARE) | TO(LINGER) | TO(CLOSED)) \
    X(LINGER, "the client's end", TO(CLOSED))                                 \
    X(CLOSED, "end of the turn", 0)

enum conn_state {
#define X(id, waits, to) CONN_##id,
    CONN_STATES(X)
#undef X
        CONN_STATE_COUNT
};

/* Readiness is told once (EPOLLET), so what is left unread is remembered. */
enum unread {
    UNREAD_NOTHING, /* a receive that fills no buffer takes all there is */
    UNREAD_BYTES,
    UNREAD_END /* the client's FIN, behind what bytes there may be */
};

struct conn {
    uint32_t magic;
    int fd;
    enum conn_state state;
    bool polled;       /* is in the worker's poll set */
    bool polled_room;  /* which tells of room to send, too */
    uint8_t unread;    /* enum unread: what was not received yet */
    bool ended;        /* the client has sent its FIN */
    bool broken;       /* reset or failed: nothing more can be sent */
    bool closing;      /* closes after what is being sent */
    bool linger;       /* unread bytes may be there: close with a pause */
    bool again;        /* is in the worker's list for the next turn */
    bool received;     /* has bytes in the arena in this turn */
    bool continued;    /* 100 (Continue) went out for this request */
    bool by_address;   /* counted in the table of addresses, as counted_as */
    bool by_request;   /* the same for as long as a request is under way */
    bool tls;          /* the client speaks TLS to the proxy in front */
    bool awaits_proxy; /* says first whose connection it is */
    uint8_t listener;  /* index of the listening socket */
    enum end end;
    struct net_peer peer, counted_as;
    uint64_t number;              /* unique in the logs */
    uint64_t requests;            /* answered or being answered */
    uint64_t opened_us, first_us; /* monotonic: accepted; first byte of this
                                     request's head */
    struct {
        uint64_t moved;     /* bytes in the state that it is in (rate.h) */
        uint64_t counted;   /* of them known at window_ms */
        uint64_t seen;      /* and at progress_ms */
        uint64_t window_ms; /* since then the rate is measured */
        uint64_t progress_ms;
    } passed;
    struct txn *txn; /* NULL while idle */
    struct wheel_item timer;
    struct list node; /* all connections of the worker */
    struct list turn; /* the `again` list, or the list of the dead */
};

#define CONN_MAGIC 0xe7a6c011u

/* A connection, from conn_init() until its place is free again. */
static inline bool conn_is(const struct conn *c)
{
    return c->magic == CONN_MAGIC;
}

static inline struct conn *conn_of_timer(struct wheel_item *item)
{
    return LIST_ENTRY(item, struct conn, timer);
}

/* A connection on fd (-1: none) that has not said anything yet. */
void conn_init(struct conn *c, int fd, uint64_t number);

/* CHECKs that the succession is legal. */
void conn_become(struct conn *c, enum conn_state next);

#endif
