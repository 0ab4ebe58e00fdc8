/* SPDX-License-Identifier: MIT
 *
 * reads: whose turn it is to be read, and by whom.
 * Layer: prepare.
 */
#include "prepare/reads.h"

#include <stdlib.h>

#include "base/check.h"
#include "prepare/agenda.h"
#include "prepare/naming.h"
#include "prepare/peer.h"
#include "prepare/queues.h"

#define REST_TURN 8 /* every so many turns large files come first */
/* Small files are read several a turn: those that wait for them are told
 * together. */
#define FILES_A_TURN 16
#define BYTES_A_TURN (256u << 10)
#define AWAY_US 2000000 /* helpers away for longer won't be back soon */

static void facts_done(struct agenda *d, struct item *it)
{
    const struct file_version *found = &it->own_part.version;

    if (!file_version_eq(found, &it->key.version))
        memo_rename(&d->memo, it, found);
}

static struct item *next_to_read(struct agenda *d)
{
    bool rest = list_empty(&d->fresh) ||
                (d->turn % REST_TURN == 0 && !list_empty(&d->rest));
    struct list *from = rest ? &d->rest : &d->fresh;

    d->turn++;
    if (list_empty(from))
        return NULL;
    struct item *it = LIST_ENTRY(from->next, struct item, queue);
    list_remove(&it->queue);
    return it;
}

static void queue_up(struct agenda *d, struct item *it, enum job_event event,
                     bool begun)
{
    if (event == JOB_BEGUN)
        list_prepend(begun ? &d->rest : &d->fresh, &it->queue);
    else if (job_later(it))
        list_prepend(&d->later, &it->queue);
    else if (event == JOB_AGAIN && begun) /* one large file after the other */
        list_prepend(&d->rest, &it->queue);
    else if (it->work)
        list_append(&d->rest, &it->queue);
    else if (event != JOB_FAILED)
        queues_code(d, it);
}

/* Who waits is told; the item may be gone afterwards. */
static void go_on(struct agenda *d, struct item *it, enum job_event event,
                  enum coding part, bool begun)
{
    CHECK(it->work || d->jobs > 0);
    d->jobs -= !it->work;
    queue_up(d, it, event, begun);
    if (event != JOB_BEGUN && event != JOB_AGAIN)
        peer_tell(it, part);
    if (event == JOB_FACTS) {
        facts_done(d, it);
        naming_want(d, it);
    }
    if (event == JOB_FAILED && it->in_memo)
        memo_forget(&d->memo, it);
    else
        queues_end(d, it);
}

/* What somebody else had in hand. */
void reads_go_on(struct agenda *d, struct item *it)
{
    bool begun = it->state != ITEM_FRESH;
    enum coding part;

    CHECK(list_empty(&it->queue));
    it->in_hand = false;
    enum job_event event = job_step(&d->tools, &d->limits, it, &part);
    if (it->work) {
        free(it->work->slice);
        it->work->slice = NULL;
    }
    go_on(d, it, event, part, begun);
}

static void act_aside(struct helper_job *job)
{
    struct work *work = LIST_ENTRY(job, struct work, job);

    work->slice = malloc(READING_SLICE_BYTES);
    if (work->slice)
        job_act(work->of, work->slice);
    else
        job_fail(work->of);
}

/* Half of what can be had in hand is for files that answer. */
static void read_aside(struct agenda *d, struct item *it)
{
    struct helper_job *job = &it->work->job;

    job->run = act_aside;
    job->lane = it->lane - 1;
    it->in_hand = d->away < d->jobs_max / 2 &&
                  helpers_give(d->helpers, job, AWAY_US) == 0;
    d->away += it->in_hand;
    if (it->in_hand)
        return;
    job_fail(it);
    reads_go_on(d, it);
}

struct item *reads_back(struct agenda *d)
{
    struct helper_job *job = helpers_take(d->helpers);

    CHECK(!job ||
          (d->away > 0 && LIST_ENTRY(job, struct work, job)->of->in_hand));
    d->away -= job != NULL;
    return job ? LIST_ENTRY(job, struct work, job)->of : NULL;
}

/* The bytes that were asked for; a large file has slices of a turn each. */
static size_t read_one(struct agenda *d, struct item *it)
{
    size_t bytes = (size_t)it->key.version.size;
    enum coding part;

    job_begin(&d->tools, &d->limits, it);
    if (it->lane && d->helpers) {
        read_aside(d, it);
        return 0;
    }
    bool begun = it->state != ITEM_FRESH;
    enum job_event event;
    do {
        job_act(it, d->tools.scratch);
        event = job_step(&d->tools, &d->limits, it, &part);
    } while (event == JOB_BEGUN);
    go_on(d, it, event, part, begun);
    return bytes;
}

void reads_turn(struct agenda *d)
{
    size_t bytes = 0;
    struct item *it;

    for (int i = 0; i < FILES_A_TURN && bytes < BYTES_A_TURN &&
                    (it = next_to_read(d)) != NULL;
         i++)
        bytes += read_one(d, it);
}
