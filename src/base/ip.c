/* SPDX-License-Identifier: MIT
 *
 * ip: reads addresses strictly: no octal, no missing parts, one "::".
 * Layer: base.
 */
#include "base/ip.h"

#include <string.h>

#include "base/num.h"

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

/* 1*3DIGIT without leading zeros, up to 255. */
static bool octet(struct span text, uint8_t *out)
{
    uint64_t v;

    if (text.n == 0 || text.n > 3 || (text.n > 1 && text.p[0] == '0') ||
        !num_u64(text, &v) || v > 255)
        return false;
    *out = (uint8_t)v;
    return true;
}

static bool ipv4(struct span text, uint8_t *out)
{
    for (int i = 0; i < 4; i++) {
        size_t dot = i < 3 ? span_find(text, '.') : text.n;
        if ((i < 3 && dot == text.n) || !octet(span_to(text, dot), out + i))
            return false;
        text = span_from(text, dot + 1);
    }
    return true;
}

struct words {
    uint8_t bytes[16];
    size_t n;
    size_t gap; /* bytes before "::"; SIZE_MAX: none */
};

/* A group of hexadecimal digits, or the IPv4 address at the end. */
static bool word(struct words *w, struct span text)
{
    uint64_t v;

    if (span_find(text, '.') < text.n) {
        if (w->n > 12 || !ipv4(text, w->bytes + w->n))
            return false;
        w->n += 4;
        return true;
    }
    if (w->n > 14 || text.n == 0 || text.n > 4 || !num_hex(text, &v))
        return false;
    w->bytes[w->n++] = (uint8_t)(v >> 8);
    w->bytes[w->n++] = (uint8_t)v;
    return true;
}

static bool ipv6(struct span text, uint8_t *out)
{
    struct words w = { .gap = SIZE_MAX };

    if (span_starts(text, SPAN("::"))) {
        w.gap = 0;
        text = span_from(text, 2);
    }
    while (text.n > 0) {
        size_t colon = span_find(text, ':');
        struct span part = span_to(text, colon);
        if (!word(&w, part))
            return false;
        if (colon == text.n)
            break;
        if (span_find(part, '.') < part.n)
            return false; /* IPv4 is the last part */
        text = span_from(text, colon + 1);
        if (text.n == 0)
            return false;
        if (text.p[0] == ':') {
            if (w.gap != SIZE_MAX)
                return false;
            w.gap = w.n;
            text = span_from(text, 1);
        }
    }
    if (w.gap == SIZE_MAX ? w.n != 16 : w.n > 14)
        return false;
    memset(out, 0, 16);
    size_t before = w.gap == SIZE_MAX ? w.n : w.gap, after = w.n - before;
    memcpy(out, w.bytes, before);
    memcpy(out + 16 - after, w.bytes + before, after);
    return true;
}

struct ip ip_of(const uint8_t *bytes, unsigned family)
{
    struct ip ip = { .family = (uint8_t)family };

    if (family == 6 && memcmp(bytes, mapped, sizeof mapped) == 0) {
        ip.family = 4;
        bytes += sizeof mapped;
    }
    if (ip.family == 4)
        memcpy(ip.addr, bytes, 4);
    else if (ip.family == 6)
        memcpy(ip.addr, bytes, 16);
    return ip;
}

bool ip_parse(struct span text, struct ip *out)
{
    uint8_t bytes[16];

    if (span_find(text, ':') < text.n) {
        if (!ipv6(text, bytes))
            return false;
        *out = ip_of(bytes, 6);
    } else {
        if (!ipv4(text, bytes))
            return false;
        *out = ip_of(bytes, 4);
    }
    return true;
}

bool ip_eq(const struct ip *a, const struct ip *b)
{
    size_t n = a->family == 4 ? 4 : a->family == 6 ? 16 : 0;

    return a->family == b->family && memcmp(a->addr, b->addr, n) == 0;
}

static bool bit(const uint8_t *addr, unsigned i)
{
    return addr[i / 8] >> (7 - i % 8) & 1;
}

bool ip_net_parse(struct span text, struct ip_net *out)
{
    size_t slash = span_find(text, '/');
    uint64_t bits;

    if (!ip_parse(span_to(text, slash), &out->ip))
        return false;
    unsigned all = out->ip.family == 4 ? 32 : 128;
    out->bits = all;
    if (slash == text.n)
        return true;
    if (!num_u64(span_from(text, slash + 1), &bits) || bits > all)
        return false;
    out->bits = (unsigned)bits;
    for (unsigned i = out->bits; i < all; i++) {
        if (bit(out->ip.addr, i))
            return false;
    }
    return true;
}

bool ip_net_has(const struct ip_net *net, const struct ip *ip)
{
    size_t whole = net->bits / 8;

    if (net->ip.family != ip->family ||
        memcmp(net->ip.addr, ip->addr, whole) != 0)
        return false;
    for (unsigned i = (unsigned)whole * 8; i < net->bits; i++) {
        if (bit(net->ip.addr, i) != bit(ip->addr, i))
            return false;
    }
    return true;
}

bool ip_in(const struct ip_net *nets, size_t n, const struct ip *ip)
{
    for (size_t i = 0; i < n; i++) {
        if (ip_net_has(&nets[i], ip))
            return true;
    }
    return false;
}
