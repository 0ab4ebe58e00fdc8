/* SPDX-License-Identifier: MIT
 *
 * making: the document of a listing, made a bit at a time: names are read and
 * asked about, sorted and written, and after some of any the clock is looked
 * at, so that nobody waits for a whole one. Layer: answer.  One at a time.
 * Heap: its names, and the document itself.
 */
#ifndef ETAGD_ANSWER_MAKING_H
#define ETAGD_ANSWER_MAKING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "files/names.h"
#include "http/listing.h"

struct answers;
struct entry;
struct reply;

struct making {
    struct entry *of;  /* NULL: nothing is made */
    unsigned document; /* its form and order, see making_document() */
    uint64_t turn; /* of the worker: it shows what was there then, or later */
    enum { MAKING_READS, MAKING_SORTS, MAKING_PUTS } step;
    struct names names;
    size_t seen; /* of these, in `item` if they are shown */
    struct listing l;
    struct listing_item *item, *spare;
    struct listing_sort sort;
    struct entry *page;
    struct buf b;
    size_t at; /* items that are written */
};

/* A form (a page in a language, or LISTED_JSON) in an order. */
unsigned making_document(unsigned form, struct listing_order order);
unsigned making_form(unsigned document);

enum making_result {
    MAKING_ON, /* the time is over, and it is not whole */
    MAKING_DONE,
    MAKING_FAILED
};

struct made {
    struct entry *page; /* the caller's: an entry whose bytes it is */
    uint64_t turn;      /* in which it was begun */
};

/* Goes on until then (at least one step), or begins; what was begun for another
 * request goes on if it began after this one came. */
enum making_result making_go_on(const struct reply *to, struct entry *e,
                                unsigned document, uint64_t until_us,
                                struct made *made);

/* Gives up what was begun. */
void making_forget(struct answers *a);

#endif
