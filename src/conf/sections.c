/* SPDX-License-Identifier: MIT
 *
 * sections: gives each key of each section to the row that knows it.
 * Layer: conf.  Works on the loader's state; faults are gathered, and reading
 * goes on, so that one run shows all of them.
 */
#include "base/chars.h"
#include "base/check.h"
#include "base/suggest.h"
#include "conf/lines.h"
#include "conf/loader.h"
#include "conf/values.h"
#include "conf/wide.h"

static size_t row_of(const struct key *k)
{
    return (size_t)(k - keys);
}

/* ---- sections ---- */

static void unknown_section(struct loader *l, struct span word)
{
    struct suggest near = suggest_for(word);
    char text[400];
    struct buf why = buf_over(text, sizeof text);

    for (size_t i = 0; i < sections_n; i++)
        suggest_offer(&near, sections[i].word);
    if (wide_name(span_str(l->title), &why) && buf_cstr(&why))
        loader_fault(l, l->at, l->title, NULL, "%s", text);
    else if (near.best)
        loader_fault(l, l->at, l->title, NULL,
                     "there is no such section; did you mean [%s]?", near.best);
    else
        loader_fault(
            l, l->at, l->title, NULL,
            "there is no such section (etagd --help-config lists all)");
}

/* [server] and the like: once in a file; keys of a second one are checked. */
static bool options_begin(struct loader *l, struct span argument)
{
    int *first = &l->section_at[l->row - sections];

    if (argument.n) {
        loader_fault(l, l->at, l->title, NULL, "[%s] takes no name",
                     l->row->word);
        return false;
    }
    if (l->at > 0 && *first > 0)
        loader_fault(l, l->at, l->title, NULL,
                     "appears twice; the first is in line %d", *first);
    else if (l->at > 0)
        *first = l->at;
    l->where = l->where_options;
    l->base = l->c;
    return true;
}

void section_begin(struct loader *l, struct span name)
{
    struct span word = name, argument;
    bool ok = false;

    for (size_t i = name.n; i-- > 0;) {
        if (name.p[i] == ' ' || name.p[i] == '\t')
            word = span_to(name, i);
    }
    argument = span_trim(span_from(name, word.n));
    l->title = arena_text(l->arena, name);
    l->row = section_find(word);
    l->ignored = true;
    if (!l->row) {
        unknown_section(l, word);
        return;
    }
    if (l->row->argument && argument.n == 0) {
        loader_fault(l, l->at, l->title, NULL,
                     "lacks its name; allowed: [%s %s]", l->row->word,
                     l->row->argument);
        return;
    }
    switch (l->row->kind) {
    case SECTION_OPTIONS:
        ok = options_begin(l, argument);
        break;
    case SECTION_HOST:
        ok = host_begin(l, argument);
        break;
    case SECTION_RULE:
        ok = ruleset_begin(l, argument);
        break;
    case SECTION_PACE:
        ok = paces_begin(l, argument);
        break;
    case SECTION_ACCESS:
        ok = access_begin(l, argument);
        break;
    case SECTION_ALIAS:
    case SECTION_REDIRECT:
        ok = moved_begin(l, argument);
        break;
    }
    l->ignored = !ok;
}

/* ---- keys ---- */

static void unknown_key(struct loader *l, const char *name)
{
    struct suggest near = suggest_for(span_str(name));
    const char *section = l->row->word, *elsewhere = NULL;

    for (size_t i = 0; i < keys_n; i++) {
        if (key_in_section(&keys[i], section))
            suggest_offer(&near, keys[i].name);
        else if (!strcmp(keys[i].name, name))
            elsewhere = keys[i].section;
    }
    if (near.best)
        loader_fault(l, l->at, l->title, name,
                     "there is no such key; did you mean \"%s\"?", near.best);
    else if (elsewhere)
        loader_fault(l, l->at, l->title, name,
                     "there is no such key; did you mean the one of [%s]?",
                     elsewhere);
    else
        loader_fault(l, l->at, l->title, name,
                     "there is no such key (etagd --help-config lists all)");
}

static void warn_experiments(struct loader *l, const struct key *k,
                             const char *name, struct span value)
{
    const char *why = k->experiment;

    if (why && k->preset && span_eq(value, span_str(k->preset)))
        return;
    for (const struct key_word *w = k->words; w && w->word; w++) {
        if (span_eq(value, span_str(w->word)))
            why = w->experiment;
    }
    if (why)
        loader_experiment(l, l->at, l->title, name,
                          "\"%s\" is for experiments: %s", SHOWN(value), why);
}

static bool is_duplicate(struct loader *l, const struct key *k,
                         const char *name)
{
    int first = l->where[row_of(k)];

    if ((k->flags & KEY_REPEATS) || l->at <= 0 || first <= 0)
        return false;
    loader_fault(l, l->at, l->title, name,
                 "appears twice; the first is in line %d", first);
    return true;
}

/* [server] also holds the default site's keys. */
static void *base_of(struct loader *l, const struct key *k)
{
    if (l->row->kind == SECTION_OPTIONS && (k->flags & KEY_HOST))
        return &l->sites[0].site;
    return l->base;
}

/* Other readers of ini files would cut the value here. */
static bool has_comment(struct span value)
{
    for (size_t i = 1; i < value.n; i++) {
        if ((value.p[i] == ';' || value.p[i] == '#') &&
            (value.p[i - 1] == ' ' || value.p[i - 1] == '\t'))
            return true;
    }
    return false;
}

