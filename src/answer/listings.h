/* SPDX-License-Identifier: MIT
 *
 * listings: answers with what is in a directory.
 * Layer: answer.
 */
#ifndef ETAGD_ANSWER_LISTINGS_H
#define ETAGD_ANSWER_LISTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conn;
struct entry;
struct txn;
struct worker;

/* Names: of one listing, and of all that are made in one turn of the worker,
 * which is not to be held up long (4 us a name). */
#define LISTINGS_MAX 2000
#define LISTINGS_TURN_MAX 50000
#define LISTED_MAX 4

/* What was made in this turn. */
struct listed {
    uint64_t turn;
    size_t names; /* that were read */
    unsigned next;
    struct listed_slot {
        struct entry *of, *page;
        bool json;
    } slot[LISTED_MAX];
};

/* Bytes of listings that a worker holds until their readers have them; beyond,
 * they are answered with 503. */
#define LISTINGS_BYTES ((size_t)32 << 20)

/* The most that one comes to while it is made. */
#define LISTINGS_MAKING ((size_t)6 << 20)

/* A GET or HEAD of e, an ENTRY_LISTING. */
void answer_listing(struct worker *w, struct conn *c, struct txn *t,
                    struct entry *e, bool persist);

/* Gives back what was made. */
void listings_forget(struct worker *w);

#endif
