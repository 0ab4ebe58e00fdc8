/* SPDX-License-Identifier: MIT
 *
 * checkup: looks at every file below the roots with the eyes of a cache.
 * Layer: tool.  Goes by names and dates: a media type is taken from the name,
 * as a worker does without its preparer.  Of texts it reads the bytes, too, to
 * see whether they are what they say (the observer's foresight does not).
 */
#include "tool/checkup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/cmdline.h"
#include "base/plural.h"
#include "conf/arena.h"
#include "conf/values.h"
#include "http/json.h"
#include "http/media.h"
#include "os/clock.h"
#include "tool/lint.h"
#include "tool/loaded.h"
#include "tool/mime.h"
#include "tool/tree_walk.h"

#define FORESEEN_MAX 2000 /* paths on the observer's page */

struct doubt {
    enum lint_kind kind;
    int line;    /* of the last [cache] rule; 0: none */
    size_t more; /* further paths with the same */
    char *path, *text;
};

struct check {
    const struct conf *conf;
    const struct conf_site *site;
    struct span host;
    FILE *out;
    bool json;
    bool fold;   /* the same doubt by the same rule is told once */
    bool bytes;  /* files are read, too */
    size_t most; /* paths that are looked at; 0: all */
    int64_t now, after_s;
    size_t paths;
    struct arena arena; /* the doubts and their texts */
    struct doubt *doubts;
    size_t n_doubts;
    bool *used; /* per rule */
    /* the path being looked at */
    struct span path;
    int line;
};

static const char usage[] =
    "usage: etagd check -c FILE [--json] [--after TIME] [-o "
    "section.key=value]...\n"
    "       etagd check DIR\n"
    "Tells what browsers will put on the wire for each file, and what is\n"
    "doubtful about its caching. --after TIME: the second look comes so much\n"
    "later than the first visit (0s).\n";

/* ---- output ---- */

/* Room for an object of these: two texts that are cut to TEXT_MAX, and words
 * and numbers of ours. */
#define TEXT_MAX (WALK_PATH_MAX + 256)
#define OBJECT_MAX (2 * JSON_BYTE_MAX * TEXT_MAX + 1024)

/* An object of a list, on a line of its own. */
static void put_object(FILE *out, const struct buf *object, bool first)
{
    CHECK(!object->overflow);
    fprintf(out, "%s\n    %.*s", first ? "" : ",", (int)object->n, object->p);
}

static void put_safe(FILE *out, struct span s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c < 0x20 || c == 0x7f)
            fprintf(out, "\\x%02x", c);
        else
            putc(c, out);
    }
}

/* "max-age=60", "guessed: 5 min", "-" */
static void put_grant(FILE *out, const struct lint_path *l)
{
    struct span cc = rules_field(l->policy, SPAN("Cache-Control"));
    char text[64];
    struct buf b = buf_over(text, sizeof text);

    if (cc.p) {
        put_safe(out, cc);
    } else if (l->lifetime.kind == LIFETIME_HEURISTIC) {
        lint_time(&b, l->lifetime.fresh_s);
        fprintf(out, "guessed: %.*s", (int)b.n, b.p);
    } else if (l->has_expires) {
        fprintf(out, "Expires");
    } else {
        putc('-', out);
    }
}

static void path_json(const struct check *c, const struct lint_path *l,
                      const struct visit_facts *f)
{
    static char storage[OBJECT_MAX];
    struct buf b = buf_over(storage, sizeof storage);

    buf_char(&b, '{');
    json_put(&b, "host", span_to(c->host, TEXT_MAX));
    json_put(&b, "path", span_to(l->path, TEXT_MAX));
    json_put_i64(&b, "fresh_s", l->lifetime.fresh_s);
    json_key(&b, "visits");
    buf_char(&b, '{');
    for (int v = 0; v < VISIT_COUNT; v++)
        json_put_str(&b, visit_word((enum visit)v),
                     wire_word(lifetime_visit(f, (enum visit)v)));
    BUF_LIT(&b, "}}");
    put_object(c->out, &b, c->paths == 0);
}

static void put_path(const struct check *c, const struct lint_path *l)
{
    struct visit_facts f = { .lifetime = &l->lifetime,
                             .validator = lint_validator(l),
                             .page = l->page,
                             .after_s = c->after_s };
    FILE *out = c->out;

    if (c->json) {
        path_json(c, l, &f);
        return;
    }
    for (int v = 0; v < VISIT_COUNT; v++)
        fprintf(out, "%-8s", wire_word(lifetime_visit(&f, (enum visit)v)));
    put_safe(out, c->host);
    put_safe(out, l->path);
    fprintf(out, "  (");
    put_grant(out, l);
    fprintf(out, ")\n");
}

