/* SPDX-License-Identifier: MIT
 *
 * body: request content framing (RFC 9112 sections 6 and 7).
 * Layer: http (pure).  A server of files wants no content: it is framed,
 * checked and thrown away.  The decoder keeps its state in struct body and
 * takes the bytes in any portions.
 */
#ifndef ETAGD_HTTP_BODY_H
#define ETAGD_HTTP_BODY_H

#include <stdbool.h>
#include <stdint.h>

#include "http/head.h"

enum body_kind { BODY_NONE, BODY_LENGTH, BODY_CHUNKED };

#define BODY_TRAILER_MAX 8192   /* bytes of all trailer lines */
#define BODY_CHUNK_EXT_MAX 1024 /* bytes of extensions of one chunk */

struct body {
    enum body_kind kind;
    uint64_t left;      /* BODY_LENGTH: bytes to come; chunk: of this chunk */
    uint64_t taken;     /* content bytes so far */
    uint64_t bytes_max; /* above: BODY_LONG */
    uint8_t state;      /* the chunk decoder's own */
    uint8_t digits;
    uint32_t counted; /* extension or trailer bytes so far */
};

/* Without either of these fields no content follows (RFC 9112 6.3, rule 7). */
static inline bool body_announced(const struct head *h)
{
    return (h->present & (1ull << FIELD_TRANSFER_ENCODING |
                          1ull << FIELD_CONTENT_LENGTH)) != 0;
}

/* From a parsed head: which kind, or a framing fault (all of which close).
 * A declared length above bytes_max is BODY_LONG at once; one of 0 is
 * BODY_NONE. */
enum fault body_framing(const struct head *h, uint64_t bytes_max,
                        struct body *out);

/* Eats from p; *used tells how much.  FAULT_NONE: the content is complete (and
 * what follows *used belongs to the next request); FAULT_MORE: all n bytes were
 * eaten, more are needed; else the fault. */
enum fault body_take(struct body *b, const char *p, size_t n, size_t *used);

#endif
