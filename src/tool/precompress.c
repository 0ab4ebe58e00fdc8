/* SPDX-License-Identifier: MIT
 *
 * precompress: lists the files, has them packed, tells what became of them.
 * Layer: tool.
 */
#include "tool/precompress.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/check.h"
#include "base/cmdline.h"
#include "base/num.h"
#include "base/plural.h"
#include "conf/arena.h"
#include "http/media.h"
#include "os/shm.h"
#include "prepare/compress.h"
#include "tool/loaded.h"
#include "tool/packing.h"
#include "tool/tree_walk.h"

#define PROCESSES_MAX 256
#define BAR_CELLS 30

static const char usage[] =
    "usage: etagd precompress [--check | --dry-run] [--force] [--jobs N] "
    "[--verbose]\n"
    "                         [-o section.key=value]... DIR\n"
    "Writes NAME.gz, NAME.zst and NAME.br beside each file below DIR that is\n"
    "worth it, as a server would make them, with the file's own times.\n"
    "What is there already stays if it unpacks to the file's bytes; else it\n"
    "is replaced, or removed where it is not worth it; but what is newer than\n"
    "the file and not made of it is named and left.\n"
    "  -n, --dry-run    write nothing, tell what would be done\n"
    "      --check      the same; status 1 if there is something to do\n"
    "  -f, --force      make again what is right, replace what is newer\n"
    "  -j, --jobs N     so many at a time (one for each processor)\n"
    "  -v, --verbose    name each form\n";

struct options {
    const char *dir;
    const char **override;
    size_t n_override;
    uint64_t jobs;
    bool check, dry, force, verbose;
};

struct list {
    struct arena arena;
    char **below;
    size_t n;
};

/* ---- what there is to do ---- */

static bool has_coded_name(struct span name)
{
    for (unsigned c = CODING_IDENTITY + 1; c < CODING_COUNT; c++) {
        if (span_ends(name, span_str(coding_row((enum coding)c)->suffix)))
            return true;
    }
    return false;
}

/* Forms are looked for of names whose type gains by it: by their names alone,
 * as a worker does. */
