/* SPDX-License-Identifier: MIT
 *
 * blocks: composes status line and fields once per representation.
 * Layer: serve.  Owns the text of each struct block (heap; freed with it).
 * Heap: the text of a head, when facts about a file arrive.
 */
#include "serve/blocks.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "conf/rules.h"
#include "http/status.h"
#include "serve/worker.h"

/* Fields that describe the content: a 304 does not repeat them (RFC 9110
 * 15.4.5: Cache-Control, Content-Location, Date, ETag, Expires and Vary are
 * what it must carry; a rule's other fields, CORS for one, do no harm). */
static bool content_field(struct span name)
{
    return span_starts(name, SPAN("Content-")) &&
           !span_eq_nocase(name, SPAN("Content-Location")) &&
           !span_eq_nocase(name, SPAN("Content-Security-Policy"));
}

static const char *rule_value(const struct policy *p, struct span name,
                              bool *named)
{
    for (size_t i = 0; i < p->n_fields; i++) {
        if (span_eq_nocase(span_str(p->field[i]->name), name)) {
            *named = true;
            return p->field[i]->value;
        }
    }
    *named = false;
    return NULL;
}

static void field(struct buf *b, const char *name, struct span value)
{
    buf_str(b, name);
    BUF_LIT(b, ": ");
    buf_span_put(b, value);
    BUF_LIT(b, "\r\n");
}

/* Vary is the union of what the codings need and what a rule says. */
static void put_vary(struct buf *b, const struct entry *e,
                     const struct policy *p)
{
    bool named;
    const char *rule = rule_value(p, SPAN("Vary"), &named);

    if (!e->negotiable && !rule)
        return;
    BUF_LIT(b, "Vary: ");
    if (e->negotiable)
        BUF_LIT(b, "Accept-Encoding");
    if (e->negotiable && rule)
        BUF_LIT(b, ", ");
    if (rule)
        buf_str(b, rule);
    BUF_LIT(b, "\r\n");
}

static void put_rule_fields(struct buf *b, const struct policy *p,
                            bool no_content_fields)
{
    for (size_t i = 0; i < p->n_fields; i++) {
        const struct conf_field *f = p->field[i];
        struct span name = span_str(f->name);
        if (!f->value || span_eq_nocase(name, SPAN("Vary")) ||
            span_eq_nocase(name, SPAN("Server")) ||
            span_eq_nocase(name, SPAN("Content-Type")) ||
            (no_content_fields && content_field(name)))
            continue;
        field(b, f->name, span_str(f->value));
    }
}

static void put_date(struct buf *b, const char *name, int64_t t)
{
    char text[DATE_BYTES];

    date_format(text, t);
    field(b, name, span_of(text, DATE_BYTES));
}

/* Status line, Server and Date: what every head begins with. */
static void put_common(struct worker *w, struct buf *b, struct block *k,
                       const struct policy *p, int status)
{
    bool named;
    const char *server = rule_value(p, SPAN("Server"), &named);

    buf_span_put(b, status_line(status));
    k->common_at = (uint16_t)b->n;
    if (!named)
        server = w->conf->server_field;
    if (server)
        field(b, "Server", span_str(server));
    BUF_LIT(b, "Date: ");
    k->date_at = (uint16_t)b->n;
    buf_put(b, w->date, DATE_BYTES);
    BUF_LIT(b, "\r\n");
    k->type_at = (uint16_t)b->n;
}

/* Content-Length, what becomes of the connection, and the empty line. */
static void put_tail(struct worker *w, struct buf *b, struct block *k,
                     bool with_length, uint64_t length)
{
    k->length_at = (uint16_t)b->n;
    if (with_length) {
        BUF_LIT(b, "Content-Length: ");
        buf_u64(b, length);
        BUF_LIT(b, "\r\n");
    }
    k->connection_at = (uint16_t)b->n;
    buf_put(b, w->keep_alive, w->keep_alive_n);
    BUF_LIT(b, "\r\n");
    k->bytes = (uint16_t)b->n;
}

static bool keep_block(struct block *k, const struct buf *b)
{
    if (b->overflow)
        return false;
    free(k->text);
    k->text = malloc(b->n);
    if (!k->text)
        return false;
    memcpy(k->text, b->p, b->n);
    k->second = INT64_MIN;
    return true;
}

static void put_expires(struct buf *b, struct block *k, const struct entry *e)
{
    k->expires_at = 0;
    if (e->expires == EXPIRES_ACCESS) {
        k->expires_at = (uint16_t)(b->n + sizeof "Expires: " - 1);
        put_date(b, "Expires", 0);
    } else if (e->expires == EXPIRES_MODIFIED &&
               e->source.last_modified != COND_NO_DATE) {
        put_date(b, "Expires", e->source.last_modified + e->expires_s);
    }
}

