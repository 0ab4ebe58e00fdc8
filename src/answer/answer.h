/* SPDX-License-Identifier: MIT
 *
 * answer: queues responses on a transaction.
 * Layer: answer.  Decides nothing about connections and sends nothing: it puts
 * heads and bodies in the queue and opens a record for the log.
 */
#ifndef ETAGD_ANSWER_ANSWER_H
#define ETAGD_ANSWER_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include "answer/listings.h"
#include "base/span.h"
#include "conf/conf.h"
#include "http/fault.h"
#include "http/forwarded.h"
#include "http/head.h"
#include "http/moment.h"
#include "http/reason.h"
#include "http/target.h"
#include "os/net.h"

struct board_ring;
struct conn;
struct entry;
struct files;
struct gate;
struct pages;
struct standing;
struct target;
struct txn;

/* What answering needs of its worker, for as long as that lives. */
struct answers {
    const struct conf *conf;
    const struct moment *now;
    struct files *files;
    const struct standing *standing; /* of this node; NULL: ready */
    struct board_ring *ring;         /* NULL: nobody observes */
    bool logs;              /* what clients say of themselves is logged */
    uint64_t ids;           /* bit per enum field_id: an id that is, too */
    struct span keep_alive; /* the fields of a connection that lives on */
    struct pages *pages;    /* the sites' own error pages */
    struct listed listed;
    struct gate *gate; /* NULL: nobody is asked for a password */
    uint64_t turn;     /* number of this turn of the worker */
};

/* What a trusted proxy's fields say of whom it passes the request on for. */
struct fronted {
    bool on;    /* the fields count; nothing else holds if not */
    bool named; /* the client is known */
    bool many;  /* and has too many requests under way */
    enum forwarded_scheme scheme;
    struct span host; /* with its port, if any; p NULL: not told */
    struct net_peer client;
};

/* A request, as far as it is known; it points into the input. */
struct request {
    struct head head;
    const struct conf_site *site; /* the default's until known */
    struct span path;             /* decoded; "/" until known */
    enum reason why;              /* of a 200, unless a condition has another */
    struct fronted front;
};

/* Which request is answered, and where to. */
struct reply {
    struct answers *a;
    const struct request *q;
    const struct conn *c;
    struct txn *t;
    bool persist; /* the connection lives on afterwards */
};

/* A GET or HEAD of e, which is not pending. */
void answer_entry(const struct reply *to, struct entry *e,
                  const struct target *target);

/* An error that concerns the request itself. */
void answer_fault(const struct reply *to, enum fault fault);

/* Any other status without a file: 405 and 501 (with Allow), 408, 421, 503. */
void answer_status(const struct reply *to, int status, enum reason reason);

/* 401: a password is asked for (RFC 9110 11.6.1). */
void answer_challenge(const struct reply *to, const char *realm,
                      enum reason reason);

/* 429 or 503, with the time after which it may be tried again. */
void answer_later(const struct reply *to, int status, enum reason reason,
                  uint64_t seconds);

/* OPTIONS: 204 with Allow. */
void answer_options(const struct reply *to);

/* 100 (Continue): the client may send its content. */
void answer_continue(struct txn *t);

#endif
