/* SPDX-License-Identifier: MIT
 *
 * pages: reads error pages and looks whether they have changed.
 * Layer: answer.  They are looked up as files only (no redirect, no fallback,
 * no error page of their own), so one that is missing leads to no other. Heap:
 * at the start, and when such a file has changed.
 */
#include "answer/pages.h"

#include <stdlib.h>
#include <string.h>

#include "answer/answer.h"
#include "base/check.h"
#include "files/aside.h"
#include "files/entry.h"
#include "files/files.h"
#include "files/find.h"
#include "files/view.h"
#include "http/media.h"
#include "http/target.h"
#include "http/utf8.h"
#include "os/log.h"
#include "prepare/version.h"

#define TICK_NS 50000000 /* several ticks of the clock of file times */

struct pages_slot {
    struct entry *page; /* NULL: can't be used */
    uint64_t fresh;     /* generation of the watch at the last look */
    bool looked, watched;
    bool racy;  /* changed so lately that equal times prove nothing */
    bool told;  /* that it can't be used */
    bool asked; /* a helper looks */
};

/* One that a helper looks up. */
struct page_look {
    struct aside_job job;
    struct answers *answers;
    struct view *view;
    const struct conf_site *site;
    const struct conf_error_page *page;
    struct pages_slot *slot;
    struct found found;
    struct entry *read;
};

struct pages {
    size_t n;
    struct pages_slot slot[]; /* site by site, in the order of error_pages */
};

struct pages *pages_new(const struct conf *conf)
{
    size_t n = 0;

    for (size_t i = 0; i < conf->n_sites; i++)
        n += conf->sites[i].n_error_pages;
    struct pages *p = calloc(1, sizeof *p + n * sizeof p->slot[0]);
    if (p)
        p->n = n;
    return p;
}

static void replace(struct answers *a, struct pages_slot *s, struct entry *e)
{
    if (s->page)
        entry_release(a->files, s->page);
    CHECK(!e || (e->kind == ENTRY_PAGE && e->own_form.bytes));
    s->page = e;
}

void pages_free(struct answers *a)
{
    for (size_t i = 0; a->pages && i < a->pages->n; i++)
        replace(a, &a->pages->slot[i], NULL);
    free(a->pages);
    a->pages = NULL;
}

/* Perhaps in a helper's thread.  The type lies behind the bytes. */
static struct entry *read_page(struct span path, const struct found *f)
{
    struct entry *e = entry_new(0, path, 0);
    const char *slash = strrchr(f->path, '/');
    struct media m;
    struct utf8 utf8;

    if (!e)
        return NULL;
    e->kind = ENTRY_PAGE;
    e->version = f->version;
    e->page = malloc((size_t)f->version.size + sizeof m.type);
    ssize_t n =
        e->page ? file_read_at(f->fd, e->page, (size_t)f->version.size, 0) : -1;
    if (n < 0 || (uint64_t)n != f->version.size)
        return e; /* without form: the caller lets go of it */
    utf8_start(&utf8);
    utf8_add(&utf8, e->page, (size_t)n);
    media_settle(&m, span_str(slash ? slash + 1 : f->path), SPAN(""), SPAN(""),
                 utf8_bytes(&utf8, true));
    e->type = memcpy(e->page + n, m.type, sizeof m.type);
    e->own_form.bytes = e->page;
    e->own_form.plan.size = (uint64_t)n;
    return e;
}

static void tell(struct pages_slot *s, const struct conf_error_page *page,
                 const char *why)
{
    if (!s->told)
        log_line(LOG_WARN_, LOG_ON(page->path), "W050",
                 "error-%d: %s %s; a plain page stands in", page->status,
                 page->path, why);
    s->told = true;
}

/* e: what was read, if it could be; taken over. */
static void take(struct answers *a, const struct conf_error_page *page,
                 struct pages_slot *s, const struct found *f, struct entry *e)
{
    bool whole = e && e->own_form.bytes;

