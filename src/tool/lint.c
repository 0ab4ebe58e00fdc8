/* SPDX-License-Identifier: MIT
 *
 * lint: one small rule per doubt, all in one table.
 * Layer: tool.  Pure.
 */
#include "tool/lint.h"

#include "base/chars.h"
#include "base/check.h"
#include "conf/directives.h"

#define LONG_S 86400 /* longer needs a name that changes with the content */
#define PAGE_S 600   /* a page is the way to everything else */

const char *lint_word(enum lint_kind k)
{
    static const char *const words[] = {
#define X(id, word) word,
        LINT_ROWS(X)
#undef X
    };

    CHECK((unsigned)k < LINT_COUNT);
    return words[k];
}

void lint_time(struct buf *b, int64_t s)
{
    static const struct {
        int64_t below, unit;
        const char *word;
    } rows[] = {
        { 120, 1, "s" },
        { 7200, 60, "min" },
        { 172800, 3600, "h" },
        { INT64_MAX, 86400, "days" },
    };
    size_t i = 0;

    while (s >= rows[i].below)
        i++;
    buf_fmt(b, "%lld %s", (long long)(s / rows[i].unit), rows[i].word);
}

void lint_prepare(struct lint_path *l)
{
    const struct policy *p = l->policy;
    int64_t date = l->now + p->clock_s;
    int64_t shown = l->mtime_s + p->last_modified_s;
    bool dated = l->mtime_s > 1;

    l->has_tag = p->etag != ETAG_SCHEME_OFF && p->etag != ETAG_SCHEME_CHANGING;
    l->has_date = p->last_modified && dated;
    l->has_expires = p->expires == EXPIRES_ACCESS ||
                     (p->expires == EXPIRES_MODIFIED && dated);
    struct lifetime_source s = {
        .cache_control = rules_field(p, SPAN("Cache-Control")),
        .pragma = rules_field(p, SPAN("Pragma")),
        .vary = rules_field(p, SPAN("Vary")),
        .age = rules_field(p, SPAN("Age")),
        .expires = LIFETIME_NONE,
        .last_modified = LIFETIME_NONE,
        .date = date,
        .now = l->now,
    };
    if (l->has_date)
        s.last_modified = (shown < l->now ? shown : l->now) + p->clock_s;
    if (p->expires == EXPIRES_ACCESS)
        s.expires = date + p->expires_s;
    else if (l->has_expires)
        s.expires = (l->mtime_s < l->now ? l->mtime_s : l->now) + p->clock_s +
                    p->expires_s;
    l->lifetime = lifetime_of(&s);
}

bool lint_validator(const struct lint_path *p)
{
    /* a client that was given a tag asks with it, and the date has no say any
     * more (RFC 9110 13.2.2 step 4) */
    return p->has_tag ||
           (p->has_date && p->policy->etag != ETAG_SCHEME_CHANGING);
}

bool lint_same(const struct lint_path *a, const struct lint_path *b)
{
    const struct policy *p = a->policy, *q = b->policy;

    return p->etag == q->etag && p->last_modified == q->last_modified &&
           p->clock_s == q->clock_s && p->expires == q->expires &&
           p->expires_s == q->expires_s &&
           span_eq(rules_field(p, SPAN("Cache-Control")),
                   rules_field(q, SPAN("Cache-Control")));
}

/* ---- names ---- */

/* "3f2a9c1b", "BqX9d2Lk", "20260131": eight or more characters of which not
 * all could be a word. */
static bool looks_hashed(struct span s)
{
    size_t digits = 0, inner_upper = 0, lower = 0;

    if (s.n < 8)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        digits += c >= '0' && c <= '9';
        inner_upper += i > 0 && c >= 'A' && c <= 'Z';
        lower += c >= 'a' && c <= 'z';
    }
    return digits > 0 || (inner_upper > 1 && lower > 0);
}

enum { BUNDLE_HASH = 8 };

static char kind_of(char c)
{
    if (c == '-' || c == '_')
        return '-';
    if (chars_is(c, CHAR_DIGIT))
        return '0';
    return c >= 'A' && c <= 'Z' ? 'A' : 'a';
}

/* "D_8-x2Qa": vite's and rollup's eight characters of base64url, of which two
 * may divide words elsewhere.  Words begin with a capital at most and have no
 * digits within ("new-page", "FAQ-Page", "01-large"): a capital has to be
 * there, and a place where letters and digits meet as in no word.  Of 20,000
 * random hashes with - or _ 96 % are found, of the names below /usr five are
 * taken. */
static bool looks_bundled(struct span s)
{
    bool upper = false, odd = false;
    char last = '-', before = '-';

    for (size_t i = 0; i < s.n; i++) {
        char k = kind_of(s.p[i]);
        bool capital = last == 'A' && k == 'a' && before == '-';
        if (k == '-')
            odd = odd || last == '-' || i + 1 == s.n;
        else
            odd = odd || (last != '-' && last != k && !capital);
        upper = upper || k == 'A';
        before = last;
        last = k;
    }
    return upper && odd;
}

