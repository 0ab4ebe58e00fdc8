/* SPDX-License-Identifier: MIT
 *
 * moved: [alias /PREFIX/] and [redirect PATTERN] sections.
 * Layer: conf.  One without a host is every site's; //HOST/ before the path
 * makes it one site's, which then comes before every site's.
 */
#include <stdlib.h>

#include "base/chars.h"
#include "base/num.h"
#include "base/suggest.h"
#include "conf/loader.h"
#include "conf/values.h"

/* Splits "//host/path"; *host is p == NULL when there is none. */
static struct span host_split(struct span place, struct span *host)
{
    size_t slash;

    *host = SPAN_NONE;
    if (!span_starts(place, SPAN("//")))
        return place;
    place = span_from(place, 2);
    slash = span_find(place, '/');
    *host = span_to(place, slash);
    if (host->n > 2 && host->p[0] == '[' && host->p[host->n - 1] == ']')
        *host = span_of(host->p + 1, host->n - 2); /* as in hosts.c */
    return span_from(place, slash);
}

static const char *prefix_fault(struct span p)
{
    if (p.n == 0 || p.p[0] != '/' || p.p[p.n - 1] != '/')
        return "is not a prefix; allowed: a path that begins and ends with a "
               "slash, as /static/";
    if (p.n == 1)
        return "would hide the root; see [server] root";
    for (size_t i = 0; i + 1 < p.n; i++) {
        struct span part = span_from(p, i + 1);
        part = span_to(part, span_find(part, '/'));
        if (p.p[i] == '/' && (part.n == 0 || span_eq(part, SPAN(".")) ||
                              span_eq(part, SPAN(".."))))
            return "has an empty, . or .. part";
        if (p.p[i] == '*' || p.p[i] == '?')
            return "is not a pattern: a prefix stands for all paths that begin "
                   "with it";
    }
    return NULL;
}

static const char *redirect_fault(struct span p)
{
    const char *what = ruleset_pattern_fault(p);
    size_t star = span_find(p, '*');

    if (!what && star < p.n &&
        span_find(span_from(p, star + 1), '*') < p.n - star - 1)
        return "has more than one *";
    return what;
}

static const char *place_of(const struct moved_build *m)
{
    return m->is_alias ? m->alias.prefix : m->redirect.pattern;
}

static bool same_text(const char *a, const char *b)
{
    return (!a && !b) || (a && b && !strcmp(a, b));
}

static struct moved_build *moved_like(struct loader *l, bool is_alias,
                                      const char *host, const char *place)
{
    for (size_t i = 0; i < l->n_moved; i++) {
        struct moved_build *m = &l->moved[i];
        if (m->is_alias == is_alias && same_text(m->host, host) &&
            !strcmp(place_of(m), place))
            return m;
    }
    return NULL;
}

static struct moved_build *moved_add(struct loader *l, bool is_alias,
                                     char *host, char *place)
{
    struct moved_build *m;

    l->moved = arena_more(l->arena, l->moved, l->n_moved, sizeof *l->moved);
    m = &l->moved[l->n_moved++];
    m->title = l->title;
    m->at = l->at;
    m->is_alias = is_alias;
    m->host = host;
    m->alias.prefix = m->redirect.pattern = place;
    m->alias.line = m->redirect.line = l->at > 0 ? l->at : 0;
    m->redirect.status = 308;
    return m;
}

bool moved_begin(struct loader *l, struct span place)
{
    bool is_alias = l->row->kind == SECTION_ALIAS;
    struct span host, path = host_split(place, &host);
    const char *what = is_alias ? prefix_fault(path) : redirect_fault(place);
    char *path_text = arena_text(l->arena, path), *host_text = NULL;
    struct moved_build *m;

    if (what)
        loader_fault(l, l->at, l->title, NULL, "%s", what);
    if (host.p) {
        host_text = arena_text(l->arena, host);
        for (size_t i = 0; i < host.n; i++)
            host_text[i] = chars_lower(host_text[i]);
    }
    m = moved_like(l, is_alias, host_text, path_text);
    if (m && l->at > 0)
        loader_fault(l, l->at, l->title, NULL,
                     "appears twice; the first is in line %d", m->at);
    if (!m || l->at > 0)
        m = moved_add(l, is_alias, host_text, path_text);
    l->base = is_alias ? (void *)&m->alias : (void *)&m->redirect;
    l->where = m->where;
    return true;
}

