/* SPDX-License-Identifier: MIT
 *
 * mask: keeps secrets out of what is shown and logged: values of parameters
 * and fields whose names tell that they are, and userinfo in URLs.
 * Layer: http (pure).
 */
#ifndef ETAGD_HTTP_MASK_H
#define ETAGD_HTTP_MASK_H

#include <stdbool.h>

#include "base/buf.h"

/* words: separated by blanks or commas; a name with one of them in it, without
 * case, is a secret's ("X-Api-Key" by "key").  Percent-encoding hides nothing.
 */
bool mask_named(struct span words, struct span name);

/* Is it a request or response field whose value is never shown: Cookie,
 * Set-Cookie, Authorization, Proxy-Authorization, or one of that name? */
bool mask_field(struct span words, struct span name);

/* A target, or a field's value with URLs in it: three asterisks for the
 * value in "/a?token=x&b=1", and for "u:p" in "http://u:p@h/".  Path parameters
 * (";sid=x"), fragments and URLs encoded within URLs are looked at, too.  At
 * most MASK_GROWTH times as long. */
#define MASK_GROWTH 3
void mask_text(struct buf *b, struct span words, struct span text);

#endif
