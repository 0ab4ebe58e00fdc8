/* SPDX-License-Identifier: MIT
 *
 * load: from an ini file and -o options to a struct conf.
 * Layer: conf.  Order: defaults, file, overrides, what needs the whole, checks.
 * Owns the loader's state; every path frees it.
 */
#include "conf/load.h"

#include <errno.h>
#include <ini.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/chars.h"
#include "base/check.h"
#include "conf/autos.h"
#include "conf/lines.h"
#include "conf/loader.h"
#include "conf/values.h"
#include "conf/wide.h"

#define FILE_BYTES_MAX ((size_t)1 << 20)

/* ---- the file ---- */

struct reading {
    struct loader *l;
    struct lines lines;
};

static void take_section(void *user, struct span name)
{
    struct reading *r = user;

    r->l->at = r->lines.number;
    section_begin(r->l, name);
}

static void take_fault(void *user, const char *what, struct span line)
{
    struct reading *r = user;

    loader_fault(r->l, r->lines.number, NULL, NULL, "the line \"%s\" %s",
                 SHOWN(line), what);
}

static void take_doubt(void *user, const char *what, struct span line)
{
    struct reading *r = user;

    loader_warn(r->l, r->lines.number, NULL, NULL, "the line \"%s\" %s",
                SHOWN(line), what);
}

/* inih's handler.  Its section is not asked: lines.c knows the whole name. */
static int take_key(void *user, const char *section, const char *name,
                    const char *value)
{
    struct reading *r = user;
    char *name_copy = arena_text(r->l->arena, span_str(name));
    char *value_copy = arena_text(r->l->arena, span_str(value));

    (void)section;
    lines_restore(name_copy);
    lines_restore(value_copy);
    r->l->at = r->lines.number;
    section_key(r->l, span_str(name_copy), span_str(value_copy));
    return 1;
}

static void bytes_take(struct loader *l, struct span bytes)
{
    struct reading r = { .l = l,
                         .lines = { .rest = bytes,
                                    .section = take_section,
                                    .fault = take_fault,
                                    .doubt = take_doubt } };

    r.lines.user = &r;
    if (span_starts(bytes, SPAN("\xff\xfe")) ||
        span_starts(bytes, SPAN("\xfe\xff"))) {
        loader_fault(l, 0, NULL, NULL, "is UTF-16; save it as UTF-8");
        return;
    }
    if (ini_parse_stream(lines_read, &r.lines, take_key, &r) != 0)
        loader_fault(l, r.lines.number, NULL, NULL,
                     "inih refuses a line up to here");
}

/* Whole file, or NULL with a fault. */
static char *file_read(struct loader *l, const char *path, size_t *n)
{
    char *bytes = malloc(FILE_BYTES_MAX + 1);
    FILE *f = fopen(path, "re");

    CHECK(bytes != NULL);
    errno = f ? 0 : errno;
    *n = f ? fread(bytes, 1, FILE_BYTES_MAX + 1, f) : 0;
    if (!f || ferror(f))
        loader_fault(l, 0, NULL, NULL, "cannot be read: %s", strerror(errno));
    else if (*n > FILE_BYTES_MAX)
        loader_fault(l, 0, NULL, NULL, "is too long; allowed: 1 MiB");
    if (f)
        fclose(f);
    if (l->faults.n) {
        free(bytes);
        return NULL;
    }
    return bytes;
}

/* ---- overrides ---- */

/* "section.key=value": the section ends at the last dot before the "=". */
static void override_take(struct loader *l, struct span text)
{
    size_t equals = span_find(text, '='), dot = equals;
    struct span section, key;

    while (dot > 0 && text.p[dot - 1] != '.')
        dot--;
    if (equals == text.n || dot == 0) {
        char storage[400];
        struct buf why = buf_over(storage, sizeof storage);
        bool wide = text.n < 200 && wide_name(text, &why) && buf_cstr(&why);
        loader_fault(l, l->at, NULL, NULL, "%s",
                     wide ? storage
                          : "is not section.key=value, as in "
                            "server.workers=4");
        return;
    }
    for (size_t i = 0; i < text.n; i++) {
        if (!chars_is(text.p[i], CHAR_FIELD) || dot > LINE_BYTES_MAX - 8) {
            loader_fault(l, l->at, NULL, NULL, "%s",
                         dot > LINE_BYTES_MAX - 8
                             ? "names a section that is too long"
                             : "holds a control character");
            return;
        }
    }
    section = span_trim(span_to(text, dot - 1));
    key = span_trim(span_of(text.p + dot, equals - dot));
    /* consecutive overrides of one rule are one rule */
    if (!l->title || l->ignored || !l->row || l->row->kind != SECTION_RULE ||
        !span_eq(section, span_str(l->title)))
        section_begin(l, section);
    section_key(l, key, span_trim(span_from(text, equals + 1)));
}

