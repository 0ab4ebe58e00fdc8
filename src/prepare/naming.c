/* SPDX-License-Identifier: MIT
 *
 * naming: a time at which it is due, and whom it concerns.
 * Layer: prepare.
 */
#include "prepare/naming.h"

#include "base/check.h"
#include "os/clock.h"
#include "os/heap.h"
#include "prepare/agenda.h"
#include "prepare/peer.h"

/* Time for workers to send what they have just been told about, also where one
 * processor is all there is. */
#define PAUSE_US 5000

void naming_want(struct agenda *d, const struct item *it)
{
    if (it->unnamed && d->name_us == 0)
        d->name_us = clock_mono_us() + PAUSE_US;
}

static void name(struct agenda *d, struct item *it)
{
    if (!it->unnamed)
        return;
    job_name_forms(&d->limits, it);
    peer_tell_facts(it);
}

static struct item *unnamed_among(const struct list *waiters)
{
    for (struct list *at = waiters->next; at != waiters; at = at->next) {
        struct item *it = LIST_ENTRY(at, struct waiter, in_peer)->item;
        if (it->unnamed)
            return it;
    }
    return NULL;
}

/* Those that somebody waits for need not be in the memo.  Being told moves
 * waiters from one list to the other. */
static void name_all(struct agenda *d)
{
    struct list *first = &d->memo.lru;
    struct item *it;

    for (struct list *at = first->next; at != first; at = at->next)
        name(d, LIST_ENTRY(at, struct item, lru));
    for (struct list *at = d->peers.next; at != &d->peers; at = at->next) {
        struct peer *peer = LIST_ENTRY(at, struct peer, node);
        while ((it = unnamed_among(&peer->idle)) ||
               (it = unnamed_among(&peer->ready)))
            name(d, it);
    }
}

int naming_turn(struct agenda *d, int ms)
{
    uint64_t now_us = d->slabs.now_us; /* rest_turn() has looked */

    if (d->name_us == 0)
        return ms;
    if (now_us < d->name_us) {
        int left = (int)((d->name_us - now_us) / 1000) + 1;
        return ms < 0 || left < ms ? left : ms;
    }
    form_encoders_prove(&d->encoders);
    heap_trim();
    name_all(d);
    d->name_us = 0;
    return 0;
}
