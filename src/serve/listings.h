/* SPDX-License-Identifier: MIT
 *
 * listings: answers with what is in a directory.
 * Layer: serve.
 */
#ifndef ETAGD_SERVE_LISTINGS_H
#define ETAGD_SERVE_LISTINGS_H

#include <stdbool.h>

struct conn;
struct entry;
struct txn;
struct worker;

#define LISTINGS_MAX                                        \
    2000 /* names; a turn of the worker is not held up long \
          */

/* Bytes of listings that a worker holds until their readers have them; beyond,
 * they are answered with 503. */
#define LISTINGS_BYTES ((size_t)32 << 20)

/* The most that one comes to while it is made. */
#define LISTINGS_MAKING ((size_t)6 << 20)

/* A GET or HEAD of e, an ENTRY_LISTING. */
void answer_listing(struct worker *w, struct conn *c, struct txn *t,
                    struct entry *e, bool persist);

#endif
