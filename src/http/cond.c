/* SPDX-License-Identifier: MIT
 *
 * cond: preconditions, one function each, and the walker that orders them.
 * Layer: http (pure).  A date that is malformed or came more than once is as
 * good as absent; a malformed If-Match fails (nothing is known to match), a
 * malformed If-None-Match matches nothing, so that a full answer goes out.
 */
#include "http/cond.h"

#include "http/date.h"

/* Without any of these there is nothing to evaluate: Range has no say here. */
#define PRECONDITIONS                                           \
    ((1ull << FIELD_IF_MATCH) | (1ull << FIELD_IF_NONE_MATCH) | \
     (1ull << FIELD_IF_MODIFIED_SINCE) | (1ull << FIELD_IF_UNMODIFIED_SINCE))

enum step { ABSENT, HOLDS, FAILS };

/* The one valid date of a field: false when there is none. */
static bool date_of(const struct head *h, enum field_id id, int64_t now,
                    int64_t *out)
{
    bool repeated =
        (h->repeated >> id) & 1; /* 13.1.3: "more than one member" */

    return head_has(h, id) && !repeated &&
           date_parse(head_value(h, id), now, out);
}

/* RFC 9110 13.1.1: strong comparison; "*" holds for whatever exists. */
static enum step if_match(const struct head *h, const struct validators *v)
{
    switch (etag_list_match(h, FIELD_IF_MATCH, v->tag, true)) {
    case ETAG_LIST_ABSENT:
        return ABSENT;
    case ETAG_LIST_ANY:
    case ETAG_LIST_MATCH:
        return HOLDS;
    case ETAG_LIST_NO_MATCH:
    case ETAG_LIST_MALFORMED:
        break;
    }
    return FAILS;
}

/* RFC 9110 13.1.4: ignored without a date of ours or a valid one of theirs. */
static enum step if_unmodified_since(const struct head *h,
                                     const struct validators *v, int64_t now)
{
    int64_t date;

    if (v->last_modified == COND_NO_DATE ||
        !date_of(h, FIELD_IF_UNMODIFIED_SINCE, now, &date))
        return ABSENT;
    return v->last_modified <= date ? HOLDS : FAILS;
}

/* RFC 9110 13.1.2: weak comparison; fails when a tag matches. */
static enum step if_none_match(const struct head *h, const struct validators *v)
{
    if (v->alias.opaque.p && etag_list_match(h, FIELD_IF_NONE_MATCH, v->alias,
                                             false) == ETAG_LIST_MATCH)
        return FAILS;
    switch (etag_list_match(h, FIELD_IF_NONE_MATCH, v->tag, false)) {
    case ETAG_LIST_ABSENT:
        return ABSENT;
    case ETAG_LIST_ANY:
    case ETAG_LIST_MATCH:
        return FAILS;
    case ETAG_LIST_NO_MATCH:
    case ETAG_LIST_MALFORMED:
        break;
    }
    return HOLDS;
}

/* RFC 9110 13.1.3: fails when nothing changed after the date. */
static enum step if_modified_since(const struct head *h,
                                   const struct validators *v, int64_t now)
{
    int64_t date;

    if (v->last_modified == COND_NO_DATE ||
        !date_of(h, FIELD_IF_MODIFIED_SINCE, now, &date))
        return ABSENT;
    return v->last_modified <= date ? FAILS : HOLDS;
}

/* Steps 3 to 6 for GET and HEAD; proceed: the reason when neither step 3 nor
 * step 4 applies. */
static struct cond_result freshness(const struct head *h,
                                    const struct validators *v, int64_t now,
                                    enum reason proceed)
{
    /* 3. If-None-Match: for GET and HEAD false means 304 */
    switch (if_none_match(h, v)) {
    case FAILS:
        return (struct cond_result){ COND_NOT_MODIFIED, REASON_TAG_MATCHES };
    case HOLDS: /* whatever If-Modified-Since says (13.1.3) */
        return (struct cond_result){ COND_PROCEED, REASON_TAG_DIFFERS };
    case ABSENT:
        break;
    }
    /* 4. no If-None-Match: If-Modified-Since, false means 304 */
    switch (if_modified_since(h, v, now)) {
    case FAILS:
        return (struct cond_result){ COND_NOT_MODIFIED, REASON_DATE_NOT_NEWER };
    case HOLDS:
        return (struct cond_result){ COND_PROCEED, REASON_DATE_NEWER };
    case ABSENT:
        break;
    }
    /* 5. Range with If-Range: cond_range_holds(); 6. perform the method */
    return (struct cond_result){ COND_PROCEED, proceed };
}

/* RFC 9110 13.2.2, its steps by their numbers. */
struct cond_result cond_evaluate(const struct head *h,
                                 const struct validators *v, int64_t now)
{
    enum reason proceed = REASON_WHOLE;

    if (!(h->present & PRECONDITIONS))
        return (struct cond_result){ COND_PROCEED, proceed };
    /* 1. If-Match: false means 412, true means go on with step 3 */
    switch (if_match(h, v)) {
    case FAILS:
        return (struct cond_result){ COND_FAILED, REASON_MATCH_FAILS };
    case HOLDS:
        return freshness(h, v, now, REASON_HOLDS);
    case ABSENT:
        break;
    }
    /* 2. no If-Match: If-Unmodified-Since, false means 412 */
    switch (if_unmodified_since(h, v, now)) {
    case FAILS:
        return (struct cond_result){ COND_FAILED, REASON_UNMODIFIED_FAILS };
    case HOLDS:
        proceed = REASON_HOLDS;
        break;
    case ABSENT:
        break;
    }
    return freshness(h, v, now, proceed);
}

bool cond_range_holds(const struct head *h, const struct validators *v,
                      int64_t now)
{
    struct span value = head_value(h, FIELD_IF_RANGE);
    struct etag tag;
    int64_t date;

    if (!head_has(h, FIELD_IF_RANGE))
        return true;
    if ((h->repeated >> FIELD_IF_RANGE) & 1) /* which one?  the whole, then */
        return false;
    if (etag_parse(value, &tag))
        return etag_strong_eq(tag, v->tag);
    /* 13.1.5: exact match of a strong date, and only that */
    return v->last_modified != COND_NO_DATE && v->last_modified < now &&
           date_parse(value, now, &date) && date == v->last_modified;
}