static void doubt_json(FILE *out, const struct doubt *d, bool first)
{
    static char storage[OBJECT_MAX];
    struct buf b = buf_over(storage, sizeof storage);

    buf_char(&b, '{');
    json_put_str(&b, "kind", lint_word(d->kind));
    json_put_u64(&b, "line", (uint64_t)d->line);
    json_put(&b, "path", span_to(span_str(d->path), TEXT_MAX));
    json_put_u64(&b, "more", d->more);
    json_put(&b, "text", span_to(span_str(d->text), TEXT_MAX));
    buf_char(&b, '}');
    put_object(out, &b, first);
}

static void put_doubt(const struct check *c, const struct doubt *d, bool first)
{
    FILE *out = c->out;

    if (c->json) {
        doubt_json(out, d, first);
        return;
    }
    if (d->line)
        fprintf(out, "%s:%d: ", c->conf->file, d->line);
    put_safe(out, span_str(d->path));
    if (d->more)
        fprintf(out, " (and %zu more)", d->more);
    fprintf(out, ": %s: ", lint_word(d->kind));
    put_safe(out, span_str(d->text));
    putc('\n', out);
}

/* ---- looking ---- */

/* A doubt that is told once is told with its first path. */
static void keep(void *arg, enum lint_kind kind, struct span text)
{
    struct check *c = arg;

    for (size_t i = 0; i < c->n_doubts; i++) {
        struct doubt *d = &c->doubts[i];
        if (c->fold && d->kind == kind && d->line == c->line) {
            d->more++;
            return;
        }
    }
    c->doubts =
        arena_more(&c->arena, c->doubts, c->n_doubts, sizeof *c->doubts);
    struct doubt *d = &c->doubts[c->n_doubts++];
    d->kind = kind;
    d->line = c->line;
    d->path = arena_text(&c->arena, c->path);
    d->text = arena_text(&c->arena, text);
}

static void mark_used(struct check *c, struct span path)
{
    for (size_t i = 0; i < c->conf->n_rules; i++) {
        if (!c->used[i])
            c->used[i] = rules_match(c->conf->rules[i].pattern, c->host, path);
    }
}

/* A page has two addresses, and patterns see the address. */
static void look_index(struct check *c, const struct walk_file *f,
                       const struct lint_path *folder, struct span type)
{
    char storage[WALK_PATH_MAX + 256];
    struct buf b = buf_over(storage, sizeof storage);
    struct policy policy;
    struct lint_path named = *folder;

    buf_span_put(&b, f->path);
    buf_span_put(&b, f->name);
    if (b.overflow)
        return;
    named.path = buf_span(&b);
    named.policy = &policy;
    rules_resolve(c->conf, c->host, named.path, type, 200, &policy);
    if (lint_same(folder, &named))
        return;
    c->path = named.path;
    c->line = policy.cache_rule ? policy.cache_rule->line : 0;
    keep(c, LINT_TWO_POLICIES,
         SPAN("and its folder's address are one page under two policies: "
              "patterns see the address, not the index file"));
}

/* What a text says of its charset, or a rule does, against its bytes. */
static void look_charset(struct check *c, const struct walk_file *f,
                         const struct policy *policy)
{
    struct span field = rules_field(policy, SPAN("Content-Type"));
    struct span ruled = declared_parameter(field);
    const struct media_row *row = media_row(f->name);
    struct mime_look look;
    char text[LINT_TEXT_MAX];
    struct buf b = buf_over(text, sizeof text);

    if (!c->bytes || !row || !row->utf8 ||
        mime_look(&look, f->fd, f->name.p) < 0)
        return;
    const char *lie = look.lie;
    if (ruled.p) /* it goes out, whatever the bytes are */
        lie = declared_lie(ruled, look.bytes, false);
    if (!lie)
        return;
    buf_fmt(&b, "%s charset %.*s, but %s", ruled.p ? "a rule says" : "declares",
            ruled.p ? (int)ruled.n : (int)strlen(look.declared),
            ruled.p ? ruled.p : look.declared, lie);
    keep(c, LINT_CHARSET, buf_span(&b));
}

static bool visit(void *arg, const struct walk_file *f)
{
    struct check *c = arg;
    struct policy policy;
    struct media m;
    struct lint_path l = {
        .path = f->path, .policy = &policy, .mtime_s = f->mtime_s, .now = c->now
    };

    media_settle(&m, f->name, SPAN(""), SPAN(""), MEDIA_BYTES_OTHER);
    struct span type = span_str(m.type);
    type = span_trim(span_to(type, span_find(type, ';')));
    rules_resolve(c->conf, c->host, f->path, type, 200, &policy);
    l.page = span_eq(type, SPAN("text/html")) ||
             span_eq(type, SPAN("application/xhtml+xml"));
    struct conf_access unused;
    l.guarded = access_find(c->conf, c->site, f->path, &unused);
    lint_prepare(&l);
    mark_used(c, f->path);
    put_path(c, &l);
    c->paths++;
    c->path = f->path;
    c->line = policy.cache_rule ? policy.cache_rule->line : 0;
    lint_look(&l, keep, c);
    look_charset(c, f, &policy);
    if (f->index)
        look_index(c, f, &l, type);
    return c->paths != c->most;
}

