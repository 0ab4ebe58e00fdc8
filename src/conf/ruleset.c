/* SPDX-License-Identifier: MIT
 *
 * ruleset: [cache PATTERN] and [header PATTERN] sections.
 * Layer: conf.  Refuses what would break framing or what etagd alone can know.
 */
#include "base/chars.h"
#include "base/suggest.h"
#include "conf/directives.h"
#include "conf/lines.h"
#include "conf/loader.h"
#include "conf/values.h"
#include "conf/wide.h"

#define PATTERN_BYTES_MAX 180
#define FIELD_BYTES_MAX 4096 /* of a value gathered with += */

struct owned_row {
    const char *name, *why;
};

static const struct owned_row owned[] = {
    { "Content-Length", "is etagd's own: it counts the bytes" },
    { "Transfer-Encoding", "is etagd's own: it frames the message" },
    { "Connection", "is etagd's own: see [timeouts] and [limits]" },
    { "Keep-Alive", "is etagd's own: see [timeouts] idle" },
    { "Trailer", "is etagd's own: it frames the message" },
    { "Upgrade", "is etagd's own: it speaks HTTP/1.1 only" },
    { "Date", "is etagd's own: see Clock in [cache PATTERN]" },
    { "Content-Range", "is etagd's own: it answers Range" },
    { "ETag", "is set by ETag in [cache PATTERN]" },
    { "Last-Modified", "is set by Last-Modified in [cache PATTERN]" },
    { "Expires", "is set by Expires in [cache PATTERN]" },
    { "Clock", "is a key of [cache PATTERN]" },
};

/* What people mostly set: a name close to one of these is likely a slip. */
static const char *const usual[] = {
    "Accept-Ranges",
    "Access-Control-Allow-Credentials",
    "Access-Control-Allow-Headers",
    "Access-Control-Allow-Methods",
    "Access-Control-Allow-Origin",
    "Access-Control-Expose-Headers",
    "Access-Control-Max-Age",
    "Age",
    "Allow",
    "Alt-Svc",
    "CDN-Cache-Control",
    "Cache-Control",
    "Clear-Site-Data",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Language",
    "Content-Location",
    "Content-Security-Policy",
    "Content-Security-Policy-Report-Only",
    "Content-Type",
    "Cross-Origin-Embedder-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Link",
    "Location",
    "NEL",
    "Permissions-Policy",
    "Pragma",
    "Referrer-Policy",
    "Refresh",
    "Report-To",
    "Reporting-Endpoints",
    "Retry-After",
    "Set-Cookie",
    "Server",
    "SourceMap",
    "Strict-Transport-Security",
    "Surrogate-Control",
    "Timing-Allow-Origin",
    "Vary",
    "WWW-Authenticate",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "X-Robots-Tag",
    "X-XSS-Protection",
};

/* NULL, or why a rule must not touch a field of that name. */
static const char *why_owned(struct span name)
{
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) {
        if (span_eq_nocase(name, span_str(owned[i].name)))
            return owned[i].why;
    }
    return NULL;
}

const char *ruleset_pattern_fault(struct span p)
{
    if (p.n > PATTERN_BYTES_MAX)
        return "is too long; allowed: a pattern of 180 bytes";
    for (size_t i = 0; i < p.n; i++) {
        if (p.p[i] == ' ' || p.p[i] == '\t')
            return "has a blank in its pattern; allowed: one pattern a "
                   "section (? stands for a blank)";
        if (!chars_is(p.p[i], CHAR_FIELD))
            return "has a control character in its pattern";
    }
    if (span_starts(p, SPAN("//"))) {
        struct span host = span_from(p, 2);
        size_t slash = span_find(host, '/');
        if (slash == 0)
            return "has no host after // (paths begin with one slash)";
        if (slash == host.n)
            return "has no path after its host; allowed: //HOST/PATTERN";
    } else if (p.p[0] != '/' && span_find(p, '/') < p.n) {
        return "can match nothing: a pattern with a slash in it begins with "
               "one, as in /img/*.png";
    }
    return NULL;
}

