/* SPDX-License-Identifier: MIT
 *
 * plan: selects a coding, walks the preconditions, looks at the range.
 * Layer: http (pure).
 */
#include "http/plan.h"

#include "base/apart.h"

#define IDENTITY_BIT (1u << CODING_IDENTITY)

/* Does the client want this very form or none?  It goes on with what it has of
 * it: its tag would match no other (RFC 9110 8.8.3.3: each coding has its own
 * tag). */
static bool named(const struct head *h, struct etag tag)
{
    struct etag asked;

    if (!tag.opaque.p)
        return false;
    return etag_list_match(h, FIELD_IF_MATCH, tag, true) == ETAG_LIST_MATCH ||
           (head_has(h, FIELD_RANGE) &&
            etag_parse(head_value(h, FIELD_IF_RANGE), &asked) &&
            etag_strong_eq(asked, tag));
}

/* Has it this form already, and need not be sent it? */
static bool held(const struct head *h, struct etag tag)
{
    return tag.opaque.p && etag_list_match(h, FIELD_IF_NONE_MATCH, tag,
                                           false) == ETAG_LIST_MATCH;
}

/* Is a part asked for?  It is one of the file's own bytes: of a coded form it
 * could be read by those alone who hold the rest, and they say so by its tag.
 */
static bool wants_part(const struct head *h, const struct plan_source *source)
{
    return head_has(h, FIELD_RANGE) && !((h->repeated >> FIELD_RANGE) & 1) &&
           range_plan(head_value(h, FIELD_RANGE),
                      source->form[CODING_IDENTITY]->size)
                   .verdict != RANGE_IGNORE;
}

/* The first acceptable one of `forms` whose tag `is` the client's;
 * CODING_COUNT: none. */
static enum coding find_form(const struct head *h,
                             const struct plan_source *source, unsigned forms,
                             const struct accept_codings *accepted,
                             bool (*is)(const struct head *, struct etag))
{
    unsigned c = 0;

    for (; c < CODING_COUNT; c++) {
        if ((forms >> c & 1) && accepted->weight[c] > 0 && source->form[c] &&
            is(h, source->form[c]->tag))
            break;
    }
    return (enum coding)c;
}

/* What has been asked for is on its way, what this client is in want of soon
 * will be.  Whoever holds a coded form, or asks for a part, is in want of none.
 */
static enum coding wished(const struct plan_source *source,
                          const struct accept_codings *accepted)
{
    bool refused;

    if (!source->unasked)
        return CODING_IDENTITY;
    enum coding best = accept_choose(
        accepted, source->available | source->coming | source->unasked,
        &refused);
    return source->unasked >> best & 1 ? best : CODING_IDENTITY;
}

/* The tag of the plan's form, or of the coding's other one. */
static struct etag plan_tag(const struct plan *plan,
                            const struct plan_source *source)
{
    struct etag tag = source->form[plan->coding]->tag;

    if (plan->other_n)
        tag.opaque = span_of(plan->other, plan->other_n);
    return tag;
}

/* Lets it be of the form of this coding that is not in its row; false: there is
 * none. */
static bool take_other(struct plan *plan, const struct plan_source *source,
                       enum coding c)
{
    const struct plan_form *form = source->form[c];
    size_t n = form && form->tag.opaque.p ? form->tag.opaque.n : 0;

    if (n == 0 || n + 1 > sizeof plan->other)
        return false;
    memcpy(plan->other, form->tag.opaque.p, n);
    if (source->first >> c & 1)
        n--;
    else
        plan->other[n++] = PLAN_FIRST_MARK;
    plan->other_n = n;
    plan->coding = c;
    return true;
}

/* The first acceptable one of which the client holds the other form. */
static bool find_other(const struct head *h, const struct plan_source *source,
                       unsigned forms, const struct accept_codings *accepted,
                       struct plan *plan)
{
    for (unsigned c = 0; c < CODING_COUNT; c++) {
        if ((forms & source->twice) >> c & 1 && accepted->weight[c] > 0 &&
            take_other(plan, source, (enum coding)c) &&
            held(h, plan_tag(plan, source)))
            return true;
    }
    plan->other_n = 0;
    return false;
}

/* Does the client hold identity, and is better than what is there about to be?
 * Then it is spared a form that is good for some seconds. */