/* ---- to whom they belong ---- */

static struct conf_site *site_of(struct loader *l, const struct moved_build *m)
{
    struct suggest near = suggest_for(span_str(m->host));

    for (size_t i = 1; i < l->c->n_sites; i++) {
        for (size_t j = 0; j < l->c->sites[i].n_names; j++) {
            if (!strcmp(l->c->sites[i].names[j], m->host))
                return &l->c->sites[i];
            suggest_offer(&near, l->c->sites[i].names[j]);
        }
    }
    loader_fault(l, m->at, m->title, NULL,
                 "no [host] section has the name "
                 "\"%s\"%s%s%s",
                 SHOWN(span_str(m->host)), near.best ? "; did you mean \"" : "",
                 near.best ? near.best : "", near.best ? "\"?" : "");
    return NULL;
}

static void give(struct loader *l, struct conf_site *s,
                 const struct moved_build *m)
{
    if (m->is_alias) {
        for (size_t i = 0; i < s->n_aliases; i++) {
            if (!strcmp(s->aliases[i].prefix, m->alias.prefix))
                return; /* the host's own */
        }
        s->aliases =
            arena_more(l->arena, s->aliases, s->n_aliases, sizeof *s->aliases);
        s->aliases[s->n_aliases++] = m->alias;
        return;
    }
    for (size_t i = 0; i < s->n_redirects; i++) {
        if (!strcmp(s->redirects[i].pattern, m->redirect.pattern))
            return;
    }
    s->redirects = arena_more(l->arena, s->redirects, s->n_redirects,
                              sizeof *s->redirects);
    s->redirects[s->n_redirects++] = m->redirect;
}

static int longest_first(const void *a, const void *b)
{
    const struct conf_alias *x = a, *y = b;
    size_t m = strlen(x->prefix), n = strlen(y->prefix);

    return m != n ? (m > n ? -1 : 1) : strcmp(x->prefix, y->prefix);
}

static void required_check(struct loader *l, const struct moved_build *m)
{
    const char *name = m->is_alias ? "root" : "to";
    const struct key *k =
        key_find(m->is_alias ? "alias" : "redirect", span_str(name));

    if (!m->where[k - keys])
        loader_fault(l, m->at, m->title, name, "is missing");
}

static void target_check(struct loader *l, const struct moved_build *m)
{
    const char *to = m->redirect.to;

    if (m->is_alias || !to)
        return;
    if (strstr(to, "$1") && !strchr(m->redirect.pattern, '*'))
        loader_fault(l, m->at, m->title, "to",
                     "$1 stands for nothing: the pattern has no *");
    if (!strcmp(to, m->redirect.pattern))
        loader_fault(l, m->at, m->title, "to", "leads back to itself");
}

void moved_finish(struct loader *l)
{
    struct conf *c = l->c;

    for (size_t i = 0; i < l->n_moved; i++) {
        const struct moved_build *m = &l->moved[i];
        struct conf_site *site = m->host ? site_of(l, m) : NULL;
        required_check(l, m);
        target_check(l, m);
        if (site)
            give(l, site, m);
    }
    for (size_t i = 0; i < l->n_moved; i++) {
        for (size_t j = 0; !l->moved[i].host && j < c->n_sites; j++)
            give(l, &c->sites[j], &l->moved[i]);
    }
    for (size_t j = 0; j < c->n_sites; j++) {
        if (c->sites[j].n_aliases > 1)
            qsort(c->sites[j].aliases, c->sites[j].n_aliases,
                  sizeof *c->sites[j].aliases, longest_first);
    }
}
