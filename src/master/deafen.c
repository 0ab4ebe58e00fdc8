/* SPDX-License-Identifier: MIT
 *
 * deafen: shuts listening sockets.
 * Layer: master.
 */
#include "master/deafen.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "master/generation.h"
#include "master/master_state.h"
#include "os/clock.h"
#include "os/net.h"

/* The sockets are not ours alone: systemd's, or those of the next etagd, or of
 * the one before, which goes on because this one does not come up. */
static bool lives_on(const struct master *m)
{
    return m->inherit.activated || m->upgrade.replaced || m->released ||
           m->awaited;
}

/* Was that place there before this program was? */
static bool passed(const struct master *m, const char *text)
{
    for (size_t i = 0; i < m->inherit.n; i++) {
        if (strcmp(m->inherit.socket[i].name, text) == 0)
            return true;
    }
    return false;
}

static bool serves(const struct generation *g, const char *text)
{
    for (size_t i = 0; i < g->conf->n_listen; i++) {
        if (g->listener[i] >= 0 && strcmp(g->conf->listen[i].text, text) == 0)
            return true;
    }
    return false;
}

/* Does another listen there, be it one that drains and takes what waits?  The
 * next one may still share its socket; the last one shuts it. */
static bool shared(struct master *m, const struct generation *g,
                   const char *text)
{
    EACH_GENERATION (at, m) {
        if (generation_at(at) != g && serves(generation_at(at), text))
            return true;
    }
    return false;
}

void deafen_begin(struct master *m, struct generation *g)
{
    bool ours = !m->inherit.activated && !m->upgrade.replaced;

    for (size_t i = 0; i < g->conf->n_listen; i++) {
        const struct conf_listen *l = &g->conf->listen[i];
        if (ours && g->listener[i] >= 0 && l->addr.sa.sa_family == AF_UNIX &&
            !(m->awaited && passed(m, l->text)))
            net_remove_socket(l->addr.un.sun_path);
    }
    if (lives_on(m))
        deafen(m, g);
}

void deafen(struct master *m, struct generation *g)
{
    for (size_t i = 0; i < g->conf->n_listen; i++) {
        const struct conf_listen *l = &g->conf->listen[i];
        if (g->listener[i] < 0)
            continue;
        if (!lives_on(m) && !shared(m, g, l->text)) {
            (void)shutdown(g->listener[i], SHUT_RDWR);
            if (l->addr.sa.sa_family == AF_UNIX && !m->ending)
                net_remove_socket(l->addr.un.sun_path);
        }
        close(g->listener[i]);
        g->listener[i] = -1;
    }
}

int deafen_turn(struct master *m)
{
    uint64_t now = clock_mono_us();
    int least = -1;

    EACH_GENERATION (at, m) {
        struct generation *g = generation_at(at);
        if (g->state < GENERATION_DRAINING || !g->deaf_us)
            continue;
        if (generation_deaf(g) || now >= g->deaf_us) {
            g->deaf_us = 0;
            deafen(m, g);
            continue;
        }
        int ms = (int)((g->deaf_us - now) / 1000) + 1;
        least = least < 0 || ms < least ? ms : least;
    }
    return least;
}