static void put_validators(struct buf *b, const struct entry *e,
                           const struct entry_form *f, bool date)
{
    if (f->tag_n)
        field(b, "ETag", span_of(f->tag_text, f->tag_n));
    if (date && e->source.last_modified != COND_NO_DATE)
        put_date(b, "Last-Modified", e->source.last_modified);
}

static bool make_ok(struct worker *w, struct entry *e, enum coding c,
                    const struct policy *p)
{
    char storage[BLOCK_BYTES_MAX];
    struct buf b = buf_over(storage, sizeof storage);
    struct entry_form *f = &e->form[c];
    bool named;
    const char *type = rule_value(p, SPAN("Content-Type"), &named);

    put_common(w, &b, &f->ok, p, 200);
    if (!named)
        type = e->type;
    if (type)
        field(&b, "Content-Type", span_str(type));
    f->ok.fields_at = (uint16_t)b.n;
    if (c != CODING_IDENTITY)
        field(&b, "Content-Encoding", span_str(coding_row(c)->name));
    put_validators(&b, e, f, true);
    BUF_LIT(&b, "Accept-Ranges: bytes\r\n");
    put_vary(&b, e, p);
    put_rule_fields(&b, p, false);
    put_expires(&b, &f->ok, e);
    rule_value(p, SPAN("X-Content-Type-Options"), &named);
    if (w->conf->media.nosniff && !named)
        BUF_LIT(&b, "X-Content-Type-Options: nosniff\r\n");
    put_tail(w, &b, &f->ok, true, e->source.form[c].size);
    return keep_block(&f->ok, &b);
}

static bool make_not_modified(struct worker *w, struct entry *e, enum coding c,
                              const struct policy *p)
{
    char storage[BLOCK_BYTES_MAX];
    struct buf b = buf_over(storage, sizeof storage);
    struct entry_form *f = &e->form[c];

    put_common(w, &b, &f->not_modified, p, 304);
    f->not_modified.fields_at = (uint16_t)b.n;
    /* Last-Modified only helps a cache that has no tag to go by */
    put_validators(&b, e, f, f->tag_n == 0);
    put_vary(&b, e, p);
    put_rule_fields(&b, p, true);
    put_expires(&b, &f->not_modified, e);
    put_tail(w, &b, &f->not_modified, false, 0);
    return keep_block(&f->not_modified, &b);
}

static struct span media_essence(const char *type)
{
    return span_trim(span_of(type, strcspn(type, ";")));
}

static struct span site_name(const struct worker *w, unsigned site)
{
    const struct conf_site *s = &w->conf->sites[site];

    return s->n_names ? span_str(s->names[0]) : SPAN("");
}

bool blocks_file(struct worker *w, struct entry *e)
{
    struct policy p;

    rules_resolve(w->conf, site_name(w, e->site), span_of(e->path, e->path_n),
                  media_essence(e->type), 200, &p);
    for (int c = 0; c < CODING_COUNT; c++) {
        if (!(e->source.available >> c & 1))
            continue;
        if (!make_ok(w, e, (enum coding)c, &p) ||
            !make_not_modified(w, e, (enum coding)c, &p))
            return false;
    }
    return true;
}

bool blocks_page(struct worker *w, struct entry *e, const char *type,
                 size_t page_n)
{
    char storage[BLOCK_BYTES_MAX];
    struct buf b = buf_over(storage, sizeof storage);
    struct block *k = &e->form[CODING_IDENTITY].ok;
    struct policy p;

    rules_resolve(w->conf, site_name(w, e->site), span_of(e->path, e->path_n),
                  media_essence(type), e->status, &p);
    /* what is said of the file does not hold for the page that replaces it */
    put_common(w, &b, k, &p, e->status);
    field(&b, "Content-Type", span_str(type));
    k->fields_at = (uint16_t)b.n;
    put_rule_fields(&b, &p, false);
    put_tail(w, &b, k, true, page_n);
    k->expires_at = 0;
    return keep_block(k, &b);
}

void blocks_date(struct worker *w, const struct entry *e, struct block *b)
{
    if (b->second == w->second)
        return;
    b->second = w->second;
    if (e->clock_s == 0)
        memcpy(b->text + b->date_at, w->date, DATE_BYTES);
    else
        date_format(b->text + b->date_at, w->second + e->clock_s);
    if (b->expires_at)
        date_format(b->text + b->expires_at,
                    w->second + e->clock_s + e->expires_s);
}

void blocks_free(struct block *b)
{
    free(b->text);
    b->text = NULL;
}
