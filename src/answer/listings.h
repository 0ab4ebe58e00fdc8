/* SPDX-License-Identifier: MIT
 *
 * listings: answers with what is in a directory.
 * Layer: answer.  They take milliseconds each: whoever asks for one waits in a
 * queue, and each turn of the worker goes on for a moment with what its first
 * one waits for.
 */
#ifndef ETAGD_ANSWER_LISTINGS_H
#define ETAGD_ANSWER_LISTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "answer/making.h"
#include "base/list.h"
#include "http/wording.h"

struct answers;
struct entry;
struct txn;
struct reply;
struct span;

#define LISTED_MAX 4

/* Which of its documents: a page in a language, or JSON. */
#define LISTED_JSON LANGUAGE_COUNT

/* What was made while others waited, and who waits. */
struct listed {
    struct list queue; /* txn.waiter */
    bool open;         /* it is being served, until then: */
    uint64_t until_us;
    struct making making; /* the document of whoever is first in the queue */
    unsigned next;
    struct listed_slot {
        struct entry *of, *page;
        unsigned document; /* its form and order */
        uint64_t turn;     /* in which it was begun */
    } slot[LISTED_MAX];
};

/* Bytes of listings that a worker holds until their readers have them; beyond,
 * they are answered with 503. */
#define LISTINGS_BYTES ((size_t)32 << 20)

/* The most that one comes to while it is made. */
#define LISTINGS_MAKING ((size_t)6 << 20)

/* Before a request for e, an ENTRY_LISTING, is answered.  True: its txn has got
 * a place in the queue, or has it back because there is more to be done. */
bool listings_queue(const struct reply *to, struct entry *e, struct span query);

/* A GET or HEAD of e in the order that its query asks for. */
void answer_listing(const struct reply *to, struct entry *e, struct span query);

/* Does anybody wait for one? */
bool listings_wait(const struct answers *a);

/* Gives back what was made. */
void listings_forget(struct answers *a);

#endif
