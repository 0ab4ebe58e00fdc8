/* SPDX-License-Identifier: MIT
 *
 * coded: most files have no form but their own, so it is apart.
 * Layer: files.
 * Heap: a form, when there is something of it.
 */
#include "files/coded.h"

#include <stdlib.h>

#include "files/files.h"

struct entry_form *coded_add(struct entry *e, enum coding coding)
{
    struct entry_form *f = entry_form(e, coding);
    struct entry_coded *coded = f ? NULL : calloc(1, sizeof *coded);

    if (!coded)
        return f;
    f = &coded->form;
    f->fd = -1;
    f->coding = (uint8_t)coding;
    e->source.form[coding] = &f->plan;
    return f;
}

bool coded_bytes(struct files *fs, struct entry_form *f,
                 const struct prepare_place *place)
{
    const char *p = place->slab ? client_slab_hold(fs->client, place) : NULL;

    if (!p)
        return false;
    if (f->slab)
        client_slab_release(fs->client, f->slab);
    f->slab = place->slab;
    f->bytes = place->sums ? NULL : p;
    f->sums = place->sums ? (const uint64_t *)(const void *)p : NULL;
    return f->bytes != NULL;
}
