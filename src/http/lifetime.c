/* SPDX-License-Identifier: MIT
 *
 * lifetime: reads the caching fields as a cache would.
 * Layer: http (pure).
 */
#include "http/lifetime.h"

#include <stddef.h>

#include "base/check.h"

#define SECONDS_MAX ((int64_t)1 << 31) /* RFC 9111 1.2.2 */

int64_t lifetime_seconds(struct span text)
{
    int64_t v = 0;

    if (text.n == 0)
        return LIFETIME_NONE;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return LIFETIME_NONE;
        if (v < SECONDS_MAX)
            v = v * 10 + (text.p[i] - '0');
    }
    return v < SECONDS_MAX ? v : SECONDS_MAX;
}

/* Length up to the next comma outside of quotes. */
static size_t member_end(struct span s)
{
    bool quoted = false;
    size_t i = 0;

    for (; i < s.n && (quoted || s.p[i] != ','); i++) {
        if (s.p[i] == '"')
            quoted = !quoted;
        else if (quoted && s.p[i] == '\\' && i + 1 < s.n)
            i++;
    }
    return i;
}

bool lifetime_next(struct span *rest, struct lifetime_directive *out)
{
    while (rest->n > 0) {
        size_t end = member_end(*rest);
        struct span member = span_trim(span_to(*rest, end));
        *rest = span_from(*rest, end < rest->n ? end + 1 : end);
        if (member.n == 0)
            continue; /* an empty member means nothing (RFC 9110 5.6.1) */
        size_t eq = span_find(member, '=');
        out->name = span_trim(span_to(member, eq));
        out->value =
            eq < member.n ? span_trim(span_from(member, eq + 1)) : SPAN_NONE;
        if (out->value.n >= 2 && out->value.p[0] == '"' &&
            out->value.p[out->value.n - 1] == '"')
            out->value = span_of(out->value.p + 1, out->value.n - 2);
        return true;
    }
    return false;
}

static void take(struct lifetime *l, const struct lifetime_directive *d)
{
    static const struct {
        const char *name;
        size_t flag, seconds; /* offsets; 0: none */
    } rows[] = {
        { "no-store", offsetof(struct lifetime, no_store), 0 },
        { "no-cache", offsetof(struct lifetime, no_cache), 0 },
        { "immutable", offsetof(struct lifetime, immutable), 0 },
        { "private", offsetof(struct lifetime, is_private), 0 },
        { "must-revalidate", offsetof(struct lifetime, must_revalidate), 0 },
        { "max-age", 0, offsetof(struct lifetime, max_age) },
        { "s-maxage", 0, offsetof(struct lifetime, s_maxage) },
        { "stale-while-revalidate", 0, offsetof(struct lifetime, swr_s) },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!span_eq_nocase(d->name, span_str(rows[i].name)))
            continue;
        if (rows[i].seconds) {
            int64_t *at = (void *)((char *)l + rows[i].seconds);
            if (*at == LIFETIME_NONE) /* the first counts (RFC 9111 4.2.1) */
                *at = lifetime_seconds(d->value);
        } else {
            *(bool *)((char *)l + rows[i].flag) = true;
        }
        return;
    }
}

/* RFC 9111 5.4: Pragma: no-cache stands in where Cache-Control is missing (as
 * a response field it has no meaning there, but Chromium and Firefox obey). */
static bool pragma_no_cache(struct span pragma)
{
    struct lifetime_directive d;

    while (pragma.p && lifetime_next(&pragma, &d)) {
        if (span_eq_nocase(d.name, SPAN("no-cache")))
            return true;
    }
    return false;
}

static bool names_any(struct span vary)
{
    struct lifetime_directive d;

    while (vary.p && lifetime_next(&vary, &d)) {
        if (span_eq(d.name, SPAN("*")))
            return true;
    }
    return false;
}

