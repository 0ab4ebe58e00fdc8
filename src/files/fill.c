/* SPDX-License-Identifier: MIT
 *
 * fill: puts what one file's head says into the head that many files have.
 * Layer: files.
 */
#include "files/fill.h"

#include "base/apart.h"
#include "files/audit.h"
#include "files/block.h"
#include "files/files.h"
#include "http/date.h"

APART void fill_head(const struct files *fs, struct entry *e,
                     const struct entry_form *f, struct block *b)
{
    char date[DATE_BYTES];
    struct block_values v = { .tag = span_of(f->tag_text, f->tag_n),
                              .date = fs->now->date,
                              .expires =
                                  fs->now->second + e->clock_s + e->expires_s,

                              .modified = e->source.last_modified,
                              .length = f->plan.size };

    if (e->clock_s != 0) {
        date_format(date, fs->now->second + e->clock_s);
        v.date = date;
    }
    if (b->shape.expires_modified_at)
        v.expires_modified = e->modified_s + e->expires_s;
    block_fill(b, &v);
    b->filled = f;
    b->second = fs->now->second;
    if (e->dated_s == b->second)
        return;
    e->dated_s = b->second;
    audit_dated(fs, e);
}