/* Before the dot at i: "index-D_8-x2Qa.js". */
static bool bundled_before(struct span path, size_t i)
{
    struct span s;

    if (i <= BUNDLE_HASH || !strchr("-.", path.p[i - BUNDLE_HASH - 1]))
        return false;
    s = span_of(path.p + i - BUNDLE_HASH, BUNDLE_HASH);
    for (size_t k = 0; k < s.n; k++) {
        if (!chars_is(s.p[k], CHAR_DIGIT | CHAR_ALPHA) && s.p[k] != '-' &&
            s.p[k] != '_')
            return false;
    }
    return looks_bundled(s);
}

/* "3.6" in "jquery-3.6.0.js", "v12" as a folder. */
static bool looks_versioned(struct span s)
{
    for (size_t i = 1; i + 1 < s.n; i++) {
        if (s.p[i] == '.' && chars_is(s.p[i - 1], CHAR_DIGIT) &&
            chars_is(s.p[i + 1], CHAR_DIGIT))
            return true;
    }
    if (s.n < 2 || s.p[0] != 'v')
        return false;
    for (size_t i = 1; i < s.n; i++) {
        if (!chars_is(s.p[i], CHAR_DIGIT))
            return false;
    }
    return true;
}

bool lint_hashed(struct span path)
{
    size_t from = 0;

    for (size_t i = 0; i <= path.n; i++) {
        char c = i < path.n ? path.p[i] : '/';
        if (c != '/' && c != '.' && c != '-' && c != '_')
            continue;
        if (looks_hashed(span_of(path.p + from, i - from)) ||
            (c == '.' && bundled_before(path, i)))
            return true;
        from = i + 1;
    }
    for (from = 0; from < path.n;) {
        struct span rest = span_from(path, from);
        struct span part = span_to(rest, span_find(rest, '/'));
        if (looks_versioned(part))
            return true;
        from += part.n + 1;
    }
    return false;
}

/* ---- doubts ---- */

struct look {
    const struct lint_path *p;
    lint_found *found;
    void *arg;
    char text[LINT_TEXT_MAX];
    struct buf b;
};

static void tell(struct look *k, enum lint_kind kind)
{
    k->found(k->arg, kind, buf_span(&k->b));
    k->b = buf_over(k->text, sizeof k->text);
}

static void look_heuristic(struct look *k)
{
    const struct lifetime *l = &k->p->lifetime;

    if (l->kind != LIFETIME_HEURISTIC || l->no_store || l->no_cache ||
        l->vary_any)
        return;
    BUF_LIT(&k->b, "says nothing of its lifetime: browsers guess a tenth of "
                   "its age, today ");
    lint_time(&k->b, l->fresh_s);
    tell(k, LINT_HEURISTIC);
}

static void look_validator(struct look *k)
{
    if (lint_validator(k->p) || k->p->lifetime.no_store ||
        k->p->policy->etag == ETAG_SCHEME_CHANGING) /* told as such */
        return;
    BUF_LIT(&k->b, "has no tag and no date: no 304 is possible, each look "
                   "costs all bytes");
    tell(k, LINT_NO_VALIDATOR);
}

static void look_long(struct look *k)
{
    const struct lifetime *l = &k->p->lifetime;
    bool guessed = l->kind != LIFETIME_EXPLICIT;

    if (k->p->page && l->unasked_s > PAGE_S && !guessed) {
        BUF_LIT(&k->b, "is a page that may be shown unasked for ");
        lint_time(&k->b, l->unasked_s);
        BUF_LIT(&k->b, ": an edit stays unseen for so long");
        tell(k, LINT_LONG_PAGE);
    } else if (!k->p->page && !guessed && !lint_hashed(k->p->path) &&
               (l->unasked_s > LONG_S || (l->immutable && l->unasked_s > 0))) {
        BUF_LIT(&k->b, "may be used unasked for ");
        lint_time(&k->b, l->unasked_s);
        BUF_LIT(&k->b, ", but its name does not change with its content");
        tell(k, LINT_UNHASHED);
    }
}

static void look_expires(struct look *k)
{
    const struct lifetime *l = &k->p->lifetime;

    if (!k->p->has_expires)
        return;
    if ((l->no_store || l->no_cache) && l->expires_s > 0) {
        BUF_LIT(&k->b, "Expires lies ahead, but Cache-Control forbids to use "
                       "it unasked");
        tell(k, LINT_EXPIRES);
    } else if (l->max_age != LIFETIME_NONE && l->expires_s != l->max_age) {
        buf_fmt(&k->b,
                "Expires grants %lld s and max-age %lld s: max-age wins "
                "wherever it is known",
                (long long)l->expires_s, (long long)l->max_age);
        tell(k, LINT_EXPIRES);
    }
}

