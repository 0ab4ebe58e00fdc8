/* SPDX-License-Identifier: MIT
 *
 * blocks: composes status line and fields once per representation.
 * Layer: files.  Owns the text of each struct block (heap; freed with it).
 * Heap: the text of a head, when facts about a file arrive.
 */
#include "files/blocks.h"

#include <string.h>

#include "base/uninit.h"
#include "conf/rules.h"
#include "files/block.h"
#include "files/files.h"
#include "http/lifetime.h"
#include "http/status.h"
#include "http/wording.h"

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

/* Is `own` said by this list, in its words or by "*" (RFC 9110 12.5.5)? */
static bool covers(struct span list, struct span own)
{
    for (;;) {
        size_t n = span_find(list, ',');
        struct span member = span_trim(span_to(list, n));
        if (span_eq(member, SPAN("*")) || span_eq_nocase(member, own))
            return true;
        if (n == list.n)
            return false;
        list = span_from(list, n + 1);
    }
}

/* A member of Vary, unless `rule` says it already. */
static bool put_member(struct buf *b, bool after, struct span member,
                       struct span rule)
{
    if (!member.n || covers(rule, member))
        return after;
    if (after)
        BUF_LIT(b, ", ");
    buf_span_put(b, member);
    return true;
}

/* Vary is the union of what this server's choice needs (a list, or NULL), of
 * the language where there is one, and of what a rule says. */
static void put_vary(struct buf *b, const char *own, const char *tongue,
                     const struct policy *p)
{
    bool named, after = false;
    const char *value = rule_value(p, SPAN("Vary"), &named);
    struct span rule = value ? span_str(value) : SPAN("");
    struct span rest = own ? span_str(own) : SPAN("");

    if (!own && !tongue && !value)
        return;
    BUF_LIT(b, "Vary: ");
    while (rest.n) {
        size_t n = span_find(rest, ',');
        after = put_member(b, after, span_trim(span_to(rest, n)), rule);
        rest = span_from(rest, n + 1);
    }
    if (tongue && !(own && covers(span_str(own), SPAN(BLOCKS_VARY_TONGUE))))
        after = put_member(b, after, SPAN(BLOCKS_VARY_TONGUE), rule);
    if (after && rule.n)
        BUF_LIT(b, ", ");
    buf_span_put(b, rule);
    BUF_LIT(b, "\r\n");
}

/* The rule's, which is put with its other fields, or the page's own. */
static void put_tongue(struct buf *b, const char *tongue,
                       const struct policy *p)
{
    bool named;

    rule_value(p, SPAN("Content-Language"), &named);
    if (tongue && !named)
        field(b, "Content-Language", span_str(tongue));
}

const char *blocks_vary(const struct entry *e)
{
    if (e->kind == ENTRY_LISTING)
        return "Accept, " BLOCKS_VARY_TONGUE;
    /* a file that is coded itself is sent to everybody; caches that decode for
     * clients which do not take the coding want to know why they may */
    return e->varies || e->declared ? "Accept-Encoding" : NULL;
}

/* Is there a line of that name among these? */
static bool has_line(struct span lines, struct span name)
{
    while (lines.n > name.n) {
        if (lines.p[name.n] == ':' &&
            span_eq_nocase(span_to(lines, name.n), name))
            return true;
        lines = span_from(lines, span_find(lines, '\n') + 1);
    }
    return false;
}

/* Is what is at that path for some only? */
static bool guarded(const struct files *fs, const struct conf_site *site,
                    struct span path)
{
    struct conf_access unused;

    return fs->conf->n_accesses > 0 &&
           access_find(fs->conf, site, path, &unused);
}

static bool entry_guarded(const struct files *fs, const struct entry *e)
{
    return guarded(fs, &fs->conf->sites[e->site], span_of(e->path, e->path_n));
}

/* What is for some only is private unless a rule says plainly that it is not.
 * Without a word caches that many share keep no answer to a request with
 * Authorization, but must-revalidate would let them (RFC 9111 3.5). */
