/* SPDX-License-Identifier: MIT
 *
 * plan: what to answer to a GET or HEAD of something that exists.
 * Layer: http (pure).  The order of the decisions is that of RFC 9110:
 * selection of the representation (12.1), preconditions (13.2.2), range (14.2).
 */
#ifndef ETAGD_HTTP_PLAN_H
#define ETAGD_HTTP_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "http/accept.h"
#include "http/cond.h"
#include "http/head.h"
#include "http/range.h"
#include "http/reason.h"

/* Fields without any of which the answer is a plain 200. */
#define PLAN_CONDITIONAL                                                       \
    ((1ull << FIELD_IF_MATCH) | (1ull << FIELD_IF_NONE_MATCH) |                \
     (1ull << FIELD_IF_MODIFIED_SINCE) | (1ull << FIELD_IF_UNMODIFIED_SINCE) | \
     (1ull << FIELD_RANGE))

/* One content coding of a file. */
struct plan_form {
    uint64_t size;   /* bytes */
    struct etag tag; /* opaque.p NULL: sent without an ETag */
};

/* A file as HTTP sees it. */
struct plan_source {
    uint8_t available; /* bit per enum coding; identity always set */
    /* bit per coding that is not there, but whose tag is known: a client that
       holds that form can be told so; none can be sent it */
    uint8_t known;
    /* bit per coding that is being made, and until when (as plan_make()'s now)
       that is worth waiting for */
    uint8_t coming;
    /* bit per coding that could be made, and that nobody has been in want of */
    uint8_t unasked;
    /* bit per coding that has two forms, of which the first is made soon and
       replaced by the small one: both tags are confirmed, for as long as the
       file's bytes are these */
    uint8_t twice;
    uint8_t first; /* bit per coding: `form` is its first one */
    int64_t coming_until;
    /* those that are available; of what is known a NULL says that its tag was
       not told */
    struct plan_form *form[CODING_COUNT];
    /* weak, that identity's bytes were sent under before their digest was
       known; NULL: none */
    const struct etag *alias;
    int64_t last_modified; /* seconds, COND_NO_DATE: none */
};

struct plan {
    int status; /* 200, 206, 304, 412 or 416 */
    enum reason reason;
    enum coding coding;
    enum coding wish; /* unasked, and what this client would be sent if it were
                         there; identity: none */
    bool identity_refused;   /* nothing that the client takes is there: identity
                                is sent all the same (RFC 9110 12.5.3) */
    struct range_plan range; /* with 206: the pieces */
    /* of a 304 for the coding's form that `form` is not: its tag's opaque part;
       0: it is for that form */
    size_t other_n;
    char other[ETAG_BYTES_MAX];
};

/* Ends the opaque part of a first form's tag; without it, it is the tag of the
 * small form. */
#define PLAN_FIRST_MARK '1'

/* now: seconds, the Date of the response. */
void plan_make(struct plan *plan, const struct head *h,
               const struct plan_source *source, int64_t now);

#endif