static void look_dead_rules(struct check *c)
{
    for (size_t i = 0; i < c->conf->n_rules; i++) {
        const struct conf_rule *r = &c->conf->rules[i];
        if (c->used[i] || !r->is_cache || r->when_status)
            continue;
        c->path = span_str(r->pattern);
        c->line = r->line;
        keep(c, LINT_DEAD_RULE, SPAN("no file matches this [cache] pattern"));
    }
}

static void put_list(FILE *out, const char *before, const char *name)
{
    char storage[64];
    struct buf b = buf_over(storage, sizeof storage);

    json_key(&b, name);
    fprintf(out, "%s\n  %.*s [", before, (int)b.n, b.p);
}

static bool look(struct check *c)
{
    FILE *out = c->out;
    bool whole = true;

    if (c->json)
        put_list(out, "{", "paths");
    else
        fprintf(out, "%-8s%-8s%-8s%-8s%-8s%-8s\n", "first", "link", "reload",
                "hard", "tab", "restart");
    for (size_t i = 0; i < c->conf->n_sites; i++) {
        c->site = &c->conf->sites[i];
        c->host = c->site->n_names ? span_str(c->site->names[0]) : SPAN("");
        whole = walk_site(c->site, visit, c) && whole;
    }
    if (whole) /* else a file that was not looked at may match */
        look_dead_rules(c);
    if (c->json)
        put_list(out, "\n  ],", "findings");
    else
        fprintf(out, "\n");
    for (size_t i = 0; i < c->n_doubts; i++)
        put_doubt(c, &c->doubts[i], i == 0);
    if (c->json)
        fprintf(out, "\n  ]\n}\n");
    else
        fprintf(out, "%zu path%s, %zu finding%s\n", c->paths, plural(c->paths),
                c->n_doubts, plural(c->n_doubts));
    return whole && c->n_doubts == 0;
}

static bool check(struct check *c)
{
    c->used = calloc(c->conf->n_rules + 1, sizeof(bool));
    CHECK(c->used != NULL);
    bool clean = look(c);
    arena_free(&c->arena);
    free(c->used);
    return clean;
}

/* ---- command line ---- */

struct arguments {
    const char *file, *dir;
    const char **override;
    size_t n_override;
    bool json;
    uint64_t after_ms;
};

#define NAME "etagd check"

/* -1: go on; else the exit status. */
static int parse(struct arguments *a, int argc, char **argv)
{
    static const struct option options[] = {
        { "config", required_argument, NULL, 'c' },
        { "json", no_argument, NULL, 'j' },
        { "after", required_argument, NULL, 'a' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 },
    };
    const char *what;
    int o;

    while ((o = cmdline_next(NAME, argc, argv, ":c:o:jh", options)) != -1) {
        if (o == 'c')
            a->file = optarg;
        else if (o == 'o')
            a->override[a->n_override++] = optarg;
        else if (o == 'j')
            a->json = true;
        else if (o == CMDLINE_WRONG)
            return 2;
        else if (o == 'h')
            return fputs(usage, stdout) == EOF;
        else if (!value_duration_ms(span_str(optarg), &a->after_ms, &what))
            return cmdline_wrong(NAME, "--after %s %s, as in --after 1h",
                                 optarg, what);
    }
    if (optind < argc)
        a->dir = argv[optind++];
    if (!a->file && !a->dir)
        return cmdline_wrong(NAME, "nothing to check: give -c FILE or DIR");
    if (a->file && a->dir)
        return cmdline_wrong(NAME, "either -c FILE or DIR, not both");
    if (optind < argc)
        return cmdline_wrong(NAME, "one DIR is checked, not two");
    return -1;
}

static int run(const struct arguments *a)
{
    struct conf_source source = { a->file, a->dir, a->override, a->n_override };
    struct conf *conf = loaded(&source);

    if (!conf)
        return 2;
    struct check c = { .conf = conf,
                       .out = stdout,
                       .json = a->json,
                       .fold = !a->json,
                       .bytes = true,
                       .now = clock_real_us() / 1000000,
                       .after_s = (int64_t)(a->after_ms / 1000) };
    bool clean = check(&c);
    conf_free(conf);
    return clean ? 0 : 1;
}

void check_foresee(const struct conf *conf, FILE *out)
{
    struct check c = { .conf = conf,
                       .out = out,
                       .json = true,
                       .fold = true,
                       .most = FORESEEN_MAX,
                       .now = clock_real_us() / 1000000 };

    (void)check(&c);
}

int check_main(int argc, char **argv)
{
    struct arguments a = { .override =
                               calloc((size_t)argc + 1, sizeof(char *)) };

    CHECK(a.override != NULL);
    int status = parse(&a, argc, argv);
    if (status < 0)
        status = run(&a);
    free(a.override);
    return status;
}