static void put_caching(struct buf *b, struct span value, bool is_guarded)
{
    static const struct span plain[] = { SPAN("private"), SPAN("no-store"),
                                         SPAN("public"), SPAN("s-maxage") };
    struct span rest = value;
    struct lifetime_directive d;

    while (is_guarded && lifetime_next(&rest, &d)) {
        for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
            is_guarded = is_guarded && !span_eq_nocase(d.name, plain[i]);
    }
    BUF_LIT(b, "Cache-Control: ");
    if (is_guarded)
        buf_str(b, value.n ? "private, " : "private");
    buf_span_put(b, value);
    BUF_LIT(b, "\r\n");
}

/* Fields that have their own place in a head, or are in `fixed` already, are
 * left out. */
static void put_rule_fields(struct buf *b, const struct policy *p,
                            struct span fixed, bool no_content_fields,
                            bool is_guarded)
{
    for (size_t i = 0; i < p->n_fields; i++) {
        const struct conf_field *f = p->field[i];
        struct span name = span_str(f->name);
        if (!f->value || span_eq_nocase(name, SPAN("Vary")) ||
            span_eq_nocase(name, SPAN("Server")) ||
            span_eq_nocase(name, SPAN("Content-Type")) ||
            span_eq_nocase(name, SPAN("Content-Encoding")) ||
            (no_content_fields && content_field(name)) || has_line(fixed, name))
            continue;
        if (span_eq_nocase(name, SPAN("Cache-Control")))
            put_caching(b, span_str(f->value), is_guarded);
        else
            field(b, f->name, span_str(f->value));
    }
    if (is_guarded && !rules_field(p, SPAN("Cache-Control")).p)
        put_caching(b, SPAN(""), true);
}

static void put_nosniff(const struct files *fs, struct buf *b,
                        const struct policy *p)
{
    bool named;

    rule_value(p, SPAN("X-Content-Type-Options"), &named);
    if (fs->conf->media.nosniff && !named)
        BUF_LIT(b, "X-Content-Type-Options: nosniff\r\n");
}

static void put_date(struct buf *b, const char *name, int64_t t)
{
    char text[DATE_BYTES];

    date_format(text, t);
    field(b, name, span_of(text, DATE_BYTES));
}

/* Status line, Server and Date: what every head begins with. */
static void put_common(const struct files *fs, struct buf *b,
                       struct block_shape *k, const struct policy *p,
                       int status)
{
    bool named;
    const char *server = rule_value(p, SPAN("Server"), &named);

    buf_span_put(b, status_line(status));
    k->common_at = (uint16_t)b->n;
    if (!named)
        server = fs->conf->server_field;
    if (server)
        field(b, "Server", span_str(server));
    BUF_LIT(b, "Date: ");
    k->date_at = (uint16_t)b->n;
    buf_put(b, fs->now->date, DATE_BYTES);
    BUF_LIT(b, "\r\n");
    k->type_at = (uint16_t)b->n;
}

/* Content-Length, what becomes of the connection, and the empty line. */
static void put_tail(const struct files *fs, struct buf *b,
                     struct block_shape *k, bool with_length, uint64_t length)
{
    k->length_at = (uint16_t)b->n;
    if (with_length) {
        BUF_LIT(b, "Content-Length: ");
        k->digits_at = (uint16_t)b->n;
        buf_u64(b, length);
        k->digits_n = (uint16_t)(b->n - k->digits_at);
        BUF_LIT(b, "\r\n");
    }
    k->connection_at = (uint16_t)b->n;
    buf_put(b, fs->keep_alive.p, fs->keep_alive.n);
    BUF_LIT(b, "\r\n");
    k->bytes = (uint16_t)b->n;
}

static bool keep_block(const struct files *fs, struct block **at,
                       const struct entry_form *f, const struct block_shape *k,
                       const struct buf *b)
{
    return !b->overflow && block_keep(fs->heads, at, f, k, b->p);
}

