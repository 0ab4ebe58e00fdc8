/* SPDX-License-Identifier: MIT
 *
 * warm: a list of paths, asked for as clients would, a few at a time.
 * Layer: files.
 * Heap: the list, until all is made.
 * Bounded in names looked at, time, entries and bytes: what has been made is
 * not driven out by what comes after it.
 */
#include "files/warm.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/plural.h"
#include "conf/rules.h"
#include "files/entry.h"
#include "files/files.h"
#include "files/find.h"
#include "files/names.h"
#include "files/resolve.h"
#include "files/wish.h"
#include "http/target.h"
#include "os/log.h"

#define AHEAD 8      /* asked for and not yet there */
#define LOOK_MS 50   /* for what tells by no answer that it has ended */
#define LOOKS_MAX 20 /* at a file that goes on being written to */
#define DEPTH_MAX 16 /* folders below each other: links may go round */
#define SEEN_MAX 50000

struct warm_path {
    unsigned site;
    char *text;
};

struct warm {
    struct warm_path *path;
    size_t n, room, at, seen, made;
    struct {
        struct entry *entry;
        size_t path;
        unsigned looks;
    } held[AHEAD];
    size_t n_held;
    uint64_t bytes; /* of the forms that were made */
    uint64_t began_us;
    const char *cut; /* why there is more than that; NULL: there is not */
};

/* ---- which ---- */

static bool wanted(const struct files *fs, const struct conf_site *site,
                   struct span path)
{
    struct span host = span_str(site->hosts);
    const char *p = fs->conf->prepare.warm;
    char pattern[512];

    while (*p) {
        p += strspn(p, " \t,");
        size_t n = strcspn(p, " \t,");
        if (n > 0 && n < sizeof pattern) {
            memcpy(pattern, p, n);
            pattern[n] = '\0';
            if (rules_match(pattern, host, path))
                return true;
        }
        p += n;
    }
    return false;
}

static void add(const struct files *fs, struct warm *w, unsigned site,
                struct span path)
{
    if (w->n == fs->conf->prepare.files / 4 * 3) {
        w->cut = "[prepare] files has no room for more";
        return;
    }
    if (w->n == w->room) {
        size_t room = w->room ? w->room * 2 : 64;
        struct warm_path *more = realloc(w->path, room * sizeof *more);
        if (!more)
            return;
        w->path = more;
        w->room = room;
    }
    char *text = strndup(path.p, path.n);
    if (text)
        w->path[w->n++] = (struct warm_path){ site, text };
}

static bool is_index(const struct conf_site *site, const char *name)
{
    for (size_t i = 0; i < site->n_index; i++) {
        if (strcmp(site->index[i], name) == 0)
            return true;
    }
    return false;
}

/* A site or an alias of it: folders below `root` have the names in `prefix`. */
struct place {
    unsigned site, root;
    const char *prefix; /* "/", "/static/" */
};

static void find(struct files *fs, struct warm *w, const struct place *at,
                 const char *dir, unsigned depth)
{
    const struct conf_site *site = &fs->conf->sites[at->site];
    struct directory d;

    if (depth > DEPTH_MAX || names_read(fs, site, at->root, dir, &d) < 0)
        return;
    if (d.cut)
        w->cut = "of a folder the first 2000 names were looked at";
    for (size_t i = 0; i < d.n && w->seen < SEEN_MAX; i++, w->seen++) {
        char path[FIND_PATH_MAX];
        struct buf b = buf_over(path, sizeof path);
        const struct directory_item *item = &d.item[i];
        if (item->name[0] == '.' && site->dotfiles == DOTFILES_DENY)
            continue;
        buf_str(&b, at->prefix);
        buf_str(&b, dir);
        size_t folder = b.n;
        buf_str(&b, item->name);
        if (item->kind == DIRECTORY_FOLDER)
            buf_char(&b, '/');
        if (!buf_cstr(&b))
            continue;
        if (item->kind == DIRECTORY_FOLDER)
            find(fs, w, at, path + strlen(at->prefix), depth + 1);
        if (item->kind != DIRECTORY_FILE)
            continue;
        struct span whole = span_of(b.p, b.n), shown = whole;
        if (is_index(site, item->name))
            shown = span_to(whole, folder); /* as it is asked for */
        if (wanted(fs, site, whole) || wanted(fs, site, shown))
            add(fs, w, at->site, shown);
    }
    if (w->seen >= SEEN_MAX)
        w->cut = "the first 50000 names were looked at";
    directory_free(&d);
}