static bool visit(void *arg, const struct walk_file *f)
{
    struct list *l = arg;
    const struct media_row *row = media_row(f->name);
    char storage[WALK_PATH_MAX + 256];
    struct buf b = buf_over(storage, sizeof storage);

    if (!row || !row->compressible || has_coded_name(f->name))
        return true;
    buf_span_put(&b, span_from(f->path, 1)); /* behind the slash */
    if (f->index)
        buf_span_put(&b, f->name);
    if (b.overflow)
        return true;
    l->below = arena_more(&l->arena, l->below, l->n, sizeof *l->below);
    l->below[l->n++] = arena_text(&l->arena, buf_span(&b));
    return true;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* In order, each once: an index file was seen as its folder's, too. */
static void settle(struct list *l)
{
    size_t n = 0;

    if (l->n)
        qsort(l->below, l->n, sizeof *l->below, by_text);
    for (size_t i = 0; i < l->n; i++) {
        if (n == 0 || strcmp(l->below[n - 1], l->below[i]) != 0)
            l->below[n++] = l->below[i];
    }
    l->n = n;
}

/* ---- what is told ---- */

/* On a terminal alone, and gone when it is over. */
static void show_progress(size_t done, size_t n)
{
    char bar[BAR_CELLS + 1];
    size_t cells = n ? done * BAR_CELLS / n : BAR_CELLS;

    if (!isatty(STDERR_FILENO))
        return;
    memset(bar, '.', BAR_CELLS);
    memset(bar, '#', cells);
    bar[BAR_CELLS] = '\0';
    fprintf(stderr, "\r[%s] %zu of %zu file%s", bar, done, n, plural(n));
    if (done == n)
        fprintf(stderr, "\r\033[K");
}

struct sums {
    size_t acts[BESIDE_REMOVED + 1], large, failed, missed;
    uint64_t plain, best; /* bytes of files that have forms, and as these */
};

static void print_acts(const char *below, const struct beside_outcome *o,
                       bool dry)
{
    static const char *const words[][2] = {
        [BESIDE_WRITTEN] = { "wrote", "would write" },
        [BESIDE_DATED] = { "dated", "would date" },
        [BESIDE_REMOVED] = { "removed", "would remove" },
    };

    for (unsigned c = CODING_IDENTITY + 1; c < CODING_COUNT; c++) {
        if (o->act[c] < BESIDE_WRITTEN)
            continue;
        printf("%s %s%s", words[o->act[c]][dry], below,
               coding_row((enum coding)c)->suffix);
        if (o->act[c] != BESIDE_REMOVED)
            printf(", %llu of %llu byte%s", (unsigned long long)o->bytes[c],
                   (unsigned long long)o->size, plural(o->size));
        printf("\n");
    }
}

static void print_failure(const char *below, const struct beside_outcome *o)
{
    const char *why = strerror(-o->error);

    if (o->error == -EBUSY)
        why = "has changed meanwhile";
    else if (o->error == -ELOOP)
        why = "is a symbolic link";
    else if (o->error == -ESTALE)
        why = "is newer than the file and not made of it (--force replaces it)";
    else if (o->error == -EEXIST)
        why = "is there, and no file";
    fprintf(stderr, "etagd: %s%s: %s\n", below,
            o->failed ? coding_row((enum coding)o->failed)->suffix : "", why);
}

static void add(struct sums *s, const struct beside_outcome *o)
{
    uint64_t best = o->size;

    for (unsigned c = CODING_IDENTITY + 1; c < CODING_COUNT; c++) {
        s->acts[o->act[c]]++;
        if (o->bytes[c] && o->bytes[c] < best)
            best = o->bytes[c];
    }
    s->large += o->large;
    s->failed += o->error != 0;
    s->missed += !o->ended;
    if (best < o->size) {
        s->plain += o->size;
        s->best += best;
    }
}

static void print_sums(const struct options *o, const struct sums *s, size_t n)
{
    const char *would = o->dry ? " would be" : "";

    printf("%zu file%s: %zu form%s%s written, %zu%s given the file's date, "
           "%zu%s removed, %zu kept",
           n, plural(n), s->acts[BESIDE_WRITTEN],
           plural(s->acts[BESIDE_WRITTEN]), would, s->acts[BESIDE_DATED], would,
           s->acts[BESIDE_REMOVED], would, s->acts[BESIDE_KEPT]);
    if (s->plain)
        printf("; %llu byte%s %llu in the best form",
               (unsigned long long)s->plain, plural_are(s->plain),
               (unsigned long long)s->best);
    printf("\n");
    if (s->large)
        printf("%zu left alone: larger than %llu MiB\n", s->large,
               (unsigned long long)(BESIDE_BYTES_MAX >> 20));
    if (s->missed)
        printf("%zu not looked at to the end\n", s->missed);
}

/* ---- doing it ---- */

static uint64_t processors(void)
{
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    return (uint64_t)CPU_COUNT(&set);
}

static int report(const struct options *o, const struct list *l,
                  const struct beside_outcome *out)
{
    struct sums s = { .large = 0 };

    for (size_t i = 0; i < l->n; i++) {
        add(&s, &out[i]);
        if (out[i].error)
            print_failure(l->below[i], &out[i]);
        if (o->verbose || o->dry)
            print_acts(l->below[i], &out[i], o->dry);
    }
    print_sums(o, &s, l->n);
    bool clean = s.acts[BESIDE_WRITTEN] + s.acts[BESIDE_DATED] +
                     s.acts[BESIDE_REMOVED] ==
                 0;
    return s.failed || s.missed || (o->check && !clean);
}

/* Says which is missing; false: all of them are. */
static bool any_coding(void)
{
    bool any = false;

    for (unsigned c = CODING_IDENTITY + 1; c < CODING_COUNT; c++) {
        bool can = compress_can((enum coding)c);
        if (!can)
            fprintf(stderr,
                    "etagd: no %s is made: what is there is left alone\n",
                    coding_row((enum coding)c)->suffix);
        any = any || can;
    }
    if (!any)
        fprintf(stderr, "etagd: no form can be made: none of the codings' "
                        "libraries is there\n");
    return any;
}

static int pack(const struct options *o, const struct conf *conf,
                const struct list *l)
{
    const struct conf_site *site = &conf->sites[0];
    size_t bytes = (l->n + 1) * sizeof(struct beside_outcome);
    struct beside_outcome *out = shm_new(bytes);
    struct beside how = {
        .root = file_open_root(site->root),
        .links = site->symlinks == SYMLINKS_NONE ? FILE_LINKS_NONE
                                                 : FILE_LINKS_BENEATH,
        .bytes_min = conf->prepare.compress_min_bytes,
        .write = !o->dry,
        .force = o->force,
    };
    int rc = out ? how.root : -ENOMEM;

    if (rc >= 0)
        rc = packing_run(&how, l->below, l->n, (unsigned)o->jobs, out,
                         show_progress);
    int status = 1;
    if (rc == 0 || rc == -EINTR)
        status = report(o, l, out);
    if (rc < 0)
        fprintf(stderr, "etagd: %s\n",
                rc == -EINTR ? "stopped" : strerror(-rc));
    if (how.root >= 0)
        close(how.root);
    if (out)
        shm_free(out, bytes);
    return rc < 0 ? 1 : status;
}

static int run(const struct options *o)
{
    struct conf_source source = { NULL, o->dir, o->override, o->n_override };
    struct conf *conf = loaded(&source);
    struct list l = { .n = 0 };

    if (!conf)
        return 2;
    if (!any_coding()) {
        conf_free(conf);
        return 1;
    }
    bool whole = walk_site(&conf->sites[0], visit, &l);
    settle(&l);
    int status = pack(o, conf, &l);
    arena_free(&l.arena);
    conf_free(conf);
    return whole ? status : 1;
}

#define NAME "etagd precompress"

/* -1: go on; else the exit status. */
static int parse(struct options *o, int argc, char **argv)
{
    static const struct option names[] = {
        { "check", no_argument, NULL, 'C' },
        { "dry-run", no_argument, NULL, 'n' },
        { "force", no_argument, NULL, 'f' },
        { "jobs", required_argument, NULL, 'j' },
        { "verbose", no_argument, NULL, 'v' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 },
    };
    int c;

    while ((c = cmdline_next(NAME, argc, argv, ":nfj:vo:h", names)) != -1) {
        if (c == 'C')
            o->check = o->dry = true;
        else if (c == 'n')
            o->dry = true;
        else if (c == 'f')
            o->force = true;
        else if (c == 'v')
            o->verbose = true;
        else if (c == 'o')
            o->override[o->n_override++] = optarg;
        else if (c == CMDLINE_WRONG)
            return 2;
        else if (c == 'h')
            return fputs(usage, stdout) == EOF;
        else if (!num_u64(span_str(optarg), &o->jobs) || o->jobs < 1 ||
                 o->jobs > PROCESSES_MAX)
            return cmdline_wrong(NAME, "--jobs %s is none; allowed: 1 to %d",
                                 optarg, PROCESSES_MAX);
    }
    if (optind == argc)
        return cmdline_wrong(NAME, "nothing to compress: give a DIR");
    o->dir = argv[optind++];
    if (optind < argc)
        return cmdline_wrong(NAME, "one DIR at a time, not two");
    return -1;
}

int precompress_main(int argc, char **argv)
{
    struct options o = { .override = calloc((size_t)argc + 1, sizeof(char *)),
                         .jobs = processors() };

    CHECK(o.override != NULL);
    int status = parse(&o, argc, argv);
    if (status < 0)
        status = run(&o);
    free(o.override);
    return status;
}
