/* SPDX-License-Identifier: MIT
 *
 * dump: the option table and the effective configuration as text.
 * Layer: conf.  Everything printed comes from the rows of keys.c.
 */
#include "conf/dump.h"

#include <string.h>

#include "base/buf.h"
#include "conf/keys.h"
#include "conf/lines.h"
#include "conf/values.h"

static void keys_print(const char *section, const void *base,
                       const struct conf_site *site, FILE *out)
{
    for (size_t i = 0; i < keys_n; i++) {
        const struct key *k = &keys[i];
        bool set = true;
        if (!key_in_section(k, section))
            continue;
        if (k->flag)
            memcpy(&set, (const char *)base + k->flag, sizeof set);
        if (set)
            k->type->print(k, k->flags & KEY_HOST ? (const void *)site : base,
                           out);
    }
}

/* "NAME = VALUE", gone on with "NAME += MORE" where a line would be too long:
 * at single blanks, which is where it came from. */
static void field_print(const struct conf_field *f, FILE *out)
{
    const char *sign = "=";
    size_t room = LINE_BYTES_MAX - strlen(f->name) - strlen(" = ");
    struct span rest = span_str(f->value);

    while (rest.n > room) {
        size_t cut = room;
        while (cut > 0 && !(rest.p[cut] == ' ' && rest.p[cut - 1] != ' ' &&
                            rest.p[cut - 1] != '\t' && rest.p[cut + 1] != ' ' &&
                            rest.p[cut + 1] != '\t'))
            cut--;
        if (cut == 0)
            break;
        fprintf(out, "%s %s %.*s\n", f->name, sign, (int)cut, rest.p);
        rest = span_from(rest, cut + 1);
        room -= sign[0] == '=';
        sign = "+=";
    }
    fprintf(out, "%s %s %.*s\n", f->name, sign, (int)rest.n, rest.p);
}

static void rule_print(const struct conf_rule *r, FILE *out)
{
    const char *word = r->is_cache ? "cache" : "header";

    fprintf(out, "\n[%s %s]\n", word, r->pattern);
    keys_print(word, r, NULL, out);
    for (size_t i = 0; i < r->n_fields; i++) {
        if (r->fields[i].value)
            field_print(&r->fields[i], out);
    }
}

static void host_print(const struct conf_site *s, FILE *out)
{
    fputs("\n[host", out);
    for (size_t i = 0; i < s->n_names; i++)
        fprintf(out, strchr(s->names[i], ':') ? " [%s]" : " %s", s->names[i]);
    fputs("]\n", out);
    keys_print("host", s, s, out);
}

/* Whether a site has this one from everybody's, which are in sites[0]. */
static bool alias_shared(const struct conf_site *all,
                         const struct conf_alias *a)
{
    for (size_t i = 0; i < all->n_aliases; i++) {
        if (all->aliases[i].prefix == a->prefix)
            return true;
    }
    return false;
}

static bool redirect_shared(const struct conf_site *all,
                            const struct conf_redirect *r)
{
    for (size_t i = 0; i < all->n_redirects; i++) {
        if (all->redirects[i].pattern == r->pattern)
            return true;
    }
    return false;
}

static void moved_print(const struct conf_site *s, const struct conf_site *all,
                        FILE *out)
{
    const char *lead = s->n_names ? "//" : "";
    const char *host = s->n_names ? s->names[0] : "";

    for (size_t i = 0; i < s->n_aliases; i++) {
        if (s != all && alias_shared(all, &s->aliases[i]))
            continue;
        fprintf(out, "\n[alias %s%s%s]\n", lead, host, s->aliases[i].prefix);
        keys_print("alias", &s->aliases[i], NULL, out);
    }
    for (size_t i = 0; i < s->n_redirects; i++) {
        if (s != all && redirect_shared(all, &s->redirects[i]))
            continue;
        fprintf(out, "\n[redirect %s%s%s]\n", lead, host,
                s->redirects[i].pattern);
        keys_print("redirect", &s->redirects[i], NULL, out);
    }
}

void conf_dump(const struct conf *c, FILE *out)
{
    fputs("# effective configuration of etagd\n", out);
    for (size_t i = 0; i < sections_n; i++) {
        if (sections[i].kind != SECTION_OPTIONS)
            continue;
        fprintf(out, "\n[%s]\n", sections[i].word);
        keys_print(sections[i].word, c, &c->sites[0], out);
    }
    for (size_t i = 0; i < c->n_rules; i++)
        rule_print(&c->rules[i], out);
    for (size_t i = 0; i < c->n_paces; i++) {
        fprintf(out, "\n[pace %s]\n", c->paces[i].pattern);
        keys_print("pace", &c->paces[i], NULL, out);
    }
    for (size_t i = 0; i < c->n_accesses; i++) {
        fprintf(out, "\n[access %s]\n", c->accesses[i].pattern);
        keys_print("access", &c->accesses[i], NULL, out);
    }
    for (size_t i = 1; i < c->n_sites; i++)
        host_print(&c->sites[i], out);
    for (size_t i = 0; i < c->n_sites; i++)
        moved_print(&c->sites[i], &c->sites[0], out);
}

static void key_help(const struct key *k, FILE *out)
{
    char text[200];
    struct buf b = buf_over(text, sizeof text);

    fprintf(out, "  %s = %s", k->name, k->type->name);
    if (k->type->allowed) {
        k->type->allowed(k, &b);
        fprintf(out, ": %.*s", (int)b.n, b.p);
    }
    if (k->preset)
        fprintf(out, " (default: %s)", k->preset);
    else if (k->flags & KEY_REQUIRED)
        fputs(" (required)", out);
    fprintf(out, "\n      %s\n", k->help);
    if (k->experiment)
        fprintf(out, "      for experiments: %s\n", k->experiment);
    for (const struct key_word *w = k->words; w && w->word; w++) {
        if (w->experiment)
            fprintf(out, "      %s is for experiments: %s\n", w->word,
                    w->experiment);
    }
}

void conf_help(FILE *out)
{
    for (size_t i = 0; i < sections_n; i++) {
        const struct section_row *s = &sections[i];
        fprintf(out, "%s[%s%s%s]  %s\n", i ? "\n" : "", s->word,
                s->argument ? " " : "", s->argument ? s->argument : "",
                s->help);
        for (size_t j = 0; j < keys_n; j++) {
            if (!strcmp(keys[j].section, s->word))
                key_help(&keys[j], out);
        }
        if (s->kind == SECTION_HOST) {
            fputs("  keys:", out);
            for (size_t j = 0; j < keys_n; j++) {
                if (keys[j].flags & KEY_HOST)
                    fprintf(out, " %s", keys[j].name);
            }
            fputs(" (as in [server])\n", out);
        }
    }
}
