/* SPDX-License-Identifier: MIT
 *
 * activation: passed sockets as listen lines of a configuration.
 * Layer: master.  The list lives as long as the master, since generations
 * refer to it.
 */
#include "master/activation.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "master/opening.h"
#include "master/master_state.h"
#include "os/log.h"

static void listen_of(struct conf_listen *out, struct inherited *s)
{
    size_t n =
        s->addr_bytes < sizeof out->addr ? s->addr_bytes : sizeof out->addr;

    memset(out, 0, sizeof *out);
    out->text = s->text;
    memcpy(&out->addr, &s->addr, n);
    out->addr_bytes = (socklen_t)n;
    out->proxy = strcmp(s->name, INHERIT_PROXY) == 0;
}

void activation_begin(struct master *m)
{
    struct inherit *in = &m->inherit;

    m->listen = calloc(in->n + 1, sizeof *m->listen);
    CHECK(m->listen != NULL);
    for (size_t i = 0; i < in->n; i++) {
        struct inherited *s = &in->socket[i];
        if (!s->usable)
            log_warn("M101",
                     "descriptor %d (%s) that was passed is no listening "
                     "stream socket; it is left alone",
                     s->fd, s->name[0] ? s->name : "no name");
        else if (in->activated && !inherit_called(s, INHERIT_OBSERVER) &&
                 !inherit_called(s, INHERIT_METRICS))
            listen_of(&m->listen[m->n_listen++], s);
    }
}

static bool is_passed(const struct inherit *in, const struct conf_listen *l)
{
    for (size_t i = 0; i < in->n; i++) {
        if (in->socket[i].usable &&
            inherit_same(&in->socket[i].addr, &l->addr.sa))
            return true;
    }
    return false;
}

/* By the line of the ini with the same address. */
static bool said_to_be_proxied(const struct conf *conf,
                               const struct conf_listen *passed)
{
    for (size_t i = 0; i < conf->n_listen; i++) {
        const struct conf_listen *l = &conf->listen[i];
        struct sockaddr_storage addr = { 0 };
        memcpy(&addr, &l->addr, l->addr_bytes);
        if (l->proxy && inherit_same(&addr, &passed->addr.sa))
            return true;
    }
    return false;
}

void activation_apply(struct master *m, struct conf *conf)
{
    if (!m->inherit.activated || m->n_listen == 0)
        return;
    for (size_t i = 0; i < conf->n_listen; i++) {
        const struct conf_listen *l = &conf->listen[i];
        if (l->line && !is_passed(&m->inherit, l))
            log_warn("M102",
                     "%s:%d: [server] listen: %s is none of the sockets that "
                     "systemd passed; those are served (change the .socket "
                     "unit, or this line)",
                     conf->file, l->line, l->text);
    }
    conf->passed = calloc(m->n_listen, sizeof *conf->passed);
    CHECK(conf->passed != NULL);
    for (size_t i = 0; i < m->n_listen; i++) {
        conf->passed[i] = m->listen[i];
        conf->passed[i].proxy |= said_to_be_proxied(conf, &m->listen[i]);
    }
    conf->listen = conf->passed;
    conf->n_listen = m->n_listen;
}

void activation_end(struct master *m)
{
    for (size_t i = 0; i < m->inherit.n; i++) {
        struct inherited *s = &m->inherit.socket[i];
        if (!s->usable || s->fd < 0)
            continue;
        if (!m->inherit.activated) /* from the etagd before this one */
            opening_remove_place(s->name, m->current->conf);
        close(s->fd);
        s->fd = -1;
    }
}