static void put_expires(struct buf *b, struct block_shape *k,
                        const struct entry *e)
{
    uint16_t at = (uint16_t)(b->n + sizeof "Expires: " - 1);

    if (e->expires == EXPIRES_ACCESS) {
        k->expires_at = at;
        put_date(b, "Expires", 0);
    } else if (e->expires == EXPIRES_MODIFIED &&
               e->modified_s != COND_NO_DATE) {
        k->expires_modified_at = at;
        put_date(b, "Expires", 0);
    }
}

static void put_validators(struct buf *b, struct block_shape *k,
                           const struct entry *e, const struct entry_form *f,
                           bool date)
{
    if (f->tag_n) {
        k->tag_at = (uint16_t)(b->n + sizeof "ETag: " - 1);
        k->tag_n = f->tag_n;
        field(b, "ETag", span_of(f->tag_text, f->tag_n));
    }
    if (date && e->source.last_modified != COND_NO_DATE) {
        k->modified_at = (uint16_t)(b->n + sizeof "Last-Modified: " - 1);
        put_date(b, "Last-Modified", 0);
    }
}

/* at: the form's block for 200 or, with other rules, for 206. */
static bool make_ok(const struct files *fs, const struct entry *e,
                    enum coding c, struct block **at, const struct policy *p)
{
    UNINIT char storage[BLOCK_BYTES_MAX];
    struct buf b = buf_over(storage, sizeof storage);
    const struct entry_form *f = entry_form(e, c);
    struct block_shape k = { 0 };
    enum coding c_sent = c;
    bool named;
    const char *type = rule_value(p, SPAN("Content-Type"), &named);

    put_common(fs, &b, &k, p, 200);
    if (!named)
        type = e->type;
    if (type)
        field(&b, "Content-Type", span_str(type));
    k.fields_at = (uint16_t)b.n;
    if (c == CODING_IDENTITY)
        c_sent = (enum coding)e->own;
    if (c_sent != CODING_IDENTITY)
        field(&b, "Content-Encoding", span_str(coding_row(c_sent)->name));
    put_validators(&b, &k, e, f, true);
    rule_value(p, SPAN("Accept-Ranges"), &named);
    if (!named)
        BUF_LIT(&b, "Accept-Ranges: bytes\r\n");
    put_vary(&b, blocks_vary(e), NULL, p);
    put_rule_fields(&b, p, SPAN(""), false, entry_guarded(fs, e));
    put_expires(&b, &k, e);
    put_nosniff(fs, &b, p);
    put_tail(fs, &b, &k, true, f->plan.size);
    return keep_block(fs, at, f, &k, &b);
}

static bool make_not_modified(const struct files *fs, struct entry *e,
                              enum coding c, const struct policy *p)
{
    UNINIT char storage[BLOCK_BYTES_MAX];
    struct buf b = buf_over(storage, sizeof storage);
    struct entry_form *f = entry_form(e, c);
    struct block_shape k = { 0 };

    put_common(fs, &b, &k, p, 304);
    k.fields_at = (uint16_t)b.n;
    /* Last-Modified only helps a cache that has no tag to go by */
    put_validators(&b, &k, e, f, f->tag_n == 0);
    put_vary(&b, blocks_vary(e), NULL, p);
    put_rule_fields(&b, p, SPAN(""), true, entry_guarded(fs, e));
    put_expires(&b, &k, e);
    put_tail(fs, &b, &k, false, 0);
    return keep_block(fs, &f->not_modified, f, &k, &b);
}

static struct span media_essence(const char *type)
{
    return span_trim(span_of(type, strcspn(type, ";")));
}

static struct span site_name(const struct files *fs, unsigned site)
{
    return span_str(fs->conf->sites[site].hosts);
}

static bool rules_name_status(const struct conf *c, int status)
{
    for (size_t i = 0; i < c->n_rules; i++) {
        if (c->rules[i].when_status == status)
            return true;
    }
    return false;
}

static void resolve_rules(const struct files *fs, const struct entry *e,
                          int status, struct policy *p)
{
    rules_resolve(fs->conf, site_name(fs, e->site), span_of(e->path, e->path_n),
                  media_essence(e->type), status, p);
}

