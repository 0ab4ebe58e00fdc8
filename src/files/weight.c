/* SPDX-License-Identifier: MIT
 *
 * weight: adds up the blocks that an entry is made of.
 * Layer: files.
 */
#include "files/weight.h"

#include <string.h>

#include "files/entry.h"

#define MALLOC_BYTES 24 /* of each block, and of its place in the table */

static size_t block(const void *p, size_t n)
{
    return p ? n + MALLOC_BYTES : 0;
}

size_t weight_of(const struct entry *e)
{
    size_t n = block(e, offsetof(struct entry, path) + e->path_n + 1);

    for (unsigned c = CODING_IDENTITY + 1; c < CODING_COUNT; c++)
        n += block(e->source.form[c], sizeof(struct entry_coded));
    n += block(e->known, sizeof *e->known);
    n += block(e->source.alias, sizeof(struct entry_alias));
    if (e->file_path && e->file_path != e->path + 1)
        n += block(e->file_path, strlen(e->file_path) + 1);
    if (e->kind == ENTRY_FILE)
        return n + block(e->refers, e->refers_n + 1);
    if (e->location)
        n += block(e->location, strlen(e->location) + 1);
    return n + block(e->page, (size_t)e->own_form.plan.size);
}
