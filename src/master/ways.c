/* SPDX-License-Identifier: MIT
 *
 * ways: pairs whose ends are sent to a preparer and to workers that run.
 * Layer: master.
 */
#include "master/ways.h"

#include <unistd.h>

#include "master/handover.h"
#include "os/channel.h"

/* A worker's way to the preparer; the preparer's end is sent to it, or waits
 * for one that is not there yet.  Without a preparer just now the worker sees
 * an end-of-file and waits for another. */
int ways_connect(struct generation *g)
{
    const struct generation *owner = handover_owner(g);
    int to =
        owner->preparer.pid > 0 ? owner->preparer.control : owner->early[0];
    int pair[2];
    char word = 'w';

    if (channel_pair(pair) < 0)
        return -1;
    if (to >= 0)
        (void)channel_send(to, &word, 1, &pair[1], 1);
    close(pair[1]);
    return pair[0];
}

static void reconnect_workers(struct generation *g)
{
    char word = WORKER_PREPARER;

    for (unsigned i = 0; i < g->conf->workers; i++) {
        struct child *c = &g->worker[i];
        if (c->pid <= 0)
            continue;
        int fd = ways_connect(g);
        if (fd < 0)
            continue;
        (void)channel_send(c->control, &word, 1, &fd, 1);
        close(fd);
    }
}

/* A new preparer gets a channel to every worker that is there already, also of
 * older generations that gave theirs away. */
void ways_again(struct generation *g)
{
    for (struct generation *at = g; at; at = at->older) {
        if (handover_owner(at) == g)
            reconnect_workers(at);
    }
}
