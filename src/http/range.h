/* SPDX-License-Identifier: MIT
 *
 * range: byte ranges (RFC 9110 section 14).
 * Layer: http (pure).
 */
#ifndef ETAGD_HTTP_RANGE_H
#define ETAGD_HTTP_RANGE_H

#include <stdint.h>

#include "base/span.h"

#define RANGE_PIECES_MAX 16 /* after coalescing; more requested: IGNORE */

struct range_piece {
    uint64_t first; /* offset of the first byte */
    uint64_t bytes; /* never 0 */
};

enum range_verdict {
    RANGE_IGNORE,       /* no, malformed or unknown-unit Range, or one that asks
                           for more than RANGE_PIECES_MAX pieces or for pieces
                           that overlap by more than they are worth: send 200 */
    RANGE_SATISFIABLE,  /* 206 with n pieces, in the order asked for */
    RANGE_UNSATISFIABLE /* 416 with Content-Range: bytes * / size */
};

struct range_plan {
    enum range_verdict verdict;
    unsigned n;
    struct range_piece piece[RANGE_PIECES_MAX];
};

/* `value` is the Range field's value (p NULL: absent); size of the selected
 * representation in its coding.  Several pieces are coalesced when they overlap
 * or when the gap is smaller than a part's own head (80 bytes).  An empty file
 * has no bytes to choose from: ignored (14.2 allows it always; 416 would be
 * wrong for "bytes=-1", which 14.1.2 calls satisfiable). */
struct range_plan range_plan(struct span value, uint64_t size);

#endif
