/* SPDX-License-Identifier: MIT
 *
 * board: what the workers tell the observer: a ring of events for each worker
 * in memory that the master made before it forked.  Layer: share.  The writer
 * never waits, locks or calls the system; a reader that is too slow loses the
 * oldest events and learns how many.  Each slot holds a number that is odd
 * while the slot is being written, so a reader never takes half a record for a
 * whole one.  A worker that died in the middle of a record leaves it to its
 * successor, which writes it again.  Nothing in there leads anywhere: where the
 * rings are is known to each process by itself.  Every worker can write to all
 * rings, so a writer fills a record of its own and copies that: it reads its
 * ring's number once, when it starts, and nothing else in there.
 */
#ifndef ETAGD_SHARE_BOARD_H
#define ETAGD_SHARE_BOARD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "os/net.h"
#include "os/tcpinfo.h"

enum board_kind {
    BOARD_START,   /* a worker begins: what its forerunner had is gone */
    BOARD_ACCEPT,  /* a connection; text[0]: the SYN packet's headers */
    BOARD_FIRST,   /* a request began and is not whole, or not answered yet */
    BOARD_WAITING, /* a response is under way and takes more than this turn */
    BOARD_REQUEST, /* a response ended; text[0], text[1]: both heads, text[2]:
                      its user, if [access] let one in */
    BOARD_CUT,     /* a request ended without an answer; text[0]: its head */
    BOARD_FIN,     /* one side has ended its direction; more may follow */
    BOARD_END,     /* the connection is gone */
    BOARD_PROXY,   /* a proxy has said whose connection it is: conn.peer;
                      text[0]: its own address, text[1]: version of TLS, cipher
                      and server name, a line each, none of them told: empty */
    BOARD_TAKEN,   /* another worker has it from now on */
    BOARD_PAGE,    /* what a file refers to; text[0]: path, text[1]: list */
    BOARD_KINDS
};

#define BOARD_SLOT_BYTES 2048
#define BOARD_TEXT_BYTES 1928
#define BOARD_RESPONSE_MAX 640 /* bytes kept of a response's head */
#define BOARD_USER_MAX 64      /* and of a user's name */
#define BOARD_TEXTS 3

/* What is true or false in an event is 0 or another number: any byte may be
 * there. */

/* A response, or a request that got none (status 0). */
struct board_request {
    uint64_t first_us;  /* first byte of the head, monotonic */
    uint64_t queued_us; /* the answer was decided */
    uint64_t bytes;     /* content handed to the system */
    uint32_t number;    /* 1: the first on its connection */
    uint16_t status;
    uint8_t reason; /* enum reason */
    uint8_t fault;  /* enum fault */
    uint8_t coding; /* enum coding */
    uint8_t end;    /* enum end */
    uint8_t site;   /* of the configuration; 255: none was found */
    uint8_t cut;    /* the request's head is not here as it was sent */
    uint32_t file;  /* as in struct board_page: what it was answered with; 0:
                       not told of */
    uint8_t named;  /* a proxy's fields told whose it is: */
    struct net_peer client;
};

/* A connection that begins or ends. */
struct board_conn {
    struct tcpinfo tcp;
    struct net_peer peer;
    uint8_t listener;  /* index in the configuration */
    uint8_t end;       /* enum end */
    uint8_t by_client; /* BOARD_FIN: the client's */
    uint32_t requests;
};

/* One part of a file's references. */
struct board_page {
    uint64_t version; /* of the file; parts of one version belong together */
    uint32_t file;    /* its worker's number for it */
    uint16_t part, parts;
    uint8_t site;
};

/* A connection without anything to do; the observer's own (history.h). */
struct board_idle {
    uint64_t since_us; /* its last response was out, monotonic */
    uint64_t used_us;  /* from its accept until then */
    uint32_t requests;
};

struct board_event {
    uint64_t time_us; /* monotonic */
    uint64_t connection;
    uint16_t kind; /* enum board_kind */
    uint16_t text_n[BOARD_TEXTS];
    union {
        struct board_request request;
        struct board_conn conn;
        struct board_page page;
        struct board_idle idle;
    };
    char text[BOARD_TEXT_BYTES]; /* its texts, one after the other */
};

struct board_slot {
    /* 2n + 1 while event n is being written, 2n + 2 once it is there */
    _Alignas(64) _Atomic uint64_t mark;
    struct board_event event;
};

_Static_assert(sizeof(struct board_slot) == BOARD_SLOT_BYTES, "slot");

/* The number of a ring's next event. */
struct board_next {
    _Alignas(64) _Atomic uint64_t number;
};

struct board_ring {
    _Atomic uint64_t *next; /* shared, as the slots are */
    struct board_slot *slot;
    uint64_t mask; /* slots - 1 */
    /* the writer's own, which is not shared: */
    uint64_t number; /* of its next event */
    struct board_event event;
};

struct board {
    void *shared;
    size_t bytes;
    struct board_ring ring[];
};

/* What board_new() takes. */
size_t board_bytes(unsigned rings, size_t events);

/* `events` slots shared out among `rings` rings; NULL: no memory. */
struct board *board_new(unsigned rings, size_t events);
void board_free(struct board *b);

/* The writer: goes on where the ring's last one has ended; then fills what
 * board_begin() gives, texts in their order, and publishes it.  text_n is zero
 * and the rest as some older event left it. */
void board_writer_start(struct board_ring *r);
struct board_event *board_begin(struct board_ring *r);
void board_text(struct board_event *e, unsigned which, struct span s);
void board_publish(struct board_ring *r);

/* Where that text begins; of BOARD_TEXTS: where the last one ends. */
static inline size_t board_text_at(const struct board_event *e, unsigned which)
{
    size_t at = 0;

    for (unsigned i = 0; i < which; i++)
        at += e->text_n[i];
    return at;
}

static inline struct span board_text_of(const struct board_event *e,
                                        unsigned which)
{
    return span_of(e->text + board_text_at(e, which), e->text_n[which]);
}

enum board_news { BOARD_NOTHING, BOARD_EVENT, BOARD_LOST };

/* A reader's place in one ring. */
struct board_reader {
    const struct board_ring *ring;
    uint64_t at; /* number of the event to be read next */
    uint64_t lost;
};

/* From the oldest event that is still there. */
void board_reader_start(struct board_reader *r, const struct board_ring *ring);

/* BOARD_LOST: events were overwritten before they were read; r->lost has grown
 * by their number and reading goes on behind them. */
enum board_news board_read(struct board_reader *r, struct board_event *out);

#endif
