/* SPDX-License-Identifier: MIT
 *
 * hosts: [host NAME NAME...] sections: sites of their own.
 * Layer: conf.  What such a section leaves out it has from [server].
 */
#include <arpa/inet.h>

#include "base/chars.h"
#include "base/suggest.h"
#include "conf/loader.h"
#include "conf/values.h"

/* NULL, or what is wrong with a name. */
static const char *name_fault(struct span name)
{
    struct span plain = span_from(name, span_starts(name, SPAN("*.")) ? 2 : 0);

    for (size_t i = 0; i < plain.n; i++) {
        char c = plain.p[i];
        if ((unsigned char)c >= 0x80)
            return "is not ASCII: write the form that begins with xn--";
        if (c == ':')
            return "goes without a port (an IPv6 address is in brackets)";
        if (c == '*')
            return "has a * in it: only *.NAME stands for all below NAME";
        if (!chars_is(c, CHAR_ALPHA | CHAR_DIGIT) && !strchr("-._", c))
            return "is not a host name";
    }
    return plain.n == 0 || plain.n > 253 || plain.p[plain.n - 1] == '.'
               ? "is not a host name"
               : NULL;
}

/* "[::1]": stored without its brackets. */
static bool is_inet6(struct span *name)
{
    struct in6_addr addr;
    char text[INET6_ADDRSTRLEN] = "";

    if (name->n < 4 || name->p[0] != '[' || name->p[name->n - 1] != ']' ||
        name->n - 2 >= sizeof text)
        return false;
    memcpy(text, name->p + 1, name->n - 2);
    if (inet_pton(AF_INET6, text, &addr) != 1)
        return false;
    *name = span_of(name->p + 1, name->n - 2);
    return true;
}

static char *lower_text(struct arena *a, struct span s)
{
    char *text = arena_text(a, s);

    for (size_t i = 0; i < s.n; i++)
        text[i] = chars_lower(text[i]);
    return text;
}

/* The site that has this name already, or NULL. */
static struct site_build *site_named(struct loader *l, const char *name)
{
    for (size_t i = 1; i < l->n_sites; i++) {
        for (size_t j = 0; j < l->sites[i].site.n_names; j++) {
            if (!strcmp(l->sites[i].site.names[j], name))
                return &l->sites[i];
        }
    }
    return NULL;
}

static void name_add(struct loader *l, struct site_build *b, struct span word)
{
    const char *what = is_inet6(&word) ? NULL : name_fault(word);
    char *name = lower_text(l->arena, word);
    struct site_build *other = what ? NULL : site_named(l, name);

    if (what) {
        loader_fault(l, l->at, l->title, NULL, "\"%s\" %s", SHOWN(word), what);
    } else if (other) {
        loader_fault(l, l->at, l->title, NULL,
                     "the name \"%s\" is in line %d already", SHOWN(word),
                     other->at > 0 ? other->at : l->at);
    } else {
        b->site.names = arena_more(l->arena, b->site.names, b->site.n_names,
                                   sizeof *b->site.names);
        b->site.names[b->site.n_names++] = name;
    }
}

bool host_begin(struct loader *l, struct span names)
{
    struct span rest = names, word = value_next_word(&rest);
    struct site_build *b = NULL;

    if (l->at < 0) { /* an override means the site that is there */
        struct span first = word;
        is_inet6(&first);
        b = site_named(l, lower_text(l->arena, first));
    }
    if (!b) {
        l->sites = arena_more(l->arena, l->sites, l->n_sites, sizeof *l->sites);
        b = &l->sites[l->n_sites++];
        b->title = l->title;
        b->at = l->at;
        b->site.line = l->at > 0 ? l->at : 0;
        for (; word.n; word = value_next_word(&rest))
            name_add(l, b, word);
    }
    l->base = &b->site;
    l->where = b->where;
    return true;
}

/* Error pages: the host's own, then [server]'s for other statuses. */
static void error_pages_inherit(struct loader *l, struct conf_site *site,
                                const struct conf_site *from)
{
    for (size_t i = 0; i < from->n_error_pages; i++) {
        size_t j = 0;
        while (j < site->n_error_pages &&
               site->error_pages[j].status != from->error_pages[i].status)
            j++;
        if (j < site->n_error_pages)
            continue;
        site->error_pages = arena_more(l->arena, site->error_pages, j,
                                       sizeof *site->error_pages);
        site->error_pages[j] = from->error_pages[i];
        site->n_error_pages++;
    }
}

/* "a.example www.a.example": what the rules of //HOST/ are compared with. */
static char *join_names(struct arena *a, const struct conf_site *site)
{
    size_t n = 1;

    for (size_t i = 0; i < site->n_names; i++)
        n += strlen(site->names[i]) + 1;
    char *all = arena_alloc(a, n), *at = all;
    for (size_t i = 0; i < site->n_names; i++) {
        size_t len = strlen(site->names[i]);
        if (i)
            *at++ = ' ';
        memcpy(at, site->names[i], len);
        at += len;
    }
    *at = '\0';
    return all;
}

void hosts_finish(struct loader *l)
{
    struct conf *c = l->c;
    const struct conf_site *first = &l->sites[0].site;

    for (size_t i = 1; i < l->n_sites; i++) {
        struct site_build *b = &l->sites[i];
        for (size_t k = 0; k < keys_n; k++) {
            if (!(keys[k].flags & KEY_HOST) || b->where[k] ||
                keys[k].type == &value_error_page)
                continue;
            memcpy((char *)&b->site + keys[k].offset,
                   (const char *)first + keys[k].offset, keys[k].width);
        }
        error_pages_inherit(l, &b->site, first);
        b->site.hosts = join_names(l->arena, &b->site);
    }
    c->n_sites = l->n_sites;
    c->sites = arena_alloc(l->arena, l->n_sites * sizeof *c->sites);
    for (size_t i = 0; i < l->n_sites; i++)
        c->sites[i] = l->sites[i].site;
}
