/* SPDX-License-Identifier: MIT
 *
 * sites: which site a host name belongs to.
 * Layer: conf.  Pure.
 */
#include "conf/sites.h"

/* Without the brackets of an IPv6 address and the dot of the DNS root. */
static struct span host_plain(struct span h)
{
    if (h.n >= 2 && h.p[0] == '[' && h.p[h.n - 1] == ']')
        return span_of(h.p + 1, h.n - 2);
    if (h.n > 1 && h.p[h.n - 1] == '.')
        h.n--;
    return h;
}

/* How well a name fits: 0 not at all, its length + 1 for a wildcard, above all
 * of these for the exact name. */
static size_t name_rank(struct span name, struct span host)
{
    if (span_eq_nocase(name, host))
        return SIZE_MAX;
    if (!span_starts(name, SPAN("*.")))
        return 0;
    struct span tail = span_from(name, 1); /* ".example.org" */
    if (host.n <= tail.n ||
        !span_eq_nocase(span_from(host, host.n - tail.n), tail))
        return 0;
    return name.n + 1;
}

const struct conf_site *sites_find(const struct conf *c, struct span host)
{
    const struct conf_site *best = NULL;
    size_t best_rank = 0;

    if (host.n == 0)
        return &c->sites[0];
    host = host_plain(host);
    for (size_t i = 0; i < c->n_sites; i++) {
        for (size_t j = 0; j < c->sites[i].n_names; j++) {
            size_t rank = name_rank(span_str(c->sites[i].names[j]), host);
            if (rank > best_rank) {
                best = &c->sites[i];
                best_rank = rank;
            }
        }
    }
    if (best || c->unknown_host == UNKNOWN_HOST_REFUSE)
        return best;
    return &c->sites[0];
}
