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

static struct span last_part(struct span path)
{
    size_t last = path.n;

    while (last > 0 && path.p[last - 1] != '/')
        last--;
    return span_from(path, last);
}

/* One of the names is enough. */
static bool host_match(struct span pattern, struct span names)
{
    for (;;) {
        size_t n = span_find(names, ' ');
        if (glob(pattern, span_to(names, n), true))
            return true;
        if (n == names.n)
            return false;
        names = span_from(names, n + 1);
    }
}

static bool match(const char *pattern, struct span host, struct span path,
                  bool nocase)
{
    struct span p = span_str(pattern);

    if (span_starts(p, SPAN("//"))) {
        size_t slash = span_find(span_from(p, 2), '/');
        if (!host_match(span_to(span_from(p, 2), slash), host))
            return false;
        p = span_from(p, 2 + slash);
    }
    if (p.n && p.p[0] != '/')
        path = last_part(path);
    return glob(p, path, nocase);
}

bool rules_match(const char *pattern, struct span host, struct span path)
{
    return match(pattern, host, path, false);
}

bool rules_match_any_case(const char *pattern, struct span host,
                          struct span path)
{
    return match(pattern, host, path, true);
}

struct span rules_star(const char *pattern, struct span path)
{
    struct span p = span_str(pattern);

    if (span_starts(p, SPAN("//")))
        p = span_from(p, 2 + span_find(span_from(p, 2), '/'));
    if (p.n && p.p[0] != '/')
        path = last_part(path);
    size_t before = span_find(p, '*');
    if (before == p.n || path.n + 1 < p.n)
        return SPAN("");
    /* what is before and behind the star has one byte for each of its */
    return span_of(path.p + before, path.n + 1 - p.n);
}

static bool status_applies(int when, int status)
{
    return when == 0 || when == status ||
           (when == 200 && (status == 206 || status == 304));
}

bool rules_applies(const struct conf_rule *r, struct span host,
                   struct span path, struct span type, int status)
{
    if (r->is_cache && (status >= 400 || status == 204))
        return false;
    if (!status_applies(r->when_status, status))
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
        if (rules_applies(&c->rules[i], host, path, type, status))
            rule_apply(out, &c->rules[i]);
    }
}

struct span rules_field(const struct policy *p, struct span name)
{
    for (size_t i = 0; i < p->n_fields; i++) {
        if (span_eq_nocase(span_str(p->field[i]->name), name))
            return p->field[i]->value ? span_str(p->field[i]->value)
                                      : SPAN_NONE;
    }
    return SPAN_NONE;
}
