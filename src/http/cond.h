/* SPDX-License-Identifier: MIT
 *
 * cond: preconditions in the order of RFC 9110 section 13.2.2.
 * Layer: http (pure).  One function per precondition, one that walks them.
 */
#ifndef ETAGD_HTTP_COND_H
#define ETAGD_HTTP_COND_H

#include <stdbool.h>
#include <stdint.h>

#include "http/etag.h"
#include "http/head.h"
#include "http/reason.h"

#define COND_NO_DATE INT64_MIN

/* What the selected representation has; of the coding that would be sent. */
struct validators {
    struct etag tag;       /* opaque.p NULL: none */
    struct etag alias;     /* another, for weak comparison; the same */
    int64_t last_modified; /* seconds, COND_NO_DATE: none */
};

enum cond_verdict {
    COND_PROCEED,      /* evaluate the method: 200, or 206 with a range */
    COND_NOT_MODIFIED, /* 304 */
    COND_FAILED        /* 412 */
};

struct cond_result {
    enum cond_verdict verdict;
    enum reason reason; /* which step decided; REASON_WHOLE: none */
};

/* h's method is GET or HEAD and the target has a representation with v.
 * `now` (seconds) only serves two-digit years. */
struct cond_result cond_evaluate(const struct head *h,
                                 const struct validators *v, int64_t now);

/* If-Range (RFC 9110 13.1.5, step 5): true when Range is to be honoured: the
 * field is absent, or a strong tag that matches strongly, or a date equal to
 * last_modified which is a strong date: at least one second older than `now`
 * (the Date of this response, RFC 9110 8.8.2.2). */
bool cond_range_holds(const struct head *h, const struct validators *v,
                      int64_t now);

#endif
