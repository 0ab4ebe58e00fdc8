/* SPDX-License-Identifier: MIT
 *
 * observer_state: all that the observer has.
 * Layer: observe.
 */
#ifndef ETAGD_OBSERVE_OBSERVER_STATE_H
#define ETAGD_OBSERVE_OBSERVER_STATE_H

#include "observe/history.h"
#include "observe/observer.h"

#define VISITORS_MAX 48
#define LEAVING_MAX 16
#define VISITOR_OUT_BYTES 98304
#define VISITOR_IN_BYTES 8192

/* What is being written to a visitor, bit by bit. */
enum producing {
    PRODUCE_NOTHING,
    PRODUCE_ASSET,
    PRODUCE_LEDGER,
    PRODUCE_EVENTS
};

/* How events are written. */
enum telling {
    TELL_EVENTS,  /* Server-Sent Events with JSON */
    TELL_LINES,   /* lines to be read */
    TELL_COLUMNS, /* the same for the table of `etagd watch` */
};

struct visitor {
    int fd; /* -1: free */
    size_t in_n, out_n, out_at;
    enum producing producing;
    enum telling telling;
    bool chunked, closing;
    bool answered; /* it has had one */
    bool finished; /* it will send nothing more, but may read */
    bool probe;    /* a stream: something is to be sent, to see who is there */
    struct span asset; /* left of it */
    uint64_t at;       /* next event or ended connection */
    uint64_t joined;   /* events before it are sent as fast as possible */
    uint64_t told_lost;
    /* last progress: seated, answered, bytes taken; or since when output lies
     * here */
    uint64_t moved_us;
    char in[VISITOR_IN_BYTES];
    char out[VISITOR_OUT_BYTES];
};

/* Answered, and about to be closed. */
struct leaving {
    int fd; /* -1: none */
    uint64_t until_us;
};

/* One worker's ring. */
struct tap {
    struct board_reader reader;
    struct history_place place;
    bool ahead; /* next holds an event that was not taken yet */
    struct board_event next;
};

struct observer {
    const struct observer_start *start;
    struct history *history;
    struct tap *tap;
    unsigned n_taps;
    int poll;
    uint64_t now_us, started_us, clock_due_us;
    uint64_t boot; /* tells this observer's event ids from another's */
    uint64_t served;
    uint16_t port;    /* 0: a unix socket */
    char address[64]; /* it listens on, without port */
    char *foresight;  /* JSON; NULL: no memory */
    size_t foresight_n;
    char listener_tag, control_tag;
    struct leaving leaving[LEAVING_MAX]; /* a ring */
    unsigned left;
    struct visitor visitor[VISITORS_MAX];
};

#endif
