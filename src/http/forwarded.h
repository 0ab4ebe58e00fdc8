/* SPDX-License-Identifier: MIT
 *
 * forwarded: whose request it is, as the fields of proxies tell: Forwarded (RFC
 * 7239), or X-Forwarded-For and its kin.
 * Layer: http (pure).  Each proxy writes behind what it got, so the list is
 * read from its end: a member is believed when the hop that wrote it is one of
 * the trusted, and the first address that is not trusted is the client.
 * Whatever comes before that may be of the client's own making and is not even
 * looked at; what it holds can spoil nothing.
 */
#ifndef ETAGD_HTTP_FORWARDED_H
#define ETAGD_HTTP_FORWARDED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/span.h"
#include "http/head.h"

/* Why nothing more is known.
 * X(enumerator, sentence for the log) */
#define FORWARDED_ROWS(X)                                       \
    X(CLIENT, "an address that is not trusted: the client")     \
    X(START, "the first of the list, whose address is trusted") \
    X(ABSENT, "no such field")                                  \
    X(HIDDEN, "a proxy that does not tell whom it speaks for")  \
    X(MALFORMED, "a malformed member, and what is before it")

enum forwarded_end {
#define X(id, text) FORWARDED_##id,
    FORWARDED_ROWS(X)
#undef X
        FORWARDED_END_COUNT
};

enum forwarded_scheme { FORWARDED_UNTOLD, FORWARDED_HTTP, FORWARDED_HTTPS };

struct forwarded {
    struct ip client; /* family 0: none was told that could be believed */
    uint16_t port;    /* 0: not told */
    /* How the client asked, told by the last hop that is believed. */
    enum forwarded_scheme scheme;
    struct span host; /* with its port, if any; p NULL: not told */
    enum forwarded_end end;
};

/* The peer that sent h is one of the trusted.  Forwarded: */
void forwarded_standard(struct forwarded *out, const struct head *h,
                        const struct ip_net *trust, size_t n);

/* X-Forwarded-For, -Proto and -Host: of the latter two the member that has the
 * place of the believed one in the first, or else the last. */
void forwarded_x(struct forwarded *out, const struct head *h,
                 const struct ip_net *trust, size_t n);

const char *forwarded_end_text(enum forwarded_end end);

#endif
