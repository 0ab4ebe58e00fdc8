/* SPDX-License-Identifier: MIT
 *
 * moves: tells workers which of their connections others take (serve/moving.h).
 * Layer: master.
 */
#include "master/moves.h"

#include "master/generation.h"
#include "os/channel.h"
#include "serve/accepting.h"
#include "serve/moving.h"

size_t moves_addresses(const struct conf *c, uint64_t *address, size_t room)
{
    size_t n = c->n_listen < room ? c->n_listen : room;

    for (size_t i = 0; i < n; i++)
        address[i] = moving_address(c->listen[i].text);
    return n;
}

static bool listens(const uint64_t *address, size_t n, const char *text)
{
    uint64_t wanted = moving_address(text);

    for (size_t i = 0; i < n; i++) {
        if (address[i] == wanted)
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

void moves_away(struct generation *from, const uint64_t *address, size_t n)
{
    char word[1 + LISTEN_MAX] = { WORKER_MOVE };
    size_t own = from->conf->n_listen;

    for (size_t i = 0; i < own && i < LISTEN_MAX; i++)
        word[1 + i] = listens(address, n, from->conf->listen[i].text);
    tell(from, word, 1 + own);
}

void moves_begin(struct generation *from, const struct generation *to)
{
    uint64_t address[LISTEN_MAX];

    moves_away(from, address, moves_addresses(to->conf, address, LISTEN_MAX));
}

void moves_end(struct generation *g)
{
    const char word[1 + LISTEN_MAX] = { WORKER_MOVE };

    tell(g, word, 1 + g->conf->n_listen);
}
