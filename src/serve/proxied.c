/* SPDX-License-Identifier: MIT
 *
 * proxied: asks the configuration whom to trust, and takes the header.
 * Layer: serve.
 */
#include "serve/proxied.h"

#include <string.h>

#include "answer/events.h"
#include "http/proxy.h"
#include "os/log.h"
#include "serve/conn.h"
#include "serve/fronted.h"
#include "serve/capacity.h"
#include "serve/worker.h"

#define LOG_MS 60000 /* between two lines about headers or peers */

static struct net_peer peer_of(const struct ip *ip, uint16_t port)
{
    struct net_peer peer = { .family = ip->family, .port = port };

    memcpy(peer.addr, ip->addr, sizeof peer.addr);
    return peer;
}

/* Once a minute, so that a flood of them fills no disk. */
static void tell_log(struct worker *w, const struct net_peer *peer,
                     const char *what)
{
    char text[NET_PEER_TEXT];

    if (w->acceptor.proxy_logged_ms &&
        w->now.ms < w->acceptor.proxy_logged_ms + LOG_MS)
        return;
    w->acceptor.proxy_logged_ms = w->now.ms;
    net_peer_text(peer, text);
    log_warn("W028",
             "PROXY protocol, from %s: %s: closed (logged once a minute)", text,
             what);
}

bool proxied_trusts(struct worker *w, struct conn *c)
{
    if (fronted_trusts(w->conf, c))
        return true;
    tell_log(w, &c->peer, "[proxy] trust does not name it");
    c->end = END_PROXY_PEER;
    return false;
}

enum proxied proxied_take(struct worker *w, struct conn *c, struct span *in)
{
    struct net_peer via = c->peer;
    struct proxy p;
    enum proxy_fault f = proxy_parse(&p, in->p, in->n);

    if (f == PROXY_MORE)
        return PROXIED_MORE;
    if (f != PROXY_OK) {
        tell_log(w, &c->peer, proxy_fault_text(f));
        c->end = END_PROXY_HEADER;
        return PROXIED_REFUSED;
    }
    c->awaits_proxy = false;
    if (!p.local)
        c->peer = peer_of(&p.client, p.client_port);
    c->tls = p.tls;
    if (w->answers.ring)
        event_proxy(&w->answers, c, &via, &p);
    *in = span_from(*in, p.bytes);
    return p.local || capacity_address(w, c, false) ? PROXIED_READY
                                                    : PROXIED_FULL;
}
