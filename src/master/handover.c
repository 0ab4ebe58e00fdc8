/* SPDX-License-Identifier: MIT
 *
 * handover: moves the record of a preparer from one generation to another.
 * Layer: master.
 */
#include "master/handover.h"

#include <string.h>

#include "base/check.h"
#include "master/records.h"
#include "os/channel.h"
#include "os/log.h"
#include "os/poll.h"
#include "prepare/preparer.h"

static bool same_identity(const struct priv_identity *a,
                          const struct priv_identity *b)
{
    return a->change == b->change && a->uid == b->uid && a->gid == b->gid;
}

/* How many files a worker knows follows from the number of workers, if from
 * nothing else: no reason to begin again. */
static bool same_work(const struct conf *x, const struct conf *y)
{
    const struct conf_prepare *a = &x->prepare, *b = &y->prepare;

    return a->memory_file_bytes == b->memory_file_bytes &&
           a->memory_bytes == b->memory_bytes &&
           ((x->autos.files && y->autos.files) || a->files == b->files) &&
           a->digest_bytes == b->digest_bytes &&
           a->digest_idle_bytes == b->digest_idle_bytes &&
           a->give_back_ms == b->give_back_ms && a->compress == b->compress &&
           a->compress_min_bytes == b->compress_min_bytes &&
           a->compress_max_bytes == b->compress_max_bytes;
}

/* Whether a preparer that was started for `a` serves `b` as well. */
static bool fits(const struct generation *a, const struct generation *b)
{
    const struct conf *x = a->conf, *y = b->conf;

    return same_identity(&a->identity, &b->identity) && same_work(x, y) &&
           x->sandbox == y->sandbox && x->log.level == y->log.level &&
           x->log.error_format == y->log.error_format &&
           strcmp(x->log.error, y->log.error) == 0 &&
           strcmp(x->media.default_text, y->media.default_text) == 0 &&
           strcmp(x->media.default_binary, y->media.default_binary) == 0;
}

static void move(struct generation *from, struct generation *to)
{
    struct child *c = &to->preparer;

    child_sound(&from->preparer);
    child_sound(c);
    CHECK(from != to);
    CHECK(c->pid <= 0); /* it would be lost */
    if (from->preparer.control >= 0)
        poll_remove(from->poll, from->preparer.control);
    *c = from->preparer;
    c->home = to;
    child_begin(&from->preparer, from, CHILD_PREPARER, 0);
    child_sound(c);
    if (c->control >= 0)
        poll_add_level(to->poll, c->control, c);
}

bool handover_take(struct generation *g)
{
    struct generation *old = g->older;

    if (!old || old->preparer.pid <= 0 || old->preparer.aborted_us ||
        !fits(old, g))
        return false;
    CHECK(!old->lent_to); /* a preparer has one owner */
    move(old, g);
    old->lent_to = g;
    g->preparer.history = (struct respawn){ 0 };
    handover_log(g);
    return true;
}

void handover_return(struct generation *g)
{
    struct generation *old = g->older;

    if (!old || old->lent_to != g)
        return;
    old->lent_to = NULL;
    move(g, old);
    g->lent_to = old; /* whose workers still finish what they have taken */
    handover_log(old);
}

struct generation *handover_owner(struct generation *g)
{
    while (g->lent_to) {
        CHECK(g->lent_to != g && g->preparer.pid <= 0);
        g = g->lent_to;
    }
    return g;
}

void handover_log(struct generation *g)
{
    char word = PREPARER_LOG;
    int fd = log_descriptor();

    if (g->preparer.pid > 0 && strcmp(g->conf->log.error, "-") != 0)
        (void)channel_send(g->preparer.control, &word, 1, &fd, 1);
}
