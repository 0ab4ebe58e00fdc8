/* SPDX-License-Identifier: MIT
 *
 * report: one line per question, then the head that would be sent.
 * Layer: tool.  Decides nothing: each value is the server's own, or a pure
 * function's of it.
 */
#include "tool/report.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/plural.h"
#include "conf/rules.h"
#include "files/find.h"
#include "files/sited.h"
#include "http/date.h"
#include "http/plan.h"
#include "tool/mime.h"
#include "tool/trial.h"

/* Text of the request or of the disk, safe on a terminal. */
static void put_text(struct span s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c < 0x20 || c == 0x7f)
            printf("\\x%02x", c);
        else
            putchar(c);
    }
}

static void put_place(const struct conf *c, int line)
{
    if (c->file)
        printf("%s", c->file);
    else
        printf("built in");
    if (line)
        printf(":%d", line);
}

static void put_site(const struct trial *t)
{
    const struct conf *c = t->w->conf;
    const struct conf_site *s = t->request.site;

    printf("site     ");
    if (s->n_names == 0)
        printf("[server]");
    else
        printf("[host %s]", s->names[0]);
    if (s->line) {
        printf(" ");
        put_place(c, s->line);
    }
    printf(", root %s\n", s->root);
}

static const char *root_of(const struct conf *c, unsigned root)
{
    for (size_t i = 0; i < c->n_sites; i++) {
        const struct conf_site *s = &c->sites[i];
        if (root == 0)
            return s->root;
        if (root <= s->n_aliases)
            return s->aliases[root - 1].root;
        root -= 1 + (unsigned)s->n_aliases;
    }
    return "";
}

static void put_date(const char *what, int64_t t)
{
    char text[DATE_BYTES];

    date_format(text, t);
    printf("%s%.*s", what, DATE_BYTES, text);
}

static void put_type(const struct trial *t, const struct entry *e)
{
    const char *slash = strrchr(e->file_path, '/');
    struct mime_look look;
    int fd =
        find_open(&t->w->files, t->request.site, e->root, e->file_path, NULL);

    printf("type     %s", e->type);
    if (fd >= 0 &&
        mime_look(&look, fd, slash ? slash + 1 : e->file_path) == 0) {
        printf(": %s (name: %s, content: %s)", look.media.reason,
               look.row ? look.row->type : "nothing",
               look.magic.type[0] ? look.magic.type : "nothing");
    }
    if (fd >= 0)
        close(fd);
    printf("\n");
}

static void put_forms(const struct entry *e, const struct record *r)
{
    for (int c = 0; c < CODING_COUNT; c++) {
        const struct entry_form *f = entry_form(e, (unsigned)c);
        if (!(e->source.available >> c & 1))
            continue;
        enum coding sent = c ? (enum coding)c : (enum coding)e->own;
        printf("form     %-8s %llu byte%s, tag %.*s%s%s\n",
               coding_row(sent)->name, (unsigned long long)f->plan.size,
               plural(f->plan.size), f->tag_n ? (int)f->tag_n : 4,
               f->tag_n ? f->tag_text : "none",
               e->sidecars >> c & 1 ? ", from a file of its own"
               : c                  ? ", made once a client would be sent it"
                                    : "",
               r->line.coding == sent ? ", chosen" : "");
    }
}

static void put_file(const struct trial *t, const struct entry *e)
{
    printf("file     %s/", root_of(t->w->conf, e->root));
    put_text(span_str(e->file_path));
    printf(", %llu byte%s", (unsigned long long)e->version.size,
           plural(e->version.size));
    put_date(", changed ", e->version.mtime_ns / 1000000000);
    printf("\n");
    put_type(t, e);
    put_forms(e, t->record);
}

static void put_rule(const struct conf *c, const struct conf_rule *r)
{
    printf("rule     ");
    put_place(c, r->line);
    printf(" [%s %s]", r->is_cache ? "cache" : "header", r->pattern);
    const char *comma = ":";
    const char *const keys[] = {
        r->set_etag ? "ETag" : NULL,
        r->set_last_modified ? "Last-Modified" : NULL,
        r->set_expires ? "Expires" : NULL,
        r->set_clock ? "Clock" : NULL,
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (!keys[i])
            continue;
        printf("%s %s", comma, keys[i]);
        comma = ",";
    }
    for (size_t i = 0; i < r->n_fields; i++) {
        printf("%s %s%s", comma, r->fields[i].value ? "" : "no ",
               r->fields[i].name);
        comma = ",";
    }
    printf("\n");
}

