/* SPDX-License-Identifier: MIT
 *
 * target: from the raw request target to a path below the root (RFC 9112 3.2,
 * RFC 3986 sections 3.3, 5.2.4, 6).
 * Layer: http (pure).  The result never climbs: it starts with '/', has no
 * empty, "." or ".." component and no NUL, and is valid UTF-8.
 */
#ifndef ETAGD_HTTP_TARGET_H
#define ETAGD_HTTP_TARGET_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"
#include "http/fault.h"
#include "http/head.h"
#include "http/method.h"

enum target_form {
    TARGET_ORIGIN,   /* /path?query */
    TARGET_ABSOLUTE, /* http://authority/path?query */
    TARGET_ASTERISK, /* OPTIONS * */
    TARGET_AUTHORITY /* CONNECT host:port */
};

struct target {
    enum target_form form;
    struct span host;  /* authority's host without port; p NULL: none given */
    struct span query; /* raw, without '?'; p NULL when there is none */
    struct span path;  /* decoded, in the caller's buffer, NUL-terminated;
                          empty for asterisk and authority form */
    bool directory;    /* path ends with '/' */
    bool plain;        /* path is byte for byte the raw target's path */
    bool dotted;       /* some component starts with '.', other than one
                          "/.well-known/" at the front */
};

/* Decodes h->target into `out`, the path into storage[cap] (cap >= h->target.n
 * + 2 always suffices).  Duplicate slashes are merged; "%2F" is TARGET_SLASH,
 * encoded controls and NUL TARGET_NUL, bad UTF-8 TARGET_UTF8, climbing above
 * the root TARGET_ABOVE.  A component may be longer than any file name: what
 * answers may be a redirect, or a page that stands in. */
enum fault target_decode(struct target *out, const struct head *h,
                         char *storage, size_t cap);

/* The host that the request is for: the absolute target's authority when there
 * is one, else the Host field's, which must be correct in either case (RFC 9112
 * 3.2.2).  Lower-casing is the caller's business. */
enum fault target_host(const struct target *t, const struct head *h,
                       struct span *host);

/* authority = uri-host [":" port] (RFC 3986 3.2.2, 3.2.3): registered name,
 * IPv4, or IPv6 in brackets; port at most 65535.  *host is without the port. */
bool target_authority(struct span text, struct span *host);

/* Valid UTF-8 (RFC 3629 section 4), as every path that can be asked for. */
bool target_utf8(struct span s);

/* Percent-encodes a decoded path for a Location field or a link: everything but
 * unreserved characters, '/' and sub-delims that are safe in a path. */
void target_encode(struct buf *b, struct span path);

#endif
