/* SPDX-License-Identifier: MIT
 *
 * method: request methods (RFC 9110 section 9), one row each.
 * Layer: http (pure).  Methods are case-sensitive: "get" is an unknown method.
 */
#ifndef ETAGD_HTTP_METHOD_H
#define ETAGD_HTTP_METHOD_H

#include <stdbool.h>

#include "base/span.h"

enum method {
    METHOD_GET,
    METHOD_HEAD,
    METHOD_OPTIONS,
    METHOD_POST,
    METHOD_PUT,
    METHOD_DELETE,
    METHOD_PATCH,
    METHOD_TRACE,
    METHOD_CONNECT,
    METHOD_OTHER, /* a well-formed token that no row names */
    METHOD_COUNT
};

/* How a server of files answers it when the target exists. */
enum method_support {
    METHOD_SERVED,      /* GET, HEAD, OPTIONS */
    METHOD_NOT_ALLOWED, /* known, but not for files: 405 */
    METHOD_UNKNOWN      /* 501 */
};

enum method method_of(struct span text);
enum method_support method_support(enum method m);

/* The value of the Allow field: "GET, HEAD, OPTIONS". */
struct span method_allow(void);

#endif
