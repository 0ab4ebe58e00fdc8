/* SPDX-License-Identifier: MIT
 *
 * syn: IP header, TCP header, options.
 * Layer: observe.
 */
#include "observe/syn.h"

#include <string.h>

static uint32_t number(const char *p, size_t n)
{
    uint32_t v = 0;

    for (size_t i = 0; i < n; i++)
        v = v << 8 | (unsigned char)p[i];
    return v;
}

/* The TCP header, or n == 0. */
static struct span take_ip(struct span s, struct syn *out)
{
    unsigned first = s.n ? (unsigned char)s.p[0] : 0;
    size_t n = 40;

    out->family = (uint8_t)(first >> 4);
    if (out->family == 4)
        n = (first & 15) * 4u;
    if ((out->family != 4 && out->family != 6) || n < 20 || s.n < n + 20)
        return span_of(s.p, 0);
    out->ttl = (uint8_t)s.p[out->family == 4 ? 8 : 7];
    if (out->family == 4)
        memcpy(out->local, s.p + 16, 4);
    else
        memcpy(out->local, s.p + 24, 16);
    return span_from(s, n);
}

static void take_option(struct span o, struct syn *out)
{
    if (o.p[0] == 2 && o.n == 4)
        out->mss = (uint16_t)number(o.p + 2, 2);
    if (o.p[0] == 3 && o.n == 3) {
        out->has_scale = true;
        out->scale = (uint8_t)o.p[2];
    }
    out->sack = out->sack || (o.p[0] == 4 && o.n == 2);
    out->timestamps = out->timestamps || (o.p[0] == 8 && o.n == 10);
}

bool syn_parse(struct span packet, struct syn *out)
{
    memset(out, 0, sizeof *out);
    struct span tcp = take_ip(packet, out);
    if (tcp.n < 20)
        return false;
    size_t n = ((unsigned char)tcp.p[12] >> 4) * 4u;
    if (n < 20 || n > tcp.n)
        return false;
    out->port = (uint16_t)number(tcp.p + 2, 2);
    out->sequence = number(tcp.p + 4, 4);
    out->window = (uint16_t)number(tcp.p + 14, 2);
    struct span options = span_from(span_to(tcp, n), 20);
    while (options.n && options.p[0] != 0) {
        size_t length = 1; /* padding */
        if (options.p[0] != 1) {
            length = options.n > 1 ? (unsigned char)options.p[1] : 0;
            if (length < 2 || length > options.n)
                break;
            take_option(span_to(options, length), out);
        }
        options = span_from(options, length);
    }
    return true;
}
