/* SPDX-License-Identifier: MIT
 *
 * fill: puts what one file's head says into the head that many files have.
 * Layer: files.  A file that is asked for again and again, with no other one
 * like it in between, finds it filled: once a second the dates are put.
 */
#ifndef ETAGD_FILES_FILL_H
#define ETAGD_FILES_FILL_H

#include "files/block.h"
#include "files/entry.h"
#include "files/files.h"

/* Of this form, and of the current second. */
void fill_head(const struct files *fs, struct entry *e,
               const struct entry_form *f, struct block *b);

/* The same, unless it is there. */
static inline void fill(const struct files *fs, struct entry *e,
                        const struct entry_form *f, struct block *b)
{
    if (b->filled != f || b->second != fs->now->second)
        fill_head(fs, e, f, b);
}

#endif
