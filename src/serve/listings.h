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

/* A GET or HEAD of e, an ENTRY_LISTING. */
void answer_listing(struct worker *w, struct conn *c, struct txn *t,
                    struct entry *e, bool persist);

#endif
