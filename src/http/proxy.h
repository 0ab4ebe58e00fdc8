/* SPDX-License-Identifier: MIT
 *
 * proxy: the header that a proxy sends first of all on a connection, to say
 * whose it is (the PROXY protocol, versions 1 and 2).
 * Layer: http (pure).  Strict: a connection whose header is not understood must
 * not go on, since everything that is said about its client would be wrong.
 */
#ifndef ETAGD_HTTP_PROXY_H
#define ETAGD_HTTP_PROXY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/span.h"

#define PROXY_BYTES_MAX 4096 /* of a header; section 2.2 asks for 536 */

/* X(enumerator, sentence for the log) */
#define PROXY_ROWS(X)                                                       \
    X(OK, "correct")                                                        \
    X(MORE, "not whole yet")                                                \
    X(MISSING, "no PROXY header where one has to be")                       \
    X(LINE, "malformed line of version 1")                                  \
    X(ADDRESS, "malformed address or port")                                 \
    X(VERSION, "version or command of a binary header that does not exist") \
    X(LENGTH, "a length that does not fit the address family")              \
    X(LONG, "longer than etagd reads")                                      \
    X(TLV, "a TLV that ends behind its header, or is malformed")            \
    X(CRC, "a checksum that is wrong")

enum proxy_fault {
#define X(id, text) PROXY_##id,
    PROXY_ROWS(X)
#undef X
        PROXY_FAULT_COUNT
};

struct proxy {
    /* Nothing is told of a client: LOCAL (the proxy's own health check),
     * UNKNOWN, or an address family that is neither IPv4 nor IPv6. */
    bool local;
    struct ip client, server; /* unless local */
    uint16_t client_port, server_port;
    /* from TLVs; p NULL: not told; they point into the bytes given */
    bool tls; /* the client speaks TLS to the proxy */
    struct span tls_version, tls_cipher;
    struct span
        name;     /* that the client asked for (SNI, or PP2_TYPE_AUTHORITY) */
    size_t bytes; /* of the header */
};

/* OK: *out is filled.  MORE: correct so far, and shorter than PROXY_BYTES_MAX.
 * The result for n bytes is OK or a fault for all longer inputs as well. */
enum proxy_fault proxy_parse(struct proxy *out, const char *p, size_t n);

const char *proxy_fault_text(enum proxy_fault f);

#endif
