/* SPDX-License-Identifier: MIT
 *
 * queues: in which of the desk's queues an item is, and the end of one that is
 * in none.
 * Layer: prepare.
 */
#include "prepare/queues.h"

#include "base/check.h"
#include "prepare/agenda.h"

void queues_end(struct agenda *d, struct item *it)
{
    if (it->in_memo || it->in_hand || !list_empty(&it->waiters))
        return;
    CHECK(d->jobs >= (it->work != NULL) && d->to_code >= it->to_code);
    d->jobs -= it->work != NULL;
    d->to_code -= it->to_code;
    item_free(&d->tools, it);
}

void queues_forgotten(void *arg, struct item *it)
{
    queues_end(arg, it);
}

void queues_code(struct agenda *d, struct item *it, enum coding from)
{
    enum coding c = item_to_make(it, from);

    if (c == CODING_COUNT)
        return;
    CHECK(!it->to_code);
    list_append(&d->coding[c], &it->queue);
    it->to_code = true;
    d->to_code++;
}