    s->looked = true;
    s->watched = f->watched;
    s->fresh = a->files->fresh;
    if (e && !whole)
        entry_release(a->files, e);
    if (f->status != 200) {
        replace(a, s, NULL);
        tell(s, page, "can't be read");
    } else if (f->version.size > PAGES_FILE_MAX) {
        replace(a, s, NULL);
        tell(s, page, "is larger than 256 KiB");
    } else {
        replace(a, s, whole ? e : NULL);
        s->racy = version_young(&f->version, a->now->real_us * 1000, TICK_NS);
        s->told = s->told && !whole;
        if (!whole)
            s->looked = false; /* it was being changed: again next time */
    }
}

static bool readable(const struct found *f)
{
    return f->status == 200 && f->version.size <= PAGES_FILE_MAX;
}

static void page_run(struct helper_job *job)
{
    struct page_look *l = LIST_ENTRY(job, struct page_look, job.job);
    struct target target = { .path = span_str(l->page->path) };

    find_file(&l->view->files, l->site, &target, &l->found);
    l->found.lane = (int)job->lane;
    l->found.foreign = true;
    if (readable(&l->found))
        l->read = read_page(target.path, &l->found);
}

static void page_done(struct files *fs, struct aside_job *job)
{
    struct page_look *l = LIST_ENTRY(job, struct page_look, job);

    if (!job->given_up) {
        l->slot->asked = false;
        take(l->answers, l->page, l->slot, &l->found, l->read);
    } else if (l->read) {
        entry_release(fs, l->read);
    }
    find_release(fs, &l->found);
    view_release(l->view);
    free(l);
}

static void page_late(struct files *fs, struct aside_job *job)
{
    struct page_look *l = LIST_ENTRY(job, struct page_look, job);

    (void)fs;
    l->slot->asked = false;
}

/* Its file system may not answer: the page that is there does until then. */
static void ask(struct answers *a, const struct conf_site *site,
                const struct conf_error_page *page, struct pages_slot *s,
                const struct found *f)
{
    struct page_look *l = s->asked ? NULL : calloc(1, sizeof *l);

    if (!l)
        return;
    l->answers = a;
    l->view = aside_view(a->files);
    l->site = site;
    l->page = page;
    l->slot = s;
    l->found.fd = -1;
    l->job.job.run = page_run;
    l->job.done = page_done;
    l->job.late = page_late;
    s->asked =
        l->view && aside_give(a->files, &l->job,
                              aside_lane(a->files, f->root, f->path)) == 0;
    if (!s->asked) {
        if (l->view)
            view_release(l->view);
        free(l);
    }
}

static void look(struct answers *a, const struct conf_site *site,
                 const struct conf_error_page *page, struct pages_slot *s)
{
    static struct found f;
    struct target target = { .path = span_str(page->path) };

    a->files->crosses = false;
    find_file(a->files, site, &target, &f);
    if (a->files->crosses) {
        ask(a, site, page, s, &f);
    } else if (readable(&f) && s->page && !s->racy &&
               file_version_eq(&s->page->version, &f.version)) {
        s->looked = true;
        s->watched = f.watched;
        s->fresh = a->files->fresh;
    } else {
        take(a, page, s, &f, readable(&f) ? read_page(target.path, &f) : NULL);
    }
    find_release(a->files, &f);
}

static struct entry *look_if_changed(struct answers *a,
                                     const struct conf_site *site,
                                     const struct conf_error_page *page,
                                     struct pages_slot *s)
{
    if (!s->looked || !s->watched || s->racy || s->fresh != a->files->fresh)
        look(a, site, page, s);
    return s->page;
}

void pages_prepare(struct answers *a)
{
    struct pages_slot *s = a->pages->slot;

    for (size_t i = 0; i < a->conf->n_sites; i++) {
        const struct conf_site *site = &a->conf->sites[i];
        for (size_t j = 0; j < site->n_error_pages; j++)
            look_if_changed(a, site, &site->error_pages[j], s++);
    }
}

struct entry *pages_find(struct answers *a, const struct conf_site *site,
                         int status)
{
    struct pages_slot *s = a->pages->slot;

    if (a->pages->n == 0)
        return NULL;
    for (size_t i = 0; i < site->n_error_pages; i++) {
        if (site->error_pages[i].status != status)
            continue;
        for (const struct conf_site *p = a->conf->sites; p != site; p++)
            s += p->n_error_pages;
        return look_if_changed(a, site, &site->error_pages[i], s + i);
    }
    return NULL;
}
