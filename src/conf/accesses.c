/* SPDX-License-Identifier: MIT
 *
 * accesses: [access PATTERN] sections, and the files of passwords that they
 * name. Layer: conf.  Files are read along with the configuration, by whoever
 * may: workers get what stood there then, and a faulty file is a fault like
 * others.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "conf/htpasswd.h"
#include "conf/lines.h"
#include "conf/loader.h"
#include "conf/rules.h"
#include "conf/values.h"

#define FILE_BYTES_MAX ((size_t)1 << 20)

#ifndef ETAGD_CRYPT
#define ETAGD_CRYPT 0
#endif

static struct conf_access *same(struct loader *l, struct span pattern)
{
    for (size_t i = 0; i < l->c->n_accesses; i++) {
        if (span_eq(span_str(l->c->accesses[i].pattern), pattern))
            return &l->c->accesses[i];
    }
    return NULL;
}

bool access_begin(struct loader *l, struct span pattern)
{
    struct conf *c = l->c;
    /* each override is a section, and two of one pattern are one rule */
    struct conf_access *a = l->at < 0 ? same(l, pattern) : NULL;

    ruleset_pattern_check(l, pattern);
    if (!a) {
        c->accesses =
            arena_more(l->arena, c->accesses, c->n_accesses, sizeof *a);
        a = &c->accesses[c->n_accesses++];
        a->pattern = arena_text(l->arena, pattern);
    }
    a->line = l->at;
    memset(l->where_rule, 0, sizeof l->where_rule);
    l->where = l->where_rule;
    l->base = a;
    return true;
}

/* ---- files ---- */

struct reading {
    struct loader *l;
    const struct conf_access *of;
    char title[LINE_BYTES_MAX + 16];
};

#define TELL(r, tell, key, ...) \
    tell((r)->l, (r)->of->line, (r)->title, (key), __VA_ARGS__)

static bool below(const char *file, const char *root)
{
    size_t n = root ? strlen(root) : 0;

    return n > 0 && !strncmp(file, root, n) &&
           (file[n] == '/' || root[n - 1] == '/');
}

/* A file that anybody may ask for is no place for hashes. */
static void served_check(struct reading *r, const char *path)
{
    const struct conf *c = r->l->c;
    char whole[PATH_MAX];

    if (!realpath(path, whole))
        return;
    for (size_t i = 0; i < c->n_sites; i++) {
        const struct conf_site *s = &c->sites[i];
        const char *root = below(whole, s->root) ? s->root : NULL;
        for (size_t j = 0; j < s->n_aliases && !root; j++)
            root = below(whole, s->aliases[j].root) ? s->aliases[j].root : NULL;
        if (!root)
            continue;
        TELL(r, loader_fault, "basic",
             "%s lies below %s, which is served: move it elsewhere",
             SHOWN(span_str(path)), root);
        return;
    }
}

/* Its bytes, or NULL with a fault. */
static char *file_read(struct reading *r, const char *path, size_t *n)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    char *bytes = malloc(FILE_BYTES_MAX + 1);
    const char *why = NULL;
    struct stat s;
    ssize_t k = 1;

    CHECK(bytes != NULL);
    *n = 0;
    if (fd < 0 || fstat(fd, &s) != 0)
        why = strerror(errno);
    else if (!S_ISREG(s.st_mode))
        why = "it is not a file";
    while (!why && k > 0 && *n <= FILE_BYTES_MAX) {
        k = read(fd, bytes + *n, FILE_BYTES_MAX + 1 - *n);
        if (k < 0)
            why = strerror(errno);
        *n += k > 0 ? (size_t)k : 0;
    }
    if (!why && *n > FILE_BYTES_MAX)
        why = "it is longer than 1 MiB";
    if (fd >= 0)
        close(fd);
    if (!why) {
        if (s.st_mode & S_IROTH)
            TELL(r, loader_warn, "basic",
                 "everybody on this machine may read %s: chmod o-r",
                 SHOWN(span_str(path)));
        return bytes;
    }
    TELL(r, loader_fault, "basic", "%s cannot be read: %s",
         SHOWN(span_str(path)), why);
    free(bytes);
    return NULL;
}

