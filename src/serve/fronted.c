/* SPDX-License-Identifier: MIT
 *
 * fronted: asks the configuration whom to trust and which fields count.
 * Layer: serve.
 */
#include "serve/fronted.h"

#include <string.h>

#include "answer/answer.h"
#include "os/log.h"
#include "serve/addresses.h"
#include "serve/conn.h"
#include "serve/worker.h"

static const struct {
    enum field_id id; /* that names clients */
    const char *name;
    void (*read)(struct forwarded *, const struct head *, const struct ip_net *,
                 size_t);
} ways[] = {
    [PROXY_FIELDS_FORWARDED] = { FIELD_FORWARDED, "Forwarded",
                                 forwarded_standard },
    [PROXY_FIELDS_X] = { FIELD_X_FORWARDED_FOR, "X-Forwarded-For",
                         forwarded_x },
};

bool fronted_trusts(const struct conf *conf, const struct conn *c)
{
    const struct conf_nets *trust = &conf->proxy.trust;
    struct ip ip = ip_of(c->peer.addr, c->peer.family);

    /* a unix socket: whoever may open its file */
    return ip.family == 0 || ip_in(trust->net, trust->n, &ip);
}

/* Once, since anybody can send such a field in each request. */
static void tell_ignored(struct acceptor *a, const struct conn *c,
                         const char *name)
{
    char text[NET_PEER_TEXT];

    if (a->fields_logged)
        return;
    a->fields_logged = true;
    net_peer_text(&c->peer, text);
    log_warn("W082",
             "%s from %s, which [proxy] trust does not name: ignored, as from "
             "all others of its kind (logged once by each worker)",
             name, text);
}

static void read_fields(const struct conf *conf, struct acceptor *a,
                        const struct conn *c, const struct head *h,
                        struct fronted *out)
{
    const struct conf_proxy *p = &conf->proxy;
    char text[NET_PEER_TEXT];
    struct forwarded f;

    out->on = out->named = out->many = false;
    if (!fronted_trusts(conf, c)) {
        if (head_has(h, ways[p->fields].id))
            tell_ignored(a, c, ways[p->fields].name);
        return;
    }
    ways[p->fields].read(&f, h, p->trust.net, p->trust.n);
    if (f.end == FORWARDED_MALFORMED) {
        net_peer_text(&c->peer, text);
        log_debug("W083", "%s from %s: %s: ignored", ways[p->fields].name, text,
                  forwarded_end_text(f.end));
    }
    out->on = true;
    out->named = f.client.family != 0;
    out->scheme = f.scheme;
    out->host = f.host;
    out->client =
        (struct net_peer){ .family = f.client.family, .port = f.port };
    memcpy(out->client.addr, f.client.addr, sizeof out->client.addr);
}

void fronted_served(struct places *p, struct conn *c)
{
    if (c->by_address)
        addresses_leave(p->addresses, &c->counted_as);
    c->by_address = c->by_request = false;
}

/* May the client have one more request under way? */
static bool enter(struct places *p, size_t most, struct conn *c,
                  const struct net_peer *client)
{
    if (!p->addresses)
        return true;
    fronted_served(p, c); /* the request before it, in a pipeline */
    c->counted_as = *client;
    c->by_address = addresses_enter(p->addresses, client, most);
    c->by_request = c->by_address;
    return c->by_request;
}

void fronted_take(struct worker *w, struct conn *c, struct request *q)
{
    read_fields(w->conf, &w->acceptor, c, &q->head, &q->front);
    if (q->front.on && q->front.named)
        q->front.many =
            !enter(&w->places, w->conf->limits.connections_per_address, c,
                   &q->front.client);
}

void fronted_whole(struct worker *w, const struct conn *c, struct request *q,
                   enum fault f)
{
    q->front.on = false;
    if (w->wants.fields && f == FAULT_NONE)
        read_fields(w->conf, &w->acceptor, c, &q->head, &q->front);
}