static void find_all(struct files *fs, struct warm *w)
{
    unsigned root = 0;

    for (unsigned i = 0; i < fs->conf->n_sites; i++) {
        const struct conf_site *s = &fs->conf->sites[i];
        if (fs->root[root].local)
            find(fs, w, &(struct place){ i, root, "/" }, "", 0);
        root++;
        for (size_t k = 0; k < s->n_aliases; k++, root++) {
            if (fs->root[root].local)
                find(fs, w, &(struct place){ i, root, s->aliases[k].prefix },
                     "", 0);
        }
    }
}

/* ---- making ---- */

void warm_start(struct files *fs)
{
    if (!fs->conf->prepare.warm || !(fs->warm = calloc(1, sizeof *fs->warm)))
        return;
    fs->warm->began_us = fs->now->us;
    find_all(fs, fs->warm);
    log_info("W086", "%zu file%s to be made ready", fs->warm->n,
             plural_are(fs->warm->n));
}

void warm_end(struct files *fs)
{
    struct warm *w = fs->warm;

    if (!w)
        return;
    while (w->n_held > 0)
        entry_release(fs, w->held[--w->n_held].entry);
    while (w->n > 0)
        free(w->path[--w->n].text);
    free(w->path);
    free(w);
    fs->warm = NULL;
}

/* Held, or NULL. */
static struct entry *look(struct files *fs, const struct warm_path *p)
{
    size_t n = strlen(p->text);
    struct target t = { .path = span_of(p->text, n),
                        .directory = p->text[n - 1] == '/' };
    enum reason why;
    struct entry *e = resolve(fs, p->site, &t, fs->now->us, NULL, &why);

    if (!e || e->kind != ENTRY_FILE)
        return NULL;
    entry_hold(e);
    e->kept = true;
    return e;
}

/* What was written a moment ago has no codings yet: they are begun at a look
 * that finds it at rest.  Files that a container has just unpacked are so. */
static bool look_again(struct files *fs, struct warm *w, size_t i)
{
    if (w->held[i].looks++ >= LOOKS_MAX)
        return false;
    struct entry *e = look(fs, &w->path[w->held[i].path]);
    if (!e)
        return false;
    entry_release(fs, w->held[i].entry);
    w->held[i].entry = e;
    return true;
}

/* Those that are there make room for others. */
static void settle(struct files *fs, struct warm *w)
{
    for (size_t i = 0; i < w->n_held;) {
        struct entry *e = w->held[i].entry;
        wish_ask(fs, e, PREPARE_CODINGS);
        bool unasked = e->in_cache && e->source.unasked;
        if (e->pending || e->in_asks || unasked ||
            (e->racy && look_again(fs, w, i))) {
            i++;
            continue;
        }
        for (int c = 0; c < CODING_COUNT; c++) {
            const struct entry_form *f = entry_form(e, (unsigned)c);
            if (f && f->bytes)
                w->bytes += f->plan.size;
        }
        w->made++;
        entry_release(fs, w->held[i].entry);
        w->held[i] = w->held[--w->n_held];
    }
}

/* One more, and all of its forms: twice its size at most are kept of it. */
static bool fits(const struct files *fs, const struct warm *w)
{
    const struct conf_prepare *p = &fs->conf->prepare;
    uint64_t ahead = (w->n_held + 1) * 2 * (uint64_t)p->memory_file_bytes;

    return w->bytes + ahead <= (uint64_t)p->memory_bytes / 4 * 3;
}

static void ask(struct files *fs, struct warm *w, size_t path)
{
    struct entry *e = look(fs, &w->path[path]);

    if (!e)
        return;
    w->held[w->n_held].entry = e;
    w->held[w->n_held].path = path;
    w->held[w->n_held++].looks = 0;
}

static int finish(struct files *fs, const char *why)
{
    struct warm *w = fs->warm;
    size_t ms = (size_t)((fs->now->us - w->began_us) / 1000);

    if (why)
        log_warn("W088", "%zu of %zu file%s ready after %zu ms: %s", w->made,
                 w->n, plural_are(w->n), ms, why);
    else
        log_info("W087", "%zu file%s ready after %zu ms, %zu KiB", w->made,
                 plural_are(w->made), ms, (size_t)(w->bytes >> 10));
    warm_end(fs);
    return -1;
}

int warm_turn(struct files *fs)
{
    struct warm *w = fs->warm;
    unsigned asked = 0;

    settle(fs, w);
    if (fs->now->us - w->began_us > fs->conf->prepare.warm_ms * 1000)
        return finish(fs, "[prepare] warm-time is over");
    while (w->at < w->n && w->n_held < AHEAD && fits(fs, w) &&
           asked++ < AHEAD * 4)
        ask(fs, w, w->at++);
    if (w->n_held > 0)
        return LOOK_MS;
    if (w->at < w->n && !fits(fs, w))
        return finish(fs, "[prepare] memory has no room for more");
    if (w->at < w->n)
        return 0;
    return finish(fs, w->cut);
}
