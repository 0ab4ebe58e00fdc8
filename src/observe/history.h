/* SPDX-License-Identifier: MIT
 *
 * history: what has happened, as far back as there is room: the latest events,
 * the connections that are open, and the latest that have ended.
 * Layer: observe.  Bounded; the oldest goes first.  Checks what comes from the
 * boards, so that a worker gone wrong can't lead the observer astray.
 */
#ifndef ETAGD_OBSERVE_HISTORY_H
#define ETAGD_OBSERVE_HISTORY_H

#include "base/list.h"
#include "base/slots.h"
#include "http/reason.h"
#include "observe/syn.h"
#include "share/board.h"

#define HISTORY_EVENTS 16384 /* a power of two */
#define HISTORY_OPEN 16384   /* open connections that are followed */
#define HISTORY_ENDED 4096

/* Events of the observer's own. */
enum {
    HISTORY_LOST = BOARD_KINDS, /* request.bytes: how many were missed */
    HISTORY_IDLE, /* a connection's responses are out and nothing follows */
    HISTORY_KINDS
};

#define HISTORY_QUIET_US 100000 /* of silence: then it is idle */

struct happened {
    uint64_t id;       /* 1 ... */
    uint64_t before;   /* id of this connection's event before; 0: none */
    int64_t wall_us;   /* wall clock of event.time_us */
    int64_t mono_wall; /* what turns monotonic times into wall clock ones */
    unsigned generation, worker; /* worker from 1 on */
    struct board_event event;    /* cut behind its texts */
};

#define LIFE_OPEN 0x6566696cu
#define LIFE_UNUSED 0u /* also where nothing was ever */

/* One connection. */
struct life {
    unsigned magic;    /* LIFE_OPEN, or LIFE_UNUSED */
    struct life *next; /* in its chain */
    uint64_t number;
    uint64_t last; /* id of its latest event that is kept */
    unsigned generation, worker;
    int64_t opened_us, ended_us; /* wall clock; 0: not known, not yet */
    int64_t first_us;            /* first byte of its first request; 0: none */
    int64_t fin_us[2];           /* by the server, by the client */
    struct board_conn accept, end;
    struct syn syn;
    bool has_syn;
    char via[NET_PEER_TEXT]; /* the proxy that named the peer; "": none */
    char tls[3][130];        /* version, cipher, server name; "": not told */
    struct list quiet;       /* among those whose last response is out */
    int64_t mono_wall;       /* as in struct happened */
    uint64_t sent_us;        /* its last response was out, monotonic */
    uint64_t idle_since;     /* it is idle, monotonic; 0: it is not */
    uint64_t idle_us;        /* in all, but for the present time */
    uint32_t idles;
    uint32_t requests, not_modified, cut;
    uint32_t status[6]; /* by the first digit */
    uint64_t bytes;
};

struct history {
    struct happened *event[HISTORY_EVENTS];
    uint64_t next; /* id of the next event */
    uint64_t lost; /* events of the boards that were not read in time */
    struct life *open[HISTORY_OPEN];
    struct life *lives; /* all of the open ones' memory */
    struct slots taken; /* of these; as many are open */
    struct list quiet;  /* struct life, whose response came first first */
    struct life ended[HISTORY_ENDED];
    uint64_t n_ended; /* in all */
    uint64_t by_end[END_COUNT];
    uint64_t unfollowed; /* connections for which there was no room */
};

/* The most that it comes to. */
size_t history_bytes(void);

struct history *history_new(void);
void history_free(struct history *h);

struct history_place {
    unsigned generation, worker;
    int64_t mono_wall;
};

void history_add(struct history *h, const struct history_place *at,
                 const struct board_event *e);
void history_add_lost(struct history *h, const struct history_place *at,
                      uint64_t n);

/* All events up to now_us (monotonic) have been added: which connections have
 * been silent since their last response for long enough to be called idle? */
void history_idle(struct history *h, uint64_t now_us);

/* Now and then: gives back what many connections took that have ended. */
void history_rest(struct history *h);

/* NULL: it is gone, or has not happened yet. */
const struct happened *history_at(const struct history *h, uint64_t id);
uint64_t history_oldest(const struct history *h);

/* Open or ended; NULL: not known. */
const struct life *history_find(const struct history *h, uint64_t number);

/* i: 0 ... n_ended; NULL: gone. */
const struct life *history_ended(const struct history *h, uint64_t i);

#endif