static bool waits(const struct head *h, const struct plan_source *source,
                  const struct accept_codings *accepted, int64_t now)
{
    const struct plan_form *form = source->form[CODING_IDENTITY];
    unsigned soon = source->unasked;
    bool refused;

    if (now < source->coming_until)
        soon |= source->coming;
    if (!soon || accepted->weight[CODING_IDENTITY] == 0)
        return false;
    enum coding best =
        accept_choose(accepted, source->available | soon, &refused);
    return !(source->available >> best & 1) &&
           (held(h, form->tag) || (source->alias && held(h, *source->alias)));
}

/* Identity is not selected for being held, but for that moment: a cache that
 * got it before a better form was made would be told for ever that it is right.
 */
static APART enum coding select_coding(const struct head *h,
                                       const struct plan_source *source,
                                       int64_t now, struct plan *plan)
{
    unsigned coded = (source->available | source->known) & ~IDENTITY_BIT;
    struct accept_codings accepted;
    enum coding c;

    accept_codings(&accepted, h);
    if (h->present & PLAN_CONDITIONAL) {
        c = find_form(h, source, source->available, &accepted, named);
        if (c == CODING_COUNT) /* then the answer has no content: 304, or 412 */
            c = find_form(h, source, coded, &accepted, held);
        if (c != CODING_COUNT)
            return c;
        if (source->twice && find_other(h, source, coded, &accepted, plan))
            return plan->coding;
        if (accepted.weight[CODING_IDENTITY] > 0 && wants_part(h, source))
            return CODING_IDENTITY;
    }
    plan->wish = wished(source, &accepted);
    if ((h->present & PLAN_CONDITIONAL) && waits(h, source, &accepted, now))
        return CODING_IDENTITY;
    return accept_choose(&accepted, source->available, &plan->identity_refused);
}

/* Can the range be of what the client holds?  A date in If-Range is that of
 * every form, so it names none where there are several to choose from, on
 * whatever node they have been made. */
static bool range_holds(const struct head *h, const struct plan_source *source,
                        const struct validators *v, int64_t now)
{
    unsigned forms =
        source->available | source->known | source->coming | source->unasked;
    struct etag tag;

    if (!cond_range_holds(h, v, now))
        return false;
    return !head_has(h, FIELD_IF_RANGE) ||
           !head_has(h, FIELD_ACCEPT_ENCODING) || forms == IDENTITY_BIT ||
           etag_parse(head_value(h, FIELD_IF_RANGE), &tag);
}

/* RFC 9110 14.2: Range is for GET alone; 13.2.2 step 5: If-Range first. */
static void apply_range(struct plan *plan, const struct head *h,
                        const struct plan_source *source,
                        const struct validators *v, int64_t now)
{
    uint64_t size = source->form[plan->coding]->size;

    if (h->method != METHOD_GET || !head_has(h, FIELD_RANGE))
        return;
    if (!range_holds(h, source, v, now)) {
        plan->reason = REASON_RANGE_STALE;
        return;
    }
    if (plan->coding != CODING_IDENTITY && !named(h, v->tag))
        return; /* identity is refused: the whole */
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

static APART void apply_conditions(struct plan *plan, const struct head *h,
                                   const struct plan_source *source,
                                   int64_t now)
{
    struct validators v = { .tag = plan_tag(plan, source),
                            .last_modified = source->last_modified };

    if (plan->coding == CODING_IDENTITY && source->alias)
        v.alias = *source->alias;
    struct cond_result cond = cond_evaluate(h, &v, now);

    plan->reason = cond.reason;
    if (cond.verdict == COND_NOT_MODIFIED)
        plan->status = 304;
    else if (cond.verdict == COND_FAILED)
        plan->status = 412;
    else
        apply_range(plan, h, source, &v, now);
}

void plan_make(struct plan *plan, const struct head *h,
               const struct plan_source *source, int64_t now)
{
    plan->status = 200;
    plan->reason = REASON_WHOLE;
    plan->coding = plan->wish = CODING_IDENTITY;
    plan->identity_refused = false;
    plan->other_n = 0;
    plan->range.verdict = RANGE_IGNORE;
    /* where nothing was said, nothing is assumed */
    if (head_has(h, FIELD_ACCEPT_ENCODING))
        plan->coding = select_coding(h, source, now, plan);
    if (h->present & PLAN_CONDITIONAL)
        apply_conditions(plan, h, source, now);
}