/* The same test, with the same arguments, as rules_resolve() has had. */
static void put_rules(const struct trial *t, const struct entry *e)
{
    const struct conf *c = t->w->conf;
    const struct conf_site *site = t->request.site;
    struct span host = span_str(site->hosts);
    bool file = e && e->kind == ENTRY_FILE && t->record->line.status < 400;
    struct span path = file ? span_of(e->path, e->path_n) : t->request.path;
    struct span type = SPAN("");
    static const char name[] = "Content-Type: ";
    const char *at =
        t->head.n ? memmem(t->head.p, t->head.n, name, sizeof name - 1) : NULL;

    if (file)
        type = span_str(e->type);
    else if (at)
        type = span_of(at + sizeof name - 1,
                       strcspn(at, "\r") - (sizeof name - 1));
    type = span_trim(span_to(type, span_find(type, ';')));
    for (size_t i = 0; i < c->n_rules; i++) {
        if (rules_applies(&c->rules[i], host, path, type,
                          t->record->line.status))
            put_rule(c, &c->rules[i]);
    }
}

static void put_ranges(const struct trial *t, const struct entry *e)
{
    struct plan plan;

    plan_make(&plan, &t->request.head, &e->source,
              t->w->now.second + e->clock_s);
    if (plan.identity_refused)
        printf("note     the client refuses every form there is; this one is "
               "sent all the same (RFC 9110 12.5.3)\n");
    if (plan.status != 206)
        return;
    for (unsigned i = 0; i < plan.range.n; i++) {
        const struct range_piece *p = &plan.range.piece[i];
        printf("range    bytes %llu-%llu of %llu\n",
               (unsigned long long)p->first,
               (unsigned long long)(p->first + p->bytes - 1),
               (unsigned long long)e->source.form[plan.coding]->size);
    }
}

/* What follows is the answer to those that have one. */
static void put_access(const struct trial *t)
{
    const struct conf *c = t->w->conf;
    struct conf_access a;

    if (!access_find(c, t->request.site, t->request.path, &a))
        return;
    printf("access   ");
    put_place(c, a.line);
    printf(" [access %s]: 401 without a password of %s\n", a.pattern, a.basic);
}

static void put_status(const struct trial *t)
{
    const struct logline *l = &t->record->line;

    if (l->reason == REASON_FAULT)
        printf("status   %d %s: %s", l->status, fault_row(l->fault)->word,
               fault_row(l->fault)->text);
    else
        printf("status   %d %s (%s)", l->status, reason_word(l->reason),
               reason_section(l->reason));
    printf("%s\n", t->conn.closing ? "; the connection closes" : "");
}

static void put_moved(const struct trial *t, const struct entry *e)
{
    const struct conf_site *s = t->request.site;

    for (size_t i = 0; e->reason == REASON_REDIRECT && i < s->n_redirects;
         i++) {
        if (!rules_match(s->redirects[i].pattern, SPAN(""), t->request.path))
            continue;
        printf("redirect ");
        put_place(t->w->conf, s->redirects[i].line);
        printf(" [redirect %s] to = %s\n", s->redirects[i].pattern,
               s->redirects[i].to);
        return;
    }
}

/* What a running server has kept is known to that one alone. */
static void put_previous(const struct trial *t)
{
    if (t->w->conf->keep_previous_ms &&
        t->record->line.reason == REASON_NOT_FOUND &&
        sited_part(t->request.path))
        printf("note     a server that has seen a release with that file "
               "sends it for a while ([server] keep-previous)\n");
}

void report_print(struct trial *t)
{
    const struct head *h = &t->request.head;
    struct entry *e = trial_entry(t);

    printf("request  ");
    put_text(h->method_text);
    printf(" ");
    put_text(h->target);
    printf("\n");
    if (!t->record) {
        printf("status   none: the request is not complete\n");
        return;
    }
    put_site(t);
    if (t->record->line.reason != REASON_FAULT) {
        printf("path     ");
        put_text(t->request.path);
        printf("\n");
    }
    if (e && e->kind == ENTRY_FILE)
        put_file(t, e);
    else if (e && e->kind == ENTRY_MOVED)
        put_moved(t, e);
    put_access(t);
    put_rules(t, e);
    put_status(t);
    put_previous(t);
    if (e && e->kind == ENTRY_FILE)
        put_ranges(t, e);
    printf("content  %llu byte%s\n\n",
           (unsigned long long)t->record->line.bytes,
           plural(t->record->line.bytes));
    for (size_t i = 0; i < t->head.n; i++) {
        if (t->head.p[i] != '\r')
            putchar(t->head.p[i]);
    }
}
