/* SPDX-License-Identifier: MIT
 *
 * plan: selects a coding, walks the preconditions, looks at the range.
 * Layer: http (pure).
 */
#include "http/plan.h"

#include "base/uninit.h"

/* Fields without any of which the answer is a plain 200. */
#define CONDITIONAL                                                            \
    ((1ull << FIELD_IF_MATCH) | (1ull << FIELD_IF_NONE_MATCH) |                \
     (1ull << FIELD_IF_MODIFIED_SINCE) | (1ull << FIELD_IF_UNMODIFIED_SINCE) | \
     (1ull << FIELD_RANGE))

/* Does the client hold this very form?  Then it is the one to select: its tag
 * would match no other (RFC 9110 8.8.3.3: each coding has its own tag). */
static bool held(const struct head *h, struct etag tag)
{
    if (!tag.opaque.p)
        return false;
    if (head_has(h, FIELD_IF_NONE_MATCH))
        return etag_list_match(h, FIELD_IF_NONE_MATCH, tag, false) ==
               ETAG_LIST_MATCH;
    if (head_has(h, FIELD_IF_MATCH))
        return etag_list_match(h, FIELD_IF_MATCH, tag, true) == ETAG_LIST_MATCH;
    if (head_has(h, FIELD_IF_RANGE)) {
        struct etag asked;
        return etag_parse(head_value(h, FIELD_IF_RANGE), &asked) &&
               etag_strong_eq(asked, tag);
    }
    return false;
}

static enum coding select_coding(const struct head *h,
                                 const struct plan_source *source,
                                 bool *refused)
{
    struct accept_codings accepted;

    *refused = false;
    if (!head_has(h, FIELD_ACCEPT_ENCODING))
        return CODING_IDENTITY; /* nothing was said, so nothing is assumed */
    accept_codings(&accepted, h);
    if (h->present & CONDITIONAL) {
        for (int c = 0; c < CODING_COUNT; c++) {
            if ((source->available >> c & 1) && accepted.weight[c] > 0 &&
                held(h, source->form[c].tag))
                return (enum coding)c;
        }
    }
    return accept_choose(&accepted, source->available, refused);
}

/* RFC 9110 14.2: Range is for GET alone; 13.2.2 step 5: If-Range first. */
static void apply_range(struct plan *plan, const struct head *h,
                        const struct validators *v, uint64_t size, int64_t now)
{
    if (h->method != METHOD_GET || !head_has(h, FIELD_RANGE))
        return;
    if (!cond_range_holds(h, v, now)) {
        plan->reason = REASON_RANGE_STALE;
        return;
    }
    /* two Range lines make no sense: as if there were none */
    if ((h->repeated >> FIELD_RANGE) & 1)
        return;
    plan->range = range_plan(head_value(h, FIELD_RANGE), size);
    if (plan->range.verdict == RANGE_SATISFIABLE) {
        plan->status = 206;
        plan->reason = REASON_RANGE;
    } else if (plan->range.verdict == RANGE_UNSATISFIABLE) {
        plan->status = 416;
        plan->reason = REASON_RANGE_UNSATISFIABLE;
    }
}

struct plan plan_make(const struct head *h, const struct plan_source *source,
                      int64_t now)
{
    UNINIT struct plan plan;

    plan.status = 200;
    plan.reason = REASON_NEW;
    plan.coding = select_coding(h, source, &plan.identity_refused);
    plan.range.verdict = RANGE_IGNORE;
    if (!(h->present & CONDITIONAL))
        return plan;

    const struct plan_form *form = &source->form[plan.coding];
    struct validators v = { form->tag, source->last_modified };
    struct cond_result cond = cond_evaluate(h, &v, now);
    plan.reason = cond.reason;
    if (cond.verdict == COND_NOT_MODIFIED)
        plan.status = 304;
    else if (cond.verdict == COND_FAILED)
        plan.status = 412;
    else
        apply_range(&plan, h, &v, form->size, now);
    return plan;
}
