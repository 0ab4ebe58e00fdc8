/* SPDX-License-Identifier: MIT
 *
 * listen: the text of a listening address to a socket address.
 * Layer: conf.  No name is resolved: what is written is what is bound.
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>

#include "base/num.h"
#include "conf/values.h"

static bool port_parse(struct span text, in_port_t *port)
{
    uint64_t v;

    if (text.n > 5 || !num_u64(text, &v) || v > 65535)
        return false;
    *port = htons((uint16_t)v);
    return true;
}

static bool unix_parse(struct span path, struct conf_listen *out,
                       const char **what)
{
    *what = "is not an absolute path of at most 107 bytes";
    if (path.n < 2 || path.p[0] != '/' || path.p[path.n - 1] == '/' ||
        path.n >= sizeof out->addr.un.sun_path)
        return false;
    out->addr.un.sun_family = AF_UNIX;
    memcpy(out->addr.un.sun_path, path.p, path.n);
    out->addr_bytes = sizeof out->addr.un;
    return true;
}

static bool inet6_parse(struct span host, struct span port,
                        struct conf_listen *out, const char **what)
{
    struct sockaddr_in6 *in6 = &out->addr.in6;
    size_t zone = span_find(host, '%');
    char text[INET6_ADDRSTRLEN] = "", name[IF_NAMESIZE] = "";

    *what = "has no correct IPv6 address";
    if (zone >= sizeof text)
        return false;
    memcpy(text, host.p, zone);
    if (inet_pton(AF_INET6, text, &in6->sin6_addr) != 1)
        return false;
    if (zone < host.n) {
        struct span z = span_from(host, zone + 1);
        *what = "names an interface that does not exist";
        if (z.n == 0 || z.n >= sizeof name)
            return false;
        memcpy(name, z.p, z.n);
        if (!(in6->sin6_scope_id = if_nametoindex(name)))
            return false;
    }
    *what = "has no correct port (0 to 65535)";
    in6->sin6_family = AF_INET6;
    out->addr_bytes = sizeof *in6;
    return port_parse(port, &in6->sin6_port);
}

static bool inet_parse(struct span host, struct span port,
                       struct conf_listen *out, const char **what)
{
    struct sockaddr_in *in = &out->addr.in;
    char text[INET_ADDRSTRLEN] = "";

    if (span_eq(host, SPAN("*")) || host.n == 0) {
        *what = "names no address (0.0.0.0 and [::] stand for all)";
        return false;
    }
    *what = "has no numeric address";
    if (host.n >= sizeof text)
        return false;
    memcpy(text, host.p, host.n);
    if (inet_pton(AF_INET, text, &in->sin_addr) != 1)
        return false;
    *what = "has no correct port (0 to 65535)";
    in->sin_family = AF_INET;
    out->addr_bytes = sizeof *in;
    return port_parse(port, &in->sin_port);
}

bool listen_parse(struct arena *a, struct span text, int line,
                  struct conf_listen *out, const char **what)
{
    size_t colon = text.n;
    bool ok;

    memset(out, 0, sizeof *out);
    out->line = line;
    while (colon > 0 && text.p[colon - 1] != ':')
        colon--;
    if (span_starts(text, SPAN("unix:"))) {
        ok = unix_parse(span_from(text, 5), out, what);
    } else if (colon == 0 || text.p[text.n - 1] == ']') {
        uint64_t port;
        *what = num_u64(text, &port) ? "is a port without an address (0.0.0.0 "
                                       "and [::] stand for all)"
                                     : "lacks its port";
        ok = false;
    } else if (text.p[0] == '[' && colon >= 3 && text.p[colon - 2] == ']') {
        ok = inet6_parse(span_of(text.p + 1, colon - 3), span_from(text, colon),
                         out, what);
    } else {
        ok = inet_parse(span_to(text, colon - 1), span_from(text, colon), out,
                        what);
    }
    if (ok)
        out->text = arena_text(a, text);
    return ok;
}

static bool inet_clash(const struct sockaddr_in *a, const struct sockaddr_in *b)
{
    in_addr_t x = a->sin_addr.s_addr, y = b->sin_addr.s_addr;

    return a->sin_port && a->sin_port == b->sin_port &&
           (x == y || x == INADDR_ANY || y == INADDR_ANY);
}

static bool inet6_clash(const struct sockaddr_in6 *a,
                        const struct sockaddr_in6 *b)
{
    if (!a->sin6_port || a->sin6_port != b->sin6_port)
        return false; /* port 0 is another one each time */
    if (IN6_IS_ADDR_UNSPECIFIED(&a->sin6_addr) ||
        IN6_IS_ADDR_UNSPECIFIED(&b->sin6_addr))
        return true;
    return IN6_ARE_ADDR_EQUAL(&a->sin6_addr, &b->sin6_addr) &&
           a->sin6_scope_id == b->sin6_scope_id;
}

bool listen_clash(const struct conf_listen *a, const struct conf_listen *b)
{
    if (a->addr.sa.sa_family != b->addr.sa.sa_family)
        return false;
    if (a->addr.sa.sa_family == AF_INET)
        return inet_clash(&a->addr.in, &b->addr.in);
    if (a->addr.sa.sa_family == AF_INET6)
        return inet6_clash(&a->addr.in6, &b->addr.in6);
    return !strcmp(a->addr.un.sun_path, b->addr.un.sun_path);
}