static void overrides_take(struct loader *l)
{
    l->title = NULL; /* never the file's last section */
    for (size_t i = 0; i < l->source->n_override; i++) {
        l->at = -(int)i - 1;
        override_take(l, span_str(l->source->override[i]));
    }
}

/* ---- all of it ---- */

/* The directory of a path, absolute; "" when it has none that exists. */
static char *dir_text(struct loader *l, const char *path)
{
    char whole[PATH_MAX], copy[PATH_MAX];
    const char *slash = path ? strrchr(path, '/') : NULL;
    size_t n = slash ? (size_t)(slash - path) + 1 : 0;

    memcpy(copy, ".", sizeof ".");
    if (n > 0 && n < sizeof copy) {
        memcpy(copy, path, n);
        copy[n] = '\0';
    }
    if (!realpath(copy, whole))
        whole[0] = '\0';
    return arena_text(l->arena, span_str(whole));
}

static void loader_init(struct loader *l, const struct conf_source *source)
{
    memset(l, 0, sizeof *l);
    l->own = calloc(1, sizeof *l->own);
    CHECK(l->own != NULL);
    l->c = &l->own->conf;
    l->arena = &l->own->arena;
    l->source = source;
    l->faults.file = l->warnings.file = source->file;
    l->faults.override = l->warnings.override = source->override;
    l->file_dir = dir_text(l, source->file);
    l->here = dir_text(l, NULL);
    l->section_at = arena_alloc(l->arena, sections_n * sizeof *l->section_at);
    l->sites = arena_more(l->arena, NULL, 0, sizeof *l->sites);
    l->n_sites = 1;
    l->c->ad_hoc = source->file == NULL;
    if (source->file)
        l->c->file = arena_text(l->arena, span_str(source->file));
    section_presets(l, l->c->ad_hoc);
    /* defaults are nobody's line */
    memset(l->where_options, 0, sizeof l->where_options);
    l->warnings.n = 0;
    l->c->n_experiments = 0;
}

static void ad_hoc_root(struct loader *l)
{
    const char *dir = l->source->ad_hoc_dir;

    l->at = 0;
    section_begin(l, SPAN("server"));
    section_key(l, SPAN("root"), span_str(dir ? dir : "."));
}

static struct conf *loader_finish(struct loader *l, struct conf_faults *faults,
                                  struct conf_faults *warnings)
{
    struct conf *c = l->c;

    section_finish(l);
    autos_fit(c, l->source->memory, l->source->processors);
    check_all(l);
    if (l->faults.n) {
        conf_free(c);
        c = NULL;
    }
    faults_hand_over(&l->faults, faults);
    faults_hand_over(&l->warnings, warnings);
    return c;
}

struct conf *conf_load_bytes(const struct conf_source *source,
                             struct span bytes, struct conf_faults *faults,
                             struct conf_faults *warnings)
{
    struct loader l;

    loader_init(&l, source);
    bytes_take(&l, bytes);
    overrides_take(&l);
    return loader_finish(&l, faults, warnings);
}

struct conf *conf_load(const struct conf_source *source,
                       struct conf_faults *faults, struct conf_faults *warnings)
{
    struct loader l;
    size_t n;
    char *bytes;

    loader_init(&l, source);
    if (!source->file) {
        ad_hoc_root(&l);
    } else if ((bytes = file_read(&l, source->file, &n)) != NULL) {
        bytes_take(&l, span_of(bytes, n));
        free(bytes);
    } else {
        /* nothing was read: what it lacks is not worth a word */
        conf_free(l.c);
        faults_hand_over(&l.faults, faults);
        faults_hand_over(&l.warnings, warnings);
        return NULL;
    }
    overrides_take(&l);
    return loader_finish(&l, faults, warnings);
}

void conf_free(struct conf *c)
{
    struct conf_owned *own = (struct conf_owned *)(void *)c;

    if (!own)
        return;
    free(c->passed);
    arena_free(&own->arena);
    free(own);
}
