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

void moves_begin(struct generation *from, const struct generation *to)
{
    char word[1 + LISTEN_MAX] = { WORKER_MOVE };
    size_t n = from->conf->n_listen;

    for (size_t i = 0; i < n && i < LISTEN_MAX; i++)
        word[1 + i] = listens(to->conf, from->conf->listen[i].text);
    for (unsigned i = 0; i < from->conf->workers; i++) {
        if (from->worker[i].pid > 0)
            (void)channel_send(from->worker[i].control, word, 1 + n, NULL, 0);
    }
}