static int by_name(const void *a, const void *b)
{
    const struct conf_user *x = a, *y = b;

    return strcmp(x->name, y->name);
}

static void lines_take(struct reading *r, struct conf_passwords *p,
                       struct span bytes)
{
    struct htpasswd h = { .rest = bytes };
    struct htpasswd_line line;
    enum htpasswd_kind kind;

    while ((kind = htpasswd_next(&h, &line)) != HTPASSWD_END) {
        if (kind == HTPASSWD_FAULT)
            TELL(r, loader_fault, "basic", "%s:%d: %s %s", p->file, h.number,
                 line.user.n ? SHOWN(line.user) : "the line", line.what);
        if (kind != HTPASSWD_USER)
            continue;
        size_t memory = htpasswd_memory(line.hash);
        p->user = arena_more(r->l->arena, p->user, p->n, sizeof *p->user);
        p->user[p->n++] =
            (struct conf_user){ arena_text(r->l->arena, line.user),
                                arena_text(r->l->arena, line.hash) };
        if (memory > p->memory_bytes)
            p->memory_bytes = memory;
    }
    if (p->n > 1)
        qsort(p->user, p->n, sizeof *p->user, by_name);
    for (size_t i = 1; i < p->n; i++) {
        if (!strcmp(p->user[i].name, p->user[i - 1].name))
            TELL(r, loader_fault, "basic", "%s: %s appears twice", p->file,
                 SHOWN(span_str(p->user[i].name)));
    }
    if (p->n == 0)
        TELL(r, loader_warn, "basic", "%s names no user: nobody gets in",
             p->file);
}

static void passwords_take(struct reading *r, struct conf_passwords *p)
{
    size_t n;
    char *bytes = file_read(r, p->file, &n);

    if (!bytes)
        return;
    served_check(r, p->file);
    lines_take(r, p, span_of(bytes, n));
    memset(bytes, 0, n);
    free(bytes);
}

static const struct conf_passwords *file_of(struct reading *r)
{
    struct conf *c = r->l->c;
    struct conf_passwords *p = c->passwords;

    while (p < c->passwords + c->n_passwords && strcmp(p->file, r->of->basic))
        p++;
    if (p == c->passwords + c->n_passwords) {
        c->n_passwords++;
        p->file = r->of->basic;
        passwords_take(r, p);
    }
    return p;
}

void conf_forget_passwords(struct conf *c)
{
    for (size_t i = 0; i < c->n_passwords; i++) {
        const struct conf_passwords *p = &c->passwords[i];
        for (size_t j = 0; j < p->n; j++)
            explicit_bzero(p->user[j].hash, strlen(p->user[j].hash));
    }
}

/* ---- the whole ---- */

static void realm_check(struct reading *r)
{
    const char *realm = r->of->realm;

    for (; realm && *realm; realm++) {
        if (*realm < ' ' || *realm > '~') {
            TELL(r, loader_fault, "realm",
                 "holds a character beyond ASCII, which clients read in "
                 "different ways");
            return;
        }
    }
}

/* A path that the pattern matches, and the host that it is for. */
static struct span sample_of(const char *pattern, char storage[256],
                             struct span *host)
{
    struct span p = span_str(pattern);
    struct buf b = buf_over(storage, 256);

    if (span_starts(p, SPAN("//"))) {
        *host = span_to(span_from(p, 2), span_find(span_from(p, 2), '/'));
        p = span_from(p, 2 + host->n);
    }
    if (p.n == 0 || p.p[0] != '/')
        buf_char(&b, '/');
    for (size_t i = 0; i < p.n; i++)
        buf_char(&b, p.p[i] == '*' || p.p[i] == '?' ? 'x' : p.p[i]);
    return buf_span(&b);
}

/* The word of a Cache-Control that lets shared caches keep what is for some
 * only (RFC 9111 3.5); NULL: none. */
