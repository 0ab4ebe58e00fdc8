/* SPDX-License-Identifier: MIT
 *
 * moves: tells workers which of their connections others take (serve/moving.h).
 * Layer: master.
 */
#include "master/moves.h"

#include <string.h>

#include "master/generation.h"
#include "os/channel.h"
#include "serve/accepting.h"

static bool listens(const struct conf *c, const char *text)
{
    for (size_t i = 0; i < c->n_listen; i++) {
        if (strcmp(c->listen[i].text, text) == 0)
            return true;
    }
    return false;
}

static void tell(struct generation *g, const char *word, size_t n)
{
    for (unsigned i = 0; i < g->conf->workers; i++) {
        if (g->worker[i].pid > 0)
            (void)channel_send(g->worker[i].control, word, n, NULL, 0);
    }
}

void moves_begin(struct generation *from, const struct generation *to)
{
    char word[1 + LISTEN_MAX] = { WORKER_MOVE };
    size_t n = from->conf->n_listen;

    for (size_t i = 0; i < n && i < LISTEN_MAX; i++)
        word[1 + i] = listens(to->conf, from->conf->listen[i].text);
    tell(from, word, 1 + n);
}

void moves_end(struct generation *g)
{
    const char word[1 + LISTEN_MAX] = { WORKER_MOVE };

    tell(g, word, 1 + g->conf->n_listen);
}
