/* SPDX-License-Identifier: MIT
 *
 * paces: [pace PATTERN] sections.
 * Layer: conf.  In the order of the file; of those that match the last one that
 * has a key wins, as in [cache] and [header].
 */
#include "conf/loader.h"
#include "conf/rules.h"

static struct conf_pace *same(struct loader *l, struct span pattern)
{
    for (size_t i = 0; i < l->c->n_paces; i++) {
        if (span_eq(span_str(l->c->paces[i].pattern), pattern))
            return &l->c->paces[i];
    }
    return NULL;
}

bool paces_begin(struct loader *l, struct span pattern)
{
    struct conf *c = l->c;
    /* each override is a section, and two of one pattern are one rule */
    struct conf_pace *p = l->at < 0 ? same(l, pattern) : NULL;

    ruleset_pattern_check(l, pattern);
    if (!p) {
        c->paces = arena_more(l->arena, c->paces, c->n_paces, sizeof *c->paces);
        p = &c->paces[c->n_paces++];
        p->pattern = arena_text(l->arena, pattern);
    }
    memset(l->where_rule, 0, sizeof l->where_rule);
    l->where = l->where_rule;
    l->base = p;
    return true;
}

void paces_find(const struct conf *c, struct span host, struct span path,
                struct conf_pace *out)
{
    out->delay_ms = out->rate = 0;
    for (size_t i = 0; i < c->n_paces; i++) {
        const struct conf_pace *p = &c->paces[i];
        if (!rules_match(p->pattern, host, path))
            continue;
        if (p->set_delay)
            out->delay_ms = p->delay_ms;
        if (p->set_rate)
            out->rate = p->rate;
    }
}