/* What is wrong never gets here: the configuration was refused. */
static void look_directives(struct look *k)
{
    static const enum lint_kind kinds[] = {
        [DIRECTIVE_UNKNOWN] = LINT_DIRECTIVE,
        [DIRECTIVE_LARGE] = LINT_SECONDS,
        [DIRECTIVE_COMPETING] = LINT_COMPETING,
    };
    struct directives d;
    struct span value = rules_field(k->p->policy, SPAN("Cache-Control"));

    if (!value.p)
        return;
    directives_check(value, &d);
    for (size_t i = 0; i < d.n; i++) {
        if (d.found[i].kind == DIRECTIVE_WRONG)
            continue;
        BUF_LIT(&k->b, "Cache-Control ");
        buf_str(&k->b, d.found[i].text);
        tell(k, kinds[d.found[i].kind]);
    }
}

static bool vary_names(const struct policy *p, struct span name)
{
    struct span rest = rules_field(p, SPAN("Vary"));
    struct lifetime_directive d;

    while (rest.p && lifetime_next(&rest, &d)) {
        if (span_eq_nocase(d.name, name) || span_eq(d.name, SPAN("*")))
            return true;
    }
    return false;
}

static void look_vary(struct look *k)
{
    const struct policy *p = k->p->policy;
    struct span origin = rules_field(p, SPAN("Access-Control-Allow-Origin"));

    if (origin.p && !span_eq(origin, SPAN("*")) && !k->p->lifetime.no_store &&
        !vary_names(p, SPAN("Origin"))) {
        BUF_LIT(&k->b, "allows one Origin, but Vary does not name Origin: a "
                       "cache gives it to others, too");
        tell(k, LINT_VARY);
    }
    if (k->p->lifetime.vary_any && !k->p->lifetime.no_store) {
        BUF_LIT(&k->b, "Vary: * means that no stored answer ever fits; "
                       "no-store says so plainly");
        tell(k, LINT_VARY_ANY);
    }
    if (rules_field(p, SPAN("Set-Cookie")).p && !k->p->lifetime.is_private &&
        !k->p->lifetime.no_store && k->p->lifetime.unasked_s > 0) {
        BUF_LIT(&k->b, "sets a cookie and may be kept by shared caches: "
                       "add private");
        tell(k, LINT_COOKIE);
    }
}

/* RFC 9111 3.5; everything else is made private. */
static void look_guarded(struct look *k)
{
    struct span rest = rules_field(k->p->policy, SPAN("Cache-Control"));
    struct lifetime_directive d;

    while (k->p->guarded && rest.p && lifetime_next(&rest, &d)) {
        if (!span_eq_nocase(d.name, SPAN("public")) &&
            !span_eq_nocase(d.name, SPAN("s-maxage")))
            continue;
        BUF_LIT(&k->b, "asks for a password, but ");
        buf_span_put(&k->b, d.name);
        BUF_LIT(&k->b, " lets shared caches keep it for everybody");
        tell(k, LINT_PASSWORD);
        return;
    }
}

static void look_old_words(struct look *k)
{
    if (!rules_field(k->p->policy, SPAN("Pragma")).p)
        return;
    BUF_LIT(&k->b, "Pragma means nothing in a response (RFC 9111 5.4): say "
                   "it by Cache-Control");
    tell(k, LINT_PRAGMA);
}

static void look_schemes(struct look *k)
{
    const struct policy *p = k->p->policy;
    const char *why = p->etag == ETAG_SCHEME_CHANGING
                          ? "changing: no tag is ever confirmed"
                      : p->etag == ETAG_SCHEME_MTIME_SIZE
                          ? "mtime-size: edits of one size within a second "
                            "share a tag"
                      : p->etag == ETAG_SCHEME_INODE
                          ? "inode: the same bytes have another tag on each "
                            "node"
                          : NULL;

    if (why) {
        buf_fmt(&k->b, "ETag = %s", why);
        tell(k, LINT_SCHEME);
    }
    if (p->clock_s || p->last_modified_s) {
        BUF_LIT(&k->b, "its dates are wrong on purpose");
        tell(k, LINT_CLOCK);
    }
    if (k->p->has_date && k->p->mtime_s > k->p->now + 1) {
        BUF_LIT(&k->b, "the file's date lies ahead by ");
        lint_time(&k->b, k->p->mtime_s - k->p->now);
        BUF_LIT(&k->b, ": the time of its first request is sent instead");
        tell(k, LINT_FUTURE);
    }
}

void lint_look(const struct lint_path *p, lint_found *found, void *arg)
{
    static void (*const looks[])(struct look *) = {
        look_heuristic, look_validator,  look_long,
        look_expires,   look_directives, look_vary,
        look_old_words, look_schemes,    look_guarded,
    };
    struct look k = { .p = p, .found = found, .arg = arg };

    k.b = buf_over(k.text, sizeof k.text);
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
        looks[i](&k);
}
