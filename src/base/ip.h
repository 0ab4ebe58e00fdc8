/* SPDX-License-Identifier: MIT
 *
 * ip: addresses of IPv4 and IPv6 and networks of them, from and as bytes.
 * Layer: base.  No names, no zones, no ports.
 */
#ifndef ETAGD_BASE_IP_H
#define ETAGD_BASE_IP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

struct ip {
    uint8_t addr[16]; /* IPv4 in the first 4 bytes */
    uint8_t family;   /* 4 or 6; 0: none, as of a unix socket */
};

/* "192.0.2.7" or "2001:db8::1" (RFC 4291 2.2), and nothing else around it;
 * false, and *out is not to be used, for anything else.  An IPv4 address that
 * is mapped into IPv6 (::ffff:192.0.2.7) is that of IPv4. */
bool ip_parse(struct span text, struct ip *out);

/* The same for 4 or 16 bytes in network order. */
struct ip ip_of(const uint8_t *bytes, unsigned family);

bool ip_eq(const struct ip *a, const struct ip *b);

/* A network: the first `bits` bits of an address. */
struct ip_net {
    struct ip ip;
    unsigned bits;
};

/* "10.0.0.0/8", or an address alone; false: malformed, or bits are set behind
 * the prefix. */
bool ip_net_parse(struct span text, struct ip_net *out);
bool ip_net_has(const struct ip_net *net, const struct ip *ip);

/* Whether one of them has it. */
bool ip_in(const struct ip_net *nets, size_t n, const struct ip *ip);

#endif
