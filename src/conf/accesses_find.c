/* SPDX-License-Identifier: MIT
 *
 * accesses_find: whether a path is for everybody.
 * Layer: conf.  Pure.  In the order of the file; of the sections that match the
 * last one that has a key wins.  In doubt it is not for everybody: a file has
 * other addresses than the one that a pattern names.
 */
#include "base/buf.h"
#include "base/uninit.h"
#include "conf/rules.h"

#define PATH_ROOM 4096 /* no file has a longer name (files/find) */

/* As the rows of http/accept have them; t/unit/rules compares. */
static const struct span coded[] = { SPAN(".gz"), SPAN(".zst"), SPAN(".br") };

/* The section whose word on passwords counts, from 1; 0: none has one. */
static size_t ask(const struct conf *c, const struct conf_site *site,
                  struct span path, struct conf_access *out)
{
    static char realm[] = "restricted";
    struct span host = span_str(site->hosts);
    size_t said = 0;

    *out = (struct conf_access){ .realm = realm, .attempts = ACCESS_ATTEMPTS };
    for (size_t i = 0; i < c->n_accesses; i++) {
        const struct conf_access *a = &c->accesses[i];
        bool opens = a->set_basic && !a->basic;
        if (!(opens ? rules_match : rules_match_any_case)(a->pattern, host,
                                                          path))
            continue;
        if (a->set_basic) {
            said = i + 1;
            out->basic = a->basic;
            out->passwords = a->passwords;
            out->pattern = a->pattern;
            out->line = a->line;
        }
        if (a->set_realm)
            out->realm = a->realm;
        if (a->set_attempts)
            out->attempts = a->attempts;
    }
    return said;
}

/* Under another address of the file: a later section that asks for a password
 * there does so here, too; one that asks for none there opens nothing here. */
static void ask_other(const struct conf *c, const struct conf_site *site,
                      struct span path, size_t *said, struct conf_access *out)
{
    struct conf_access other;
    size_t at = ask(c, site, path, &other);

    if (at > *said && other.basic) {
        *said = at;
        *out = other;
    }
}

/* "/a" may be a folder's name, and "/a/" stands for its index file. */
static void ask_folder(const struct conf *c, const struct conf_site *site,
                       struct span path, size_t *said, struct conf_access *out)
{
    UNINIT char storage[PATH_ROOM];
    struct buf b = buf_over(storage, sizeof storage);

    buf_span_put(&b, path);
    if (path.n && path.p[path.n - 1] != '/') {
        buf_char(&b, '/');
        if (!b.overflow)
            ask_other(c, site, buf_span(&b), said, out);
        return;
    }
    for (size_t i = 0; i < site->n_index && !b.overflow; i++) {
        b.n = path.n;
        buf_str(&b, site->index[i]);
        if (!b.overflow)
            ask_other(c, site, buf_span(&b), said, out);
    }
}

bool access_find(const struct conf *c, const struct conf_site *site,
                 struct span path, struct conf_access *out)
{
    size_t said = ask(c, site, path, out);

    if (c->n_accesses == 0)
        return false;
    for (size_t i = 0; i < sizeof coded / sizeof *coded; i++) {
        if (span_ends(path, coded[i]))
            ask_other(c, site, span_to(path, path.n - coded[i].n), &said, out);
    }
    ask_folder(c, site, path, &said, out);
    return out->basic != NULL;
}