static const char *sharing(const struct conf_rule *r)
{
    static const char *const words[] = { "public", "s-maxage" };

    for (size_t i = 0; i < r->n_fields; i++) {
        const struct conf_field *f = &r->fields[i];
        struct span rest = span_str(f->value), word;
        if (!f->value ||
            !span_eq_nocase(span_str(f->name), SPAN("Cache-Control")))
            continue;
        while ((word = value_next_word(&rest)).n) {
            word = span_to(word, span_find(word, '='));
            for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
                if (span_eq_nocase(word, span_str(words[k])))
                    return words[k];
            }
        }
    }
    return NULL;
}

/* Do they meet?  By a path of either; `etagd check` looks at the files. */
static bool meet(const struct conf *c, const struct conf_rule *r,
                 const struct conf_access *a)
{
    char storage[256];
    struct span host = SPAN(""), path = sample_of(a->pattern, storage, &host);
    struct conf_access found;

    if (rules_match(r->pattern, host, path))
        return true;
    host = SPAN("");
    path = sample_of(r->pattern, storage, &host);
    for (size_t i = 0; i < c->n_sites; i++) {
        if ((!host.n ||
             rules_match(r->pattern, span_str(c->sites[i].hosts), path)) &&
            access_find(c, &c->sites[i], path, &found) &&
            found.pattern == a->pattern)
            return true;
    }
    return false;
}

static void sharing_check(struct loader *l)
{
    const struct conf *c = l->c;

    for (size_t i = 0; i < c->n_rules; i++) {
        const struct conf_rule *r = &c->rules[i];
        const char *word = sharing(r);
        char title[LINE_BYTES_MAX + 16];
        for (size_t k = 0; word && k < c->n_accesses; k++) {
            const struct conf_access *a = &c->accesses[k];
            if (!a->basic || !meet(c, r, a))
                continue;
            snprintf(title, sizeof title, "%s %s",
                     r->is_cache ? "cache" : "header", r->pattern);
            loader_warn(l, r->line, title, "Cache-Control",
                        "%s lets shared caches keep what [access %s] "
                        "protects, for everybody",
                        word, a->pattern);
            break;
        }
    }
}

static bool asks(const struct conf *c)
{
    for (size_t i = 0; i < c->n_accesses; i++) {
        if (c->accesses[i].basic)
            return true;
    }
    return false;
}

/* Base64 hides nothing. */
static void open_check(struct loader *l)
{
    const struct conf *c = l->c;

    for (size_t i = 0; i < c->n_listen && asks(c); i++) {
        const struct conf_listen *one = &c->listen[i];
        int family = one->addr.sa.sa_family;
        bool local = family == AF_UNIX || one->proxy ||
                     (family == AF_INET &&
                      ntohl(one->addr.in.sin_addr.s_addr) >> 24 == 127) ||
                     (family == AF_INET6 &&
                      IN6_IS_ADDR_LOOPBACK(&one->addr.in6.sin6_addr));
        if (!local)
            loader_warn(l, one->line, "server", "listen",
                        "[access] has passwords sent to %s, which whoever is "
                        "on the way can read: put TLS in front",
                        one->text);
    }
}

void access_check(struct loader *l)
{
    struct conf *c = l->c;

    if (c->n_accesses == 0)
        return;
    c->passwords = arena_alloc(l->arena, c->n_accesses * sizeof *c->passwords);
    for (size_t i = 0; i < c->n_accesses; i++) {
        struct conf_access *a = &c->accesses[i];
        struct reading r = { .l = l, .of = a };
        snprintf(r.title, sizeof r.title, "access %s", a->pattern);
        if (!a->set_basic && !a->set_realm && !a->set_attempts)
            TELL(&r, loader_warn, NULL, "says nothing; basic = FILE would");
        else if (!a->set_basic && !asks(c))
            TELL(&r, loader_warn, "basic",
                 "is in no [access]: everybody is let in");
        realm_check(&r);
        if (a->basic && ETAGD_CRYPT)
            a->passwords = file_of(&r);
        else if (a->basic)
            TELL(&r, loader_fault, "basic",
                 "this etagd was built without libcrypt");
    }
    open_check(l);
    sharing_check(l);
}
