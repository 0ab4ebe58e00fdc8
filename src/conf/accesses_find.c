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

enum word { NOTHING, EVERYBODY, SOME };

static enum word ask(const struct conf *c, const struct conf_site *site,
                     struct span path, struct conf_access *out)
{
    struct span host = span_str(site->hosts);
    enum word said = NOTHING;

    for (size_t i = 0; i < c->n_accesses; i++) {
        const struct conf_access *a = &c->accesses[i];
        bool opens = a->set_basic && !a->basic;
        if (!(opens ? rules_match : rules_match_any_case)(a->pattern, host,
                                                          path))
            continue;
        if (a->set_basic) {
            said = opens ? EVERYBODY : SOME;
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

/* "/a" may be a folder's name, and "/a/" stands for its index file. */
static bool ask_folder(const struct conf *c, const struct conf_site *site,
                       struct span path, struct conf_access *out)
{
    UNINIT char storage[PATH_ROOM];
    struct buf b = buf_over(storage, sizeof storage);

    buf_span_put(&b, path);
    if (path.n && path.p[path.n - 1] != '/') {
        buf_char(&b, '/');
        return !b.overflow && ask(c, site, buf_span(&b), out) == SOME;
    }
    for (size_t i = 0; i < site->n_index; i++) {
        b.n = path.n;
        buf_str(&b, site->index[i]);
        if (b.overflow)
            return false;
        if (ask(c, site, buf_span(&b), out) == SOME)
            return true;
    }
    return false;
}

bool access_find(const struct conf *c, const struct conf_site *site,
                 struct span path, struct conf_access *out)
{
    static char realm[] = "restricted";

    *out = (struct conf_access){ .realm = realm, .attempts = ACCESS_ATTEMPTS };
    if (c->n_accesses == 0)
        return false;
    enum word said = ask(c, site, path, out);
    if (said != NOTHING)
        return said == SOME;
    for (size_t i = 0; i < sizeof coded / sizeof *coded; i++) {
        if (span_ends(path, coded[i]) &&
            ask(c, site, span_to(path, path.n - coded[i].n), out) == SOME)
            return true;
    }
    return ask_folder(c, site, path, out);
}
