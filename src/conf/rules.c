/* SPDX-License-Identifier: MIT
 *
 * rules: what the [cache] and [header] rules say about one path.
 * Layer: conf.  Pure.  The glob remembers one star only, the last: it needs at
 * most pattern x text steps, and no stack.
 */
#include "conf/rules.h"

#include "base/chars.h"

static bool glob(struct span pattern, struct span text, bool nocase)
{
    size_t p = 0, t = 0, star = SIZE_MAX, resume = 0;

    while (t < text.n) {
        if (p < pattern.n && pattern.p[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.n && (pattern.p[p] == '?' ? text.p[t] != '/'
                                     : nocase ? chars_lower(pattern.p[p]) ==
                                                    chars_lower(text.p[t])
                                              : pattern.p[p] == text.p[t])) {
            p++;
            t++;
        } else if (star != SIZE_MAX) {
            p = star + 1; /* the star takes one byte more */
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.n && pattern.p[p] == '*')
        p++;
    return p == pattern.n;
}

bool rules_glob(struct span pattern, struct span text)
{
    return glob(pattern, text, false);
}

bool rules_match(const char *pattern, struct span host, struct span path)
{
    struct span p = span_str(pattern);

    if (span_starts(p, SPAN("//"))) {
        size_t slash = span_find(span_from(p, 2), '/');
        if (!glob(span_to(span_from(p, 2), slash), host, true))
            return false;
        p = span_from(p, 2 + slash);
    }
    if (p.n && p.p[0] != '/') {
        size_t last = path.n;
        while (last > 0 && path.p[last - 1] != '/')
            last--;
        path = span_from(path, last);
    }
    return rules_glob(p, path);
}

static bool rule_applies(const struct conf_rule *r, struct span host,
                         struct span path, struct span type, int status)
{
    if (r->when_status && r->when_status != status)
        return false;
    if (r->when_type && !glob(span_str(r->when_type), type, true))
        return false;
    return rules_match(r->pattern, host, path);
}

static void field_apply(struct policy *out, const struct conf_field *f)
{
    struct span name = span_str(f->name);
    size_t i = 0;

    while (i < out->n_fields &&
           !span_eq_nocase(name, span_str(out->field[i]->name)))
        i++;
    if (i == POLICY_FIELDS_MAX) /* the loader refuses more names */
        return;
    out->field[i] = f;
    if (i == out->n_fields)
        out->n_fields++;
}

static void rule_apply(struct policy *out, const struct conf_rule *r)
{
    if (r->set_etag)
        out->etag = r->etag;
    if (r->set_last_modified) {
        out->last_modified = r->last_modified;
        out->last_modified_s = r->last_modified_s;
    }
    if (r->set_expires) {
        out->expires = r->expires;
        out->expires_s = r->expires_s;
    }
    if (r->set_clock)
        out->clock_s = r->clock_s;
    if (r->is_cache)
        out->cache_rule = r;
    for (size_t i = 0; i < r->n_fields; i++)
        field_apply(out, &r->fields[i]);
}

void rules_resolve(const struct conf *c, struct span host, struct span path,
                   struct span type, int status, struct policy *out)
{
    out->etag = ETAG_SCHEME_CONTENT;
    out->last_modified = true;
    out->expires = EXPIRES_NONE;
    out->expires_s = out->clock_s = out->last_modified_s = 0;
    out->n_fields = 0;
    out->cache_rule = NULL;
    for (size_t i = 0; i < c->n_rules; i++) {
        if (rule_applies(&c->rules[i], host, path, type, status))
            rule_apply(out, &c->rules[i]);
    }
}