/* "%20" in a pattern is three characters: it would match no blank. */
static void warn_encoded(struct loader *l, struct span p)
{
    for (size_t i = 0; i + 2 < p.n; i++) {
        if (p.p[i] != '%' || chars_hex(p.p[i + 1]) < 0 ||
            chars_hex(p.p[i + 2]) < 0)
            continue;
        loader_warn(l, l->at, l->title, NULL,
                    "%.3s stands for itself: patterns are compared with "
                    "decoded paths",
                    p.p + i);
        return;
    }
}

/* Names of files may hold them; signs of a pattern they are not. */
static void warn_wide(struct loader *l, struct span p)
{
    char text[400];
    struct buf why = buf_over(text, sizeof text);
    struct wide w = { 0 };
    bool found = wide_find(p, 0, &w);

    while (found && !strchr("*?/ .", w.plain))
        found = wide_find(p, w.at + w.n, &w);
    if (found && wide_name(p, &why) && buf_cstr(&why))
        loader_warn(l, l->at, l->title, NULL, "%s", text);
}

void ruleset_pattern_check(struct loader *l, struct span pattern)
{
    const char *what = ruleset_pattern_fault(pattern);

    if (what)
        loader_fault(l, l->at, l->title, NULL, "%s", what);
    warn_encoded(l, pattern);
    warn_wide(l, pattern);
}

bool ruleset_begin(struct loader *l, struct span pattern)
{
    struct conf *c = l->c;
    struct conf_rule *rule;

    ruleset_pattern_check(l, pattern);
    /* a wrong pattern's keys are looked at all the same */
    c->rules = arena_more(l->arena, c->rules, c->n_rules, sizeof *c->rules);
    rule = &c->rules[c->n_rules++];
    rule->is_cache = !strcmp(l->row->word, "cache");
    rule->pattern = arena_text(l->arena, pattern);
    rule->line = l->at > 0 ? l->at : 0;
    memset(l->where_rule, 0, sizeof l->where_rule);
    l->where = l->where_rule;
    l->base = rule;
    return true;
}

static struct conf_field *field_in(struct conf_rule *rule, struct span name)
{
    for (size_t i = 0; i < rule->n_fields; i++) {
        if (span_eq_nocase(name, span_str(rule->fields[i].name)))
            return &rule->fields[i];
    }
    return NULL;
}

static struct conf_field *field_add(struct arena *a, struct conf_rule *rule,
                                    struct span name, int at)
{
    rule->fields =
        arena_more(a, rule->fields, rule->n_fields, sizeof *rule->fields);
    struct conf_field *f = &rule->fields[rule->n_fields++];
    f->name = arena_text(a, name);
    f->at = at;
    return f;
}

/* NAME += MORE: one blank, then more, as in a folded field. */
static void field_extend(struct loader *l, struct conf_field *f,
                         struct span value)
{
    size_t n = strlen(f->value);

    if (n + 1 + value.n > FIELD_BYTES_MAX) {
        loader_fault(l, l->at, l->title, f->name,
                     "is too long; allowed: 4096 bytes");
        return;
    }
    char *text = arena_alloc(l->arena, n + value.n + 2);
    memcpy(text, f->value, n);
    text[n] = ' ';
    memcpy(text + n + 1, value.p, value.n);
    f->value = text;
}

/* "max-age = 60" would be sent as a field of its own, which no cache knows. */
static void tell_directive(struct loader *l, const char *name,
                           struct span value)
{
    char said_room[LINE_BYTES_MAX + 2], meant_room[LINE_BYTES_MAX * 2];
    struct buf said = buf_over(said_room, sizeof said_room);
    struct buf meant = buf_over(meant_room, sizeof meant_room);
    bool sure = directive_find(span_str(name)) != NULL;

    buf_fmt(&said, "%s=", name);
    buf_span_put(&said, value);
    directive_read(buf_span(&said), &meant);
    if (sure)
        loader_fault(l, l->at, l->title, name,
                     "is a directive, not a field; did you mean Cache-Control "
                     "= %s?",
                     SHOWN(buf_span(&meant)));
    else
        loader_warn(l, l->at, l->title, name,
                    "is sent as it is written; did you mean Cache-Control = "
                    "%s?",
                    SHOWN(buf_span(&meant)));
}

