/* SPDX-License-Identifier: MIT
 *
 * passing: reads a small text that lies in the system's memory, and answers.
 * Layer: files.  Never waits for a disk.  What it can't say at once and beyond
 * doubt (another type than the name's, forms beside it or to be made, a change
 * a moment ago) is left to the preparer, which has the time for it.
 * Heap: the answer, and once a table of what was asked for.
 */
#include "files/passing.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "files/blocks.h"
#include "files/entry.h"
#include "files/files.h"
#include "files/find.h"
#include "files/forms.h"
#include "files/policy.h"
#include "http/head.h"
#include "http/media.h"
#include "http/plan.h"
#include "http/utf8.h"
#include "os/file.h"
#include "prepare/digest.h"
#include "prepare/version.h"

#define YOUNG_NS 50000000 /* ticks of file times */

#define NAMES_MIN 2048 /* a page of memory */

size_t passing_names(size_t files)
{
    size_t n = NAMES_MIN;

    while (n < files)
        n *= 2;
    return n;
}

/* Which of its two new places each name would have is not known any more: so
 * it is in both. */
static void grow(struct passing *p)
{
    uint16_t *more = realloc(p->seen, 2 * p->places * sizeof p->seen[0]);

    if (!more)
        return;
    memcpy(more + p->places, more, p->places * sizeof more[0]);
    p->seen = more;
    p->places *= 2;
}

/* Sixteen bits of each name, the last one that fell into its place.  One that
 * was driven out is taken for new once more, one in 65,536 for known: both are
 * answered rightly.  As large as need be: memory that is touched for the first
 * time costs more than all the rest of it. */
static uint16_t *place(struct passing *p, size_t files, uint64_t hash)
{
    if (!p->seen) {
        p->seen = calloc(NAMES_MIN, sizeof p->seen[0]);
        p->places = p->seen ? NAMES_MIN : 0;
    } else if (p->names >= p->places / 2 && p->places < passing_names(files)) {
        grow(p);
    }
    return p->seen ? &p->seen[(hash >> 8) & (p->places - 1)] : NULL;
}

/* Of a request without conditions, for one that would be sent the bytes as they
 * are; `f->make` is known by now. */
static bool may(const struct files *fs, const struct found *f)
{
    const struct conf_prepare *p = &fs->conf->prepare;
    uint64_t n = f->version.size;

    return !fs->passing.off && fs->asker &&
           !(fs->asker->present & PLAN_CONDITIONAL) &&
           f->reason == REASON_WHOLE && !f->sidecars && !f->declared &&
           !f->transient && !f->foreign && f->lane < 0 && !f->previous &&
           n > 0 && n <= PASSING_BYTES_MAX && n <= p->memory_file_bytes &&
           n <= p->memory_bytes && n <= p->digest_bytes &&
           /* what a page refers to is found by the preparer */
           !fs->conf->observe.on &&
           !version_young(&f->version, fs->now->real_us * 1000, YOUNG_NS);
}

/* The version that was opened, all of it, if no disk is to be waited for. */
static bool read_now(char *p, const struct found *f)
{
    size_t n = (size_t)f->version.size;
    struct file_stat s;

    if (file_read_now(f->fd, p, n) != (ssize_t)n || file_stat(f->fd, &s) != 0)
        return false;
    struct file_version v = find_version(&s);
    return file_version_eq(&v, &f->version);
}

/* As the preparer would (job.c), if the name is right without libmagic's word.
 */
static bool settle(struct media *m, const struct found *f, struct span bytes)
{
    const char *slash = strrchr(f->path, '/');
    struct span name = span_str(slash ? slash + 1 : f->path);
    struct utf8 utf8;

    utf8_start(&utf8);
    utf8_add(&utf8, bytes.p, bytes.n);
    enum media_bytes kind = utf8_bytes(&utf8, true);
    const struct media_row *row = media_row(name);
    bool marked = media_by_mark(row, bytes);
    if (!marked && !media_by_name_alone(row, bytes, kind))
        return false;
    media_settle(m, name, marked ? span_str(row->type) : SPAN(""),
                 SPAN("utf-8"), kind);
    return true;
}

static bool fill(struct files *fs, struct entry *e, const struct found *f,
                 const struct media *m)
{
    const char *bytes = fs->passing.bytes;
    size_t n = (size_t)f->version.size;
    struct prepare_answer a = { .has_digest = 1 };

    e->kind = ENTRY_FILE;
    e->status = 200;
    e->root = f->root;
    e->version = f->version;
    e->negotiable = e->varies = forms_worth(fs, m, n);
    digest_of(bytes, n, a.digest);
    entry_type(fs, e, m->type);
    policy_apply(fs, e);
    forms_of_file(fs, e, &a);
    e->own_form.bytes = bytes;
    return entry_place(e, f->path) && blocks_file(fs, e);
}

/* Whoever still holds it (a record of the log does) wants no bytes of it. */
static void let_go(struct files *fs)
{
    struct entry *e = fs->passing.last;

    if (!e)
        return;
    e->own_form.bytes = NULL;
    entry_release(fs, e);
    fs->passing.last = NULL;
}

static struct entry *make(struct files *fs, unsigned site,
                          const struct target *target, uint64_t hash,
                          const struct found *f)
{
    struct passing *p = &fs->passing;
    struct media m;

    if (!p->bytes)
        p->bytes = malloc(PASSING_BYTES_MAX);
    if (!p->bytes || !read_now(p->bytes, f) ||
        !settle(&m, f, span_of(p->bytes, (size_t)f->version.size)) ||
        (f->make && forms_worth(fs, &m, f->version.size)))
        return NULL;
    struct entry *e = entry_new(site, target->path, hash);
    if (!e)
        return NULL;
    if (!fill(fs, e, f, &m)) {
        entry_release(fs, e);
        return NULL;
    }
    p->last = e;
    return e;
}

struct entry *passing_make(struct files *fs, unsigned site,
                           const struct target *target, uint64_t hash,
                           const struct found *f)
{
    struct passing *p = &fs->passing;
    uint16_t word = (uint16_t)(hash >> 48) | 1;
    uint16_t *seen =
        may(fs, f) ? place(p, fs->conf->prepare.files, hash) : NULL;

    if (!seen || *seen == word)
        return NULL;
    let_go(fs);
    struct entry *e = make(fs, site, target, hash, f);
    if (e) {
        *seen = word;
        p->names++;
        p->used = fs->now->second;
    }
    return e;
}

void passing_rest(struct files *fs, int64_t since)
{
    struct passing *p = &fs->passing;

    if (p->used > since)
        return;
    passing_end(fs);
}

void passing_end(struct files *fs)
{
    struct passing *p = &fs->passing;

    let_go(fs);
    free(p->seen);
    free(p->bytes);
    *p = (struct passing){ .off = p->off };
}
