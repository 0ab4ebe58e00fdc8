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
    CHECK(d->jobs >= (it->work != NULL));
    d->jobs -= it->work != NULL;
    queues_leave(d, it);
    item_free(&d->tools, it);
}

void queues_forgotten(void *arg, struct item *it)
{
    queues_end(arg, it);
}

void queues_leave(struct agenda *d, struct item *it)
{
    if (it->to_code == CODING_IDENTITY)
        return;
    CHECK(d->to_code > 0);
    list_remove(&it->queue);
    it->to_code = CODING_IDENTITY;
    d->to_code--;
}

/* What is being read, or is with the coder, comes here once more. */
void queues_code(struct agenda *d, struct item *it)
{
    enum coding c = item_to_make(it);
    bool any = c != CODING_COUNT || it->small;

    if (!any || c == (enum coding)it->to_code || it->work || it->in_hand)
        return;
    queues_leave(d, it);
    list_append(c == CODING_COUNT ? &d->small : &d->coding[c], &it->queue);
    it->to_code = (uint8_t)c;
    d->to_code++;
}