bool blocks_file(const struct files *fs, struct entry *e)
{
    bool partial = rules_name_status(fs->conf, 206);
    struct policy p, p206;

    resolve_rules(fs, e, 200, &p);
    if (partial)
        resolve_rules(fs, e, 206, &p206);
    e->rule_line = p.cache_rule ? p.cache_rule->line : 0;
    e->dated_s = INT64_MIN;
    for (int c = 0; c < CODING_COUNT; c++) {
        struct entry_form *f = entry_form(e, (unsigned)c);
        if (f)
            /* of what was known before */
            block_drop(fs->heads, &f->not_modified, f);
        if (!(e->source.available >> c & 1))
            continue;
        if (!make_ok(fs, e, (enum coding)c, &f->ok, &p))
            return false;
        if (partial && !make_ok(fs, e, (enum coding)c, &f->partial, &p206))
            return false;
    }
    return true;
}

bool blocks_not_modified(const struct files *fs, struct entry *e, enum coding c)
{
    struct policy p;

    if (entry_form(e, c)->not_modified)
        return true;
    resolve_rules(fs, e, 304, &p);
    return make_not_modified(fs, e, c, &p);
}

/* The rules' part of a page's head, and the fields that rules may replace. */
static void put_page_fields(const struct files *fs, struct buf *b,
                            const struct blocks_head *h, const struct policy *p,
                            bool is_guarded)
{
    bool named;

    put_tongue(b, h->tongue, p);
    put_vary(b, h->vary, h->tongue, p);
    rule_value(p, SPAN("Cache-Control"), &named);
    bool own = h->caching && !named;
    put_rule_fields(b, p, h->fixed, h->type == NULL, is_guarded && !own);
    if (own)
        put_caching(b, span_str(h->caching), is_guarded);
    if (h->type)
        put_nosniff(fs, b, p);
}

int blocks_head_put(const struct files *fs, struct buf *b,
                    const struct conf_site *site, struct span path,
                    const struct blocks_head *h)
{
    const char *type = h->type;
    struct block_shape unused;
    struct policy p;
    bool named;

    rules_resolve(fs->conf, span_str(site->hosts), path,
                  type ? media_essence(type) : SPAN(""), h->status, &p);
    put_common(fs, b, &unused, &p, h->status);
    if (type)
        field(b, "Content-Type", span_str(type));
    buf_span_put(b, h->fixed);
    put_page_fields(fs, b, h, &p, guarded(fs, site, path));
    rule_value(&p, SPAN("Expires"), &named);
    if (p.expires == EXPIRES_ACCESS && !named)
        put_date(b, "Expires", fs->now->second + p.clock_s + p.expires_s);
    return p.cache_rule ? p.cache_rule->line : 0;
}

bool blocks_shared(const struct files *fs, const struct conf_site *site,
                   struct span path)
{
    struct policy p;
    bool named;

    rules_resolve(fs->conf, span_str(site->hosts), path, SPAN(""), 204, &p);
    return rule_value(&p, SPAN("Access-Control-Allow-Origin"), &named) != NULL;
}

bool blocks_page(const struct files *fs, struct entry *e, const char *type,
                 size_t page_n)
{
    UNINIT char storage[BLOCK_BYTES_MAX];
    struct buf b = buf_over(storage, sizeof storage);
    struct block_shape k = { 0 };
    const char *tongue = language_tag(LANGUAGE_EN);
    struct policy p;

    rules_resolve(fs->conf, site_name(fs, e->site), span_of(e->path, e->path_n),
                  media_essence(type), e->status, &p);
    /* what is said of the file does not hold for the page that replaces it */
    put_common(fs, &b, &k, &p, e->status);
    field(&b, "Content-Type", span_str(type));
    k.fields_at = (uint16_t)b.n;
    put_tongue(&b, tongue, &p);
    put_vary(&b, NULL, tongue, &p);
    put_rule_fields(&b, &p, SPAN(""), false, entry_guarded(fs, e));
    put_nosniff(fs, &b, &p);
    put_tail(fs, &b, &k, true, page_n);
    return keep_block(fs, &e->own_form.ok, &e->own_form, &k, &b);
}