/* RFC 9111 4.2.1 and 4.2.2. */
static int64_t granted(struct lifetime *l, const struct lifetime_source *s)
{
    l->kind = LIFETIME_EXPLICIT;
    if (l->max_age != LIFETIME_NONE)
        return l->max_age;
    if (l->expires_s != LIFETIME_NONE)
        return l->expires_s > 0 ? l->expires_s : 0;
    if (s->last_modified != LIFETIME_NONE && s->last_modified < s->date) {
        l->kind = LIFETIME_HEURISTIC;
        return (s->date - s->last_modified) / 10;
    }
    l->kind = LIFETIME_UNKNOWN;
    return 0;
}

static int64_t at_least_0(int64_t v)
{
    return v > 0 ? v : 0;
}

/* RFC 9111 4.2.3: what is old at its arrival has less left.  Of several Ages
 * the first counts, and one that is no number does not (5.1). */
static int64_t initial_age(const struct lifetime_source *s)
{
    struct span first = span_to(s->age, span_find(s->age, ','));
    int64_t age = s->age.p ? lifetime_seconds(span_trim(first)) : 0;
    int64_t apparent = at_least_0(s->now - s->date);

    return age > apparent ? age : apparent;
}

struct lifetime lifetime_of(const struct lifetime_source *s)
{
    struct lifetime l = { .max_age = LIFETIME_NONE,
                          .s_maxage = LIFETIME_NONE,
                          .swr_s = LIFETIME_NONE,
                          .expires_s = LIFETIME_NONE };
    struct span rest = s->cache_control;
    struct lifetime_directive d;

    while (rest.p && lifetime_next(&rest, &d))
        take(&l, &d);
    if (!s->cache_control.p && pragma_no_cache(s->pragma))
        l.no_cache = true;
    l.vary_any = names_any(s->vary);
    if (s->expires != LIFETIME_NONE)
        l.expires_s = s->expires - s->date;

    int64_t initial = initial_age(s), fresh = granted(&l, s);
    int64_t stale = l.must_revalidate ? 0 : at_least_0(l.swr_s);
    bool asks = l.no_store || l.no_cache || l.vary_any;

    l.fresh_s = asks ? 0 : at_least_0(fresh - initial);
    l.stale_s = asks ? 0 : at_least_0(fresh + stale - initial) - l.fresh_s;
    int64_t longest =
        l.s_maxage != LIFETIME_NONE && !l.is_private && l.s_maxage > fresh
            ? l.s_maxage
            : fresh;
    l.unasked_s = asks ? 0 : at_least_0(longest + stale - initial);
    return l;
}

static enum wire ask(const struct visit_facts *f)
{
    return f->validator && !f->lifetime->no_store && !f->lifetime->vary_any
               ? WIRE_304
               : WIRE_200;
}

enum wire lifetime_visit(const struct visit_facts *f, enum visit v)
{
    const struct lifetime *l = f->lifetime;

    if (v == VISIT_FIRST || v == VISIT_HARD)
        return WIRE_200;
    /* a reload asks for the page itself even while it is fresh, for nothing
     * else: both browsers, measured */
    if (v == VISIT_RELOAD && f->page)
        return ask(f);
    if (f->after_s < l->fresh_s)
        return WIRE_NONE;
    if (f->after_s < l->fresh_s + l->stale_s)
        return ask(f) == WIRE_304 ? WIRE_NONE_THEN_304 : WIRE_NONE_THEN_200;
    return ask(f);
}

const char *visit_word(enum visit v)
{
    static const char *const words[VISIT_COUNT] = {
        "first", "link", "reload", "hard", "tab", "restart"
    };

    CHECK((unsigned)v < VISIT_COUNT);
    return words[v];
}

const char *wire_word(enum wire w)
{
    static const char *const words[] = { "200", "304", "-", "-+304", "-+200" };

    CHECK((unsigned)w < sizeof words / sizeof *words);
    return words[w];
}