static void key_take(struct loader *l, const struct key *k, const char *name,
                     struct span value)
{
    char text[500];
    struct buf why = buf_over(text, sizeof text - 1);
    struct value_job job = { .key = k,
                             .base = base_of(l, k),
                             .arena = l->arena,
                             .dir = l->at > 0 ? l->file_dir : l->here,
                             .line = l->at > 0 ? l->at : 0,
                             .name = span_str(name),
                             .why = &why };

    if (is_duplicate(l, k, name))
        return;
    if (k->type == &value_listens && l->at < 0 && !l->listen_overridden) {
        l->c->listen = NULL; /* the first override replaces the list */
        l->c->n_listen = 0;
        l->listen_overridden = true;
    }
    l->where[row_of(k)] = l->at;
    if (!k->type->parse(&job, value)) {
        if (value.n < 100 && wide_find(value, 0, &(struct wide){ 0 })) {
            BUF_LIT(&why, "; it ");
            wide_name(value, &why);
        }
        text[why.n] = '\0';
        loader_fault(l, l->at, l->title, name, "%s%s", text,
                     has_comment(value) ? "; a comment has a line of its own"
                                        : "");
        return;
    }
    if (k->flag)
        memcpy((char *)job.base + k->flag, &(bool){ true }, sizeof(bool));
    warn_experiments(l, k, name, value);
}

/* NULL, or what is wrong with a key and its value whatever they mean. */
static const char *shape_fault(struct span name, struct span value, size_t most)
{
    for (size_t i = 0; i < name.n; i++) {
        if (!chars_is(name.p[i], CHAR_FIELD))
            return "holds a control character";
    }
    for (size_t i = 0; i < value.n; i++) {
        if (!chars_is(value.p[i], CHAR_FIELD))
            return "holds a control character";
    }
    if (name.n == 0)
        return "the key before \"=\" is missing";
    if (value.n == 0)
        return "the value is missing";
    if (name.n + value.n > most)
        return "is too long; allowed: 199 bytes as NAME = VALUE";
    return NULL;
}

void section_key(struct loader *l, struct span name, struct span value)
{
    bool more = name.n && name.p[name.n - 1] == '+';
    /* what --dump-config writes is to be read again; DIR is nobody's line */
    size_t most = l->at ? LINE_BYTES_MAX - (more ? 4 : 3) : SIZE_MAX;
    const struct key *k;
    const char *what;

    if (!l->title) {
        loader_fault(l, l->at, NULL, SHOWN(name),
                     "a [section] must come before the first key");
        return;
    }
    if (l->ignored)
        return;
    if (more)
        name = span_trim(span_to(name, name.n - 1));
    char *text = arena_text(l->arena, name);
    if ((what = shape_fault(name, value, most)) != NULL) {
        loader_fault(l, l->at, l->title, name.n ? text : NULL, "%s", what);
        return;
    }
    k = key_find(l->row->word, name);
    if (!k && l->row->kind == SECTION_RULE)
        ruleset_field(l, name, value, more);
    else if (!k)
        unknown_key(l, text);
    else if (more)
        loader_fault(l, l->at, l->title, text,
                     "\"+=\" is for fields of [cache] and [header] only");
    else
        key_take(l, k, text, value);
}

/* ---- defaults ---- */

struct ad_hoc_row {
    const char *section, *key, *value;
};

/* What differs without a file: nobody else is to reach an unplanned server,
 * no edit is to be hidden by a cache, and a person reads along. */
static const struct ad_hoc_row ad_hoc_rows[] = {
    { "log", "format", "readable" },
    { "log", "flush", "100ms" },
    { "cache *", "Cache-Control", "no-cache" },
};

void section_presets(struct loader *l, bool ad_hoc)
{
    for (size_t i = 0; i < sections_n; i++) {
        if (sections[i].kind != SECTION_OPTIONS)
            continue;
        section_begin(l, span_str(sections[i].word));
        for (size_t j = 0; j < keys_n; j++) {
            const struct key *k = &keys[j];
            if (!strcmp(k->section, l->row->word) && k->preset &&
                k->type != &value_listens)
                key_take(l, k, k->name, span_str(k->preset));
        }
    }
    for (size_t i = 0; ad_hoc && i < sizeof ad_hoc_rows / sizeof *ad_hoc_rows;
         i++) {
        section_begin(l, span_str(ad_hoc_rows[i].section));
        section_key(l, span_str(ad_hoc_rows[i].key),
                    span_str(ad_hoc_rows[i].value));
    }
    CHECK(l->faults.n == 0);
    l->title = NULL;
    l->row = NULL;
}

static bool said(const struct loader *l, struct span key)
{
    return l->where_options[row_of(key_find("server", key))] != 0;
}

/* After file and overrides: the list of addresses, if nobody gave one. */
void section_finish(struct loader *l)
{
    const struct key *k = key_find("server", SPAN("listen"));

    l->c->said.backlog = said(l, SPAN("backlog"));
    l->c->said.defer_accept = said(l, SPAN("defer-accept"));
    if (l->where_options[row_of(k)] == 0) {
        l->at = 0;
        section_begin(l, SPAN("server"));
        key_take(l, k, k->name,
                 l->c->ad_hoc ? SPAN("127.0.0.1:5000") : span_str(k->preset));
    }
    hosts_finish(l);
    moved_finish(l);
}
