/* SPDX-License-Identifier: MIT
 *
 * gate: asks for passwords ([access PATTERN]).
 * Layer: answer.  Hashes are checked by helpers, two at a time; the loop goes
 * on, and only the request waits.  What was right is remembered for a while by
 * a keyed digest; no password is kept.  Everything here is of one size from the
 * start: a check that finds no room is answered with 503.
 * Heap: at the start.
 */
#ifndef ETAGD_ANSWER_GATE_H
#define ETAGD_ANSWER_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"

/* Under way or waiting, each of one user and password */
#define GATE_CHECKS 64

struct answers;
struct attempts;
struct conf;
struct gate; /* opaque */
struct reply;
struct span;

enum gate_word {
    GATE_OPEN,
    GATE_WAITS,   /* the transaction hangs at a check: ask again later */
    GATE_NOBODY,  /* no credentials, or none that are understood */
    GATE_WRONG,   /* they are not right */
    GATE_OFTEN,   /* the address has tried too many */
    GATE_NO_ROOM, /* too many are being checked, or they can't be */
};

struct gate_answer {
    enum gate_word word;
    const char *realm;
    uint64_t later_s; /* when to try again */
};

/* Does any section ask for passwords? */
bool gate_wanted(const struct conf *conf);

/* Can they be checked, if so?  False has been logged.  Before the process is
 * confined, as what follows. */
bool gate_can(const struct conf *conf);

/* attempts: counted by all workers; false: no
 * memory. */
bool gate_start(struct answers *a, int poll, struct attempts *attempts);

/* False: a helper does not come back; end by _exit(). */
bool gate_end(struct answers *a);

/* May the request that `to` answers have what is at that path of its site? */
struct gate_answer gate_ask(const struct reply *to, struct span path);

/* After the tag `a->gate` came by the poll set. */
void gate_take(struct answers *a);

/* The next one whose check has ended, a transaction's `waiter`; NULL: none. */
struct list *gate_ready(struct answers *a);

/* The answer to all but GATE_OPEN and GATE_WAITS. */
void gate_refuse(const struct reply *to, const struct gate_answer *g);

/* Memory of a worker's gate, checks under way included. */
uint64_t gate_bytes(const struct conf *conf);

#endif
