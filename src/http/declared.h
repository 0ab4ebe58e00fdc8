/* SPDX-License-Identifier: MIT
 *
 * declared: which charset a page, an XML text or a style sheet names itself.
 * Layer: http (pure).
 */
#ifndef ETAGD_HTTP_DECLARED_H
#define ETAGD_HTTP_DECLARED_H

#include <stdbool.h>

#include "base/span.h"
#include "http/media.h"

#define DECLARED_HEAD_BYTES 1024 /* browsers look no further (HTML 4.2.5.4) */

/* head: the file's first bytes; type: its media type, with or without
 * parameters.  p NULL: it names none where a browser would look. */
struct span declared_charset(struct span head, struct span type);

/* The value of "charset" in a Content-Type; p NULL: it has none. */
struct span declared_parameter(struct span content_type);

/* How these bytes contradict that name; NULL: they may be what it says.
 * ascii: none of them is above 127. */
const char *declared_lie(struct span name, enum media_bytes bytes, bool ascii);

#endif
