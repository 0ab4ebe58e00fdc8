/* SPDX-License-Identifier: MIT
 *
 * basic: user and password of an Authorization field (RFC 7617).
 * Layer: http (pure).  Strict: one form of base64 (RFC 4648 4), no control
 * characters; what is not understood is no credentials.
 */
#ifndef ETAGD_HTTP_BASIC_H
#define ETAGD_HTTP_BASIC_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"

#define BASIC_USER_MAX 255
#define BASIC_PASSWORD_MAX 511 /* what libcrypt takes */
#define BASIC_BYTES_MAX (BASIC_USER_MAX + 1 + BASIC_PASSWORD_MAX)

struct basic {
    struct span both; /* "user:password", in the caller's storage */
    struct span user; /* up to the first colon: it can hold none */
    struct span password;
};

/* `value` of the field; storage: BASIC_BYTES_MAX + 1 bytes, in which the
 * password ends with a NUL.  False: these are no credentials of this scheme. */
bool basic_parse(struct span value, char *storage, struct basic *out);

/* WWW-Authenticate (RFC 9110 11.6.1) as a line; realm: visible ASCII and
 * blanks. */
void basic_challenge(struct buf *b, struct span realm);

#endif
