/* SPDX-License-Identifier: MIT
 *
 * guard: the bytes of a file that are sent next, and no others: what is handed
 * over is a copy that nobody can write to, looked at after it was made.
 * Layer: serve.  Of a file whose digest is known each block is held against the
 * sum that was made with it; otherwise the file's times and size must do.
 */
#ifndef ETAGD_SERVE_GUARD_H
#define ETAGD_SERVE_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "files/entry.h"
#include "http/reason.h"

struct entry;
struct entry_form;
struct piece;

/* One copied block of one file; the worker has one of these. */
struct guard {
    char *block; /* of SUM_BLOCK bytes */
    size_t n;    /* bytes in it that `sum` vouches for; 0: none do */
    uint64_t sum;
    const uint64_t *of; /* where that lies, of which block it is */
    /* END_FILE_CHANGED, but only times are new, of a file that may grow: an
     * append changes them before the size, so a moment later more is known */
    bool doubt;
};

/* What is to be read, and how it is known to be right. */
struct guard_ask {
    int fd;
    uint64_t at;         /* of the block */
    size_t read;         /* bytes of it */
    size_t skip, n;      /* of these, the ones that are wanted */
    const uint64_t *sum; /* NULL: times and size must do */
    uint64_t value;      /* of the sum */
    struct file_version version;
    bool exact;
};

bool guard_init(struct guard *g);
void guard_free(struct guard *g);

/* Where the next bytes of a piece lie, until the next call, and how many: at
 * least one, at most the piece's.  END_OPEN, or why they can't be had. */
enum end guard_take(struct guard *g, const struct entry *e,
                    const struct entry_form *f, const struct piece *p,
                    const char **bytes, size_t *n);

/* The same in two steps, of which the second may be made by a helper. */
void guard_plan(struct guard_ask *q, const struct entry *e,
                const struct entry_form *f, const struct piece *p);
enum end guard_fetch(struct guard *g, const struct guard_ask *q);

#endif
