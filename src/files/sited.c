/* SPDX-License-Identifier: MIT
 *
 * sited: redirects, aliases, and names of parts.
 * Layer: files.
 */
#include "files/sited.h"

#include <string.h>

#include "conf/rules.h"
#include "http/accept.h"

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

/* Without the suffix of a coded form, which is what it was made of. */
static struct span uncoded(struct span path)
{
    for (int c = CODING_IDENTITY + 1; c < CODING_COUNT; c++) {
        struct span end = span_str(coding_row((enum coding)c)->suffix);
        if (path.n > end.n &&
            span_eq_nocase(span_from(path, path.n - end.n), end))
            return span_to(path, path.n - end.n);
    }
    return path;
}

bool sited_part(struct span path)
{
    struct span name = uncoded(path);
    bool extension = false;

    if (!sited_asset(name))
        return false;
    while (span_find(name, '/') < name.n)
        name = span_from(name, span_find(name, '/') + 1);
    for (size_t i = 0; i + 3 <= name.n; i++) {
        extension = extension || name.p[i] == '.';
        if (extension && span_eq_nocase(span_of(name.p + i, 3), SPAN("htm")))
            return false;
    }
    return true;
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
