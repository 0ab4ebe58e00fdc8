/* SPDX-License-Identifier: MIT
 *
 * field: the request fields that etagd acts upon, one row each.
 * Layer: http (pure).  Names compare without case (RFC 9110 5.1).
 */
#ifndef ETAGD_HTTP_FIELD_H
#define ETAGD_HTTP_FIELD_H

#include "base/span.h"

/* X(enumerator, canonical name) */
#define FIELD_ROWS(X)                                                   \
    X(HOST, "Host")                                                     \
    X(CONNECTION, "Connection")                                         \
    X(KEEP_ALIVE, "Keep-Alive")                                         \
    X(CONTENT_LENGTH, "Content-Length")                                 \
    X(TRANSFER_ENCODING, "Transfer-Encoding")                           \
    X(EXPECT, "Expect")                                                 \
    X(IF_MATCH, "If-Match")                                             \
    X(IF_NONE_MATCH, "If-None-Match")                                   \
    X(IF_MODIFIED_SINCE, "If-Modified-Since")                           \
    X(IF_UNMODIFIED_SINCE, "If-Unmodified-Since")                       \
    X(IF_RANGE, "If-Range")                                             \
    X(RANGE, "Range")                                                   \
    X(ACCEPT, "Accept")                                                 \
    X(ACCEPT_ENCODING, "Accept-Encoding")                               \
    X(ACCEPT_LANGUAGE, "Accept-Language")                               \
    X(CACHE_CONTROL, "Cache-Control")                                   \
    X(PRAGMA, "Pragma")                                                 \
    X(REFERER, "Referer")                                               \
    X(USER_AGENT, "User-Agent")                                         \
    X(ORIGIN, "Origin")                                                 \
    X(COOKIE, "Cookie")                                                 \
    X(AUTHORIZATION, "Authorization")                                   \
    X(UPGRADE, "Upgrade")                                               \
    X(SEC_FETCH_DEST, "Sec-Fetch-Dest")                                 \
    X(SEC_FETCH_MODE, "Sec-Fetch-Mode")                                 \
    X(ACCESS_CONTROL_REQUEST_METHOD, "Access-Control-Request-Method")   \
    X(ACCESS_CONTROL_REQUEST_HEADERS, "Access-Control-Request-Headers") \
    X(FORWARDED, "Forwarded")                                           \
    X(X_FORWARDED_FOR, "X-Forwarded-For")                               \
    X(X_FORWARDED_PROTO, "X-Forwarded-Proto")                           \
    X(X_FORWARDED_HOST, "X-Forwarded-Host")                             \
    X(X_REQUEST_ID, "X-Request-Id")                                     \
    X(TRACEPARENT, "traceparent")

enum field_id {
#define X(id, name) FIELD_##id,
    FIELD_ROWS(X)
#undef X
        FIELD_OTHER, /* any other name */
    FIELD_COUNT
};

/* FIELD_OTHER when no row has that name. */
enum field_id field_of(struct span name);

#endif
