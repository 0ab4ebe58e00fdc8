/* SPDX-License-Identifier: MIT
 *
 * sited: redirects, aliases, and names of parts.
 * Layer: files.
 */
#include "files/sited.h"

#include <string.h>

#include "conf/rules.h"

const struct conf_redirect *sited_redirect(const struct conf_site *site,
                                           struct span path)
{
    for (size_t i = 0; i < site->n_redirects; i++) {
        if (rules_match(site->redirects[i].pattern, SPAN(""), path))
            return &site->redirects[i];
    }
    return NULL;
}

bool sited_alias_name(const struct conf_site *site, struct span path)
{
    for (size_t i = 0; i < site->n_aliases; i++) {
        struct span prefix = span_str(site->aliases[i].prefix);
        if (span_eq(path, span_to(prefix, prefix.n - 1)))
            return true;
    }
    return false;
}

bool sited_asset(struct span path)
{
    size_t dot = path.n;

    while (dot > 0 && path.p[dot - 1] != '.' && path.p[dot - 1] != '/')
        dot--;
    if (dot < 2 || path.p[dot - 1] == '/' || path.p[dot - 2] == '/')
        return false;
    struct span end = span_from(path, dot);
    return !span_eq_nocase(end, SPAN("html")) &&
           !span_eq_nocase(end, SPAN("htm"));
}

unsigned sited_place(const struct conf *conf, const struct conf_site *site,
                     struct span path, struct span *rest)
{
    unsigned first = 0, root;
    const struct conf_alias *best = NULL;

    for (const struct conf_site *s = conf->sites; s != site; s++)
        first += 1 + (unsigned)s->n_aliases;
    root = first;
    *rest = span_from(path, 1);
    for (size_t i = 0; i < site->n_aliases; i++) {
        const struct conf_alias *a = &site->aliases[i];
        size_t n = strlen(a->prefix);
        if (!span_starts(path, span_of(a->prefix, n)) ||
            (best && strlen(best->prefix) >= n))
            continue;
        best = a;
        *rest = span_from(path, n);
        root = first + 1 + (unsigned)i;
    }
    return root;
}
