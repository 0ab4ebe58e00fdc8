/* SPDX-License-Identifier: MIT
 *
 * fuzz_cond: a whole request head against several sets of validators.
 */
#include "fuzz.h"

#include "http/cond.h"
#include "http/date.h"

#define CHANGED 784111777 /* Sun, 06 Nov 1994 08:49:37 GMT */

static bool none_match_fails(const struct head *h, struct etag tag)
{
    enum etag_list l = etag_list_match(h, FIELD_IF_NONE_MATCH, tag, false);
    return l == ETAG_LIST_ANY || l == ETAG_LIST_MATCH;
}

static bool match_fails(const struct head *h, struct etag tag)
{
    enum etag_list l = etag_list_match(h, FIELD_IF_MATCH, tag, true);
    return l == ETAG_LIST_NO_MATCH || l == ETAG_LIST_MALFORMED;
}

static bool same(struct cond_result a, struct cond_result b)
{
    return a.verdict == b.verdict && a.reason == b.reason;
}

static struct cond_result without(const struct head *h, enum field_id id,
                                  const struct validators *v, int64_t now)
{
    struct head less = *h;

    less.present &= ~((uint64_t)1 << id);
    return cond_evaluate(&less, v, now);
}

/* 13.1.5: only a strong tag or exactly our date, old enough */
static void range_properties(const struct head *h, const struct validators *v,
                             int64_t now)
{
    struct span value = head_value(h, FIELD_IF_RANGE);
    struct etag tag;
    int64_t date;

    if (!head_has(h, FIELD_IF_RANGE)) {
        PROPERTY(cond_range_holds(h, v, now));
    } else if (cond_range_holds(h, v, now)) {
        if (etag_parse(value, &tag))
            PROPERTY(!tag.weak && !v->tag.weak &&
                     span_eq(tag.opaque, v->tag.opaque));
        else
            PROPERTY(date_parse(value, now, &date) &&
                     date == v->last_modified && date < now);
    }
}

static void properties(struct head *h, const struct validators *v, int64_t now)
{
    struct cond_result r = cond_evaluate(h, v, now);

    h->method = h->method == METHOD_HEAD ? METHOD_GET : METHOD_HEAD;
    PROPERTY(same(r, cond_evaluate(h, v, now)));
    /* step 1 comes first, and decides alone when it fails */
    PROPERTY((r.reason == REASON_MATCH_FAILS) == match_fails(h, v->tag));
    if (head_has(h, FIELD_IF_MATCH))
        PROPERTY(same(r, without(h, FIELD_IF_UNMODIFIED_SINCE, v, now)));
    /* a tag overrules a date, whichever way it goes */
    if (head_has(h, FIELD_IF_NONE_MATCH)) {
        PROPERTY(same(r, without(h, FIELD_IF_MODIFIED_SINCE, v, now)));
        if (r.verdict != COND_FAILED)
            PROPERTY((r.verdict == COND_NOT_MODIFIED) ==
                     (none_match_fails(h, v->tag) ||
                      (v->alias.opaque.p && none_match_fails(h, v->alias))));
    }
    PROPERTY((r.verdict == COND_FAILED) ==
             (r.reason == REASON_MATCH_FAILS ||
              r.reason == REASON_UNMODIFIED_FAILS));
    PROPERTY(
        (r.verdict == COND_NOT_MODIFIED) ==
        (r.reason == REASON_TAG_MATCHES || r.reason == REASON_DATE_NOT_NEWER));
    if (v->last_modified == COND_NO_DATE)
        PROPERTY(r.reason != REASON_DATE_NOT_NEWER &&
                 r.reason != REASON_UNMODIFIED_FAILS);
    range_properties(h, v, now);
}

/* A tag that the client sent, made ours, matches itself. */
static void matches_itself(const struct head *h, int64_t now)
{
    struct validators v = { .last_modified = CHANGED };

    if (!etag_parse(head_value(h, FIELD_IF_NONE_MATCH), &v.tag))
        return;
    if (cond_evaluate(h, &v, now).verdict != COND_FAILED)
        PROPERTY(cond_evaluate(h, &v, now).reason == REASON_TAG_MATCHES);
    PROPERTY(etag_weak_eq(v.tag, v.tag));
    PROPERTY(etag_strong_eq(v.tag, v.tag) == !v.tag.weak);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct head_limits limits = { 8000, 8000, 64000,
                                               HEAD_FIELDS_MAX };
    const struct validators sets[] = {
        { { SPAN("v1"), false }, { SPAN("v0"), true }, CHANGED },
        { { SPAN("v1"), true }, { SPAN_NONE, false }, CHANGED },
        { { SPAN(""), false }, { SPAN_NONE, false }, COND_NO_DATE },
        { { SPAN_NONE, false }, { SPAN_NONE, false }, CHANGED },
        { { SPAN_NONE, false }, { SPAN_NONE, false }, COND_NO_DATE },
    };
    static const int64_t nows[] = { CHANGED, CHANGED + 1, 1795395723 };
    static struct head h;

    if (head_parse(&h, (const char *)data, size, &limits) != FAULT_NONE)
        return 0;
    for (size_t n = 0; n < sizeof nows / sizeof nows[0]; n++) {
        for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++)
            properties(&h, &sets[i], nows[n]);
        matches_itself(&h, nows[n]);
    }
    return 0;
}