static void tell_unusual(struct loader *l, const char *name, struct span value)
{
    struct suggest near = suggest_for(span_str(name));

    if (near.distance > 3) /* farther names are no slips */
        near.distance = 3;
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        suggest_offer(&near, usual[i]);
    bool field = near.best != NULL;
    for (size_t i = 0; i < directive_rows_n; i++)
        suggest_offer(&near, directive_rows[i].name);
    if (directive_find(span_str(name)) ||
        (near.best && !field && strlen(name) > 4))
        tell_directive(l, name, value);
    else if (field && near.distance > 0 && near.distance <= 2 &&
             strlen(name) > 4)
        loader_warn(l, l->at, l->title, name,
                    "is sent as it is written; did you mean \"%s\"?",
                    near.best);
}

/* What the file's own bytes are in: the preparer looks whether that is true. */
static const char *coding_fault(struct loader *l, const struct conf_rule *rule,
                                struct span name, struct span value)
{
    static const char *const known[] = { "gzip", "zstd", "br" };

    if (!span_eq_nocase(name, SPAN("Content-Encoding")))
        return NULL;
    if (rule->is_cache)
        return "belongs to [header PATTERN]: it says what the file's own bytes "
               "are in";
    l->c->declares_coding = true;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (span_eq(value, span_str(known[i])))
            return NULL;
    }
    return "declares what the file's own bytes are in; allowed: gzip, zstd, br "
           "(see [prepare] compress for what etagd makes)";
}

void ruleset_field(struct loader *l, struct span name, struct span value,
                   bool more)
{
    struct conf_rule *rule = l->base;
    struct conf_field *f = field_in(rule, name);
    const char *text = arena_text(l->arena, name);
    const char *why = why_owned(name);

    if (!why)
        why = coding_fault(l, rule, name, value);
    if (!value_is_token(name))
        loader_fault(l, l->at, l->title, text,
                     "is not the name of a field; allowed: letters, digits and "
                     "!#$%%&'*+-.^_`|~");
    else if (why)
        loader_fault(l, l->at, l->title, text, "%s", why);
    else if (!value_is_field_content(value))
        loader_fault(l, l->at, l->title, text,
                     "\"%s\" would break framing; allowed: visible characters "
                     "and blanks",
                     SHOWN(value));
    else if (more && f && f->value)
        field_extend(l, f, value);
    else if (more)
        loader_fault(l, l->at, l->title, text,
                     "\"+=\" has nothing to go on: %s = VALUE comes first",
                     text);
    else if (f && l->at < 0 && f->value) { /* the last override counts */
        f->value = arena_text(l->arena, value);
        f->at = l->at;
    } else if (f)
        loader_fault(l, l->at, l->title, text, "%s",
                     f->value ? "appears twice"
                              : "is both set and removed here");
    else {
        field_add(l->arena, rule, name, l->at)->value =
            arena_text(l->arena, value);
        tell_unusual(l, text, value);
    }
}

/* ---- values that only rules have ---- */

static bool remove_parse(struct value_job *job, struct span text)
{
    struct conf_rule *rule = job->base;
    struct span rest = text;
    const char *why;

    for (struct span w; (w = value_next_word(&rest)).n > 0;) {
        if (!value_is_token(w))
            return value_refuse(job, w, "is not the name of a field");
        if ((why = why_owned(w)) != NULL) {
            buf_fmt(job->why, "\"%s\" %s", SHOWN(w), why);
            return false;
        }
        if (field_in(rule, w)) {
            buf_fmt(job->why, "\"%s\" is in this section already", SHOWN(w));
            return false;
        }
        field_add(job->arena, rule, w, job->line);
    }
    return rule->n_fields > 0 || value_refuse(job, text, "names no field");
}

static void remove_print(const struct key *k, const void *base, FILE *out)
{
    const struct conf_rule *rule = base;
    size_t n = 0;

    for (size_t i = 0; i < rule->n_fields; i++) {
        if (rule->fields[i].value)
            continue;
        if (n++ == 0)
            fprintf(out, "%s =", k->name);
        fprintf(out, " %s", rule->fields[i].name);
    }
    if (n)
        fputc('\n', out);
}

static void remove_allowed(const struct key *k, struct buf *b)
{
    (void)k;
    buf_str(b, "names of fields, separated by blanks or commas");
}

const struct value_type value_remove = { "field names", remove_parse,
                                         remove_print, remove_allowed };
