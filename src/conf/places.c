/* SPDX-License-Identifier: MIT
 *
 * places: values that name files, directories and addresses.
 * Layer: conf.  Texts only; whether a place exists is validate.c's question.
 */
#include "config.h"

#include <unistd.h>

#include "base/check.h"
#include "base/num.h"
#include "conf/faults.h"
#include "conf/values.h"

/* ---- files and directories ---- */

static void path_store(struct value_job *job, struct span text)
{
    struct span dir = span_str(job->dir ? job->dir : "");
    char *copy;

    if (text.p[0] == '/' || dir.n == 0) {
        copy = arena_text(job->arena, text);
    } else {
        copy = arena_alloc(job->arena, dir.n + text.n + 2);
        memcpy(copy, dir.p, dir.n);
        copy[dir.n] = '/';
        memcpy(copy + dir.n + 1, text.p, text.n);
    }
    memcpy(value_at(job), &copy, sizeof copy);
}

static bool path_parse(struct value_job *job, struct span text)
{
    char *none = NULL;

    if ((job->key->flags & KEY_OFF) && span_eq(text, SPAN("off")))
        memcpy(value_at(job), &none, sizeof none);
    else
        path_store(job, text);
    return true;
}

const struct value_type value_path = { "file", path_parse, value_print_text,
                                       NULL };
const struct value_type value_dir = { "directory", path_parse, value_print_text,
                                      NULL };

static bool log_switch(struct value_job *job, struct span text)
{
    char what[48];
    struct buf b = buf_over(what, sizeof what);

    buf_str(&b, "is no file (./");
    buf_put(&b, text.p, text.n);
    buf_str(&b, " would be)");
    buf_cstr(&b);
    return value_refuse(job, text, what);
}

static bool log_parse(struct value_job *job, struct span text)
{
    static const char *const switches[] = { "on", "yes",  "true",
                                            "no", "none", "false" };
    bool off = span_eq(text, SPAN("off"));

    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++) {
        if (span_eq_nocase(text, span_str(switches[i])))
            return log_switch(job, text);
    }
    if (off && !strcmp(job->key->name, "error"))
        return value_refuse(job, text, "is not possible here");
    if (off || span_eq(text, SPAN("-"))) {
        char *copy = arena_text(job->arena, text);
        memcpy(value_at(job), &copy, sizeof copy);
    } else {
        path_store(job, text);
    }
    return true;
}

static void log_allowed(const struct key *k, struct buf *b)
{
    buf_str(b, "a file, -");
    if (strcmp(k->name, "error"))
        buf_str(b, ", off");
}

const struct value_type value_log = { "log", log_parse, value_print_text,
                                      log_allowed };

/* ---- file names for directories ---- */

static bool index_name_ok(struct span w)
{
    return span_find(w, '/') == w.n && w.n <= 255 && !span_eq(w, SPAN(".")) &&
           !span_eq(w, SPAN(".."));
}

static bool index_parse(struct value_job *job, struct span text)
{
    struct conf_site *site = job->base;
    struct span rest = text;
    char **names = NULL;
    size_t n = 0;

    for (struct span w; (w = value_next_word(&rest)).n > 0; n++) {
        if (!index_name_ok(w))
            return value_refuse(job, w, "is not a file name");
        names = arena_more(job->arena, names, n, sizeof *names);
        names[n] = arena_text(job->arena, w);
    }
    if (n == 0)
        return value_refuse(job, text, "names no file");
    if (n == 1 && !strcmp(names[0], "off"))
        n = 0;
    site->index = n ? names : NULL;
    site->n_index = n;
    return true;
}

static void index_print(const struct key *k, const void *base, FILE *out)
{
    const struct conf_site *site = base;

    fprintf(out, "%s =", k->name);
    for (size_t i = 0; i < site->n_index; i++)
        fprintf(out, " %s", site->index[i]);
    fputs(site->n_index ? "\n" : " off\n", out);
}

static void index_allowed(const struct key *k, struct buf *b)
{
    (void)k;
    buf_str(b, "file names without a slash, or off");
}

const struct value_type value_index = { "file names", index_parse, index_print,
                                        index_allowed };

/* ---- paths below a root ---- */

static bool url_path_ok(struct span s)
{
    for (size_t i = 0; i + 1 < s.n; i++) {
        struct span part = span_from(s, i + 1);
        if (s.p[i] != '/')
            continue;
        part = span_to(part, span_find(part, '/'));
        if (part.n == 0 || span_eq(part, SPAN(".")) ||
            span_eq(part, SPAN("..")))
            return false;
    }
    return s.n > 1 && s.p[0] == '/' && s.p[s.n - 1] != '/';
}

static bool url_path_parse(struct value_job *job, struct span text)
{
    char *path = NULL;

    if (!span_eq(text, SPAN("off"))) {
        if (!url_path_ok(text))
            return value_refuse(job, text, "is not a path below the root");
        path = arena_text(job->arena, text);
    }
    memcpy(value_at(job), &path, sizeof path);
    return true;
}

static void url_path_allowed(const struct key *k, struct buf *b)
{
    (void)k;
    buf_str(b, "a path that begins with a slash, as /index.html, or off");
}

const struct value_type value_url_path = { "path", url_path_parse,
                                           value_print_text, url_path_allowed };

static bool error_page_parse(struct value_job *job, struct span text)
{
    struct conf_site *site = job->base;
    uint64_t status = 0;
    size_t n = site->n_error_pages, i = 0;

    CHECK(num_u64(span_from(job->name, sizeof "error-" - 1), &status));
    if (status < job->key->min || status > job->key->max) {
        buf_str(job->why, "no page can stand for this status; allowed: "
                          "error-400 to error-599");
        return false;
    }
    if (!url_path_ok(text))
        return value_refuse(job, text, "is not a path below the root");
    while (i < n && site->error_pages[i].status != (int)status)
        i++;
    if (i == n) {
        site->error_pages = arena_more(job->arena, site->error_pages, n,
                                       sizeof *site->error_pages);
        site->n_error_pages++;
    } else if (job->line) {
        buf_str(job->why, "appears twice");
        return false;
    }
    site->error_pages[i].status = (int)status;
    site->error_pages[i].path = arena_text(job->arena, text);
    return true;
}

static void error_page_print(const struct key *k, const void *base, FILE *out)
{
    const struct conf_site *site = base;

    (void)k;
    for (size_t i = 0; i < site->n_error_pages; i++)
        fprintf(out, "error-%d = %s\n", site->error_pages[i].status,
                site->error_pages[i].path);
}

static void error_page_allowed(const struct key *k, struct buf *b)
{
    (void)k;
    buf_str(b, "a path that begins with a slash, as /404.html");
}

const struct value_type value_error_page = { "path", error_page_parse,
                                             error_page_print,
                                             error_page_allowed };

/* ---- addresses ---- */

static void listen_allowed(const struct key *k, struct buf *b)
{
    buf_str(b, "IPv4:PORT, [IPv6]:PORT, unix:/PATH");
    if (k->flags & KEY_OFF)
        buf_str(b, ", off");
}

/* The address, and the word behind it. */
static bool listens_parse(struct value_job *job, struct span text)
{
    struct conf *c = job->base;
    struct conf_listen one;
    const char *what;
    bool proxy = span_ends(text, SPAN(" proxy"));

    if (proxy)
        text = span_trim(span_to(text, text.n - 6));
    if (!listen_parse(job->arena, text, job->line, &one, &what))
        return value_refuse(job, text, what);
    one.proxy = proxy;
    for (size_t i = 0; i < c->n_listen; i++) {
        if (!listen_clash(&c->listen[i], &one))
            continue;
        buf_fmt(job->why, "\"%s\" is taken by listen = %s", SHOWN(text),
                c->listen[i].text);
        return false;
    }
    c->listen =
        arena_more(job->arena, c->listen, c->n_listen, sizeof *c->listen);
    c->listen[c->n_listen++] = one;
    return true;
}

static void listens_print(const struct key *k, const void *base, FILE *out)
{
    const struct conf *c = base;

    for (size_t i = 0; i < c->n_listen; i++)
        fprintf(out, "%s = %s%s\n", k->name, c->listen[i].text,
                c->listen[i].proxy ? " proxy" : "");
}

const struct value_type value_listens = { "address", listens_parse,
                                          listens_print, listen_allowed };

/* One address, or off: then it has no text. */
static bool address_parse(struct value_job *job, struct span text)
{
    struct conf_listen *l = value_at(job);
    struct conf *c = job->base;
    const char *what;

    l->text = NULL;
    bool good = span_eq(text, SPAN("off")) ||
                listen_parse(job->arena, text, job->line, l, &what) ||
                value_refuse(job, text, what);
    c->observe.on = c->observe.listen.text != NULL;
    return good;
}

static void address_print(const struct key *k, const void *base, FILE *out)
{
    const struct conf_listen *l = value_of(k, base);

    fprintf(out, "%s = %s\n", k->name, l->text ? l->text : "off");
}

const struct value_type value_listen = { "address", address_parse,
                                         address_print, listen_allowed };

static void nets_allowed(const struct key *k, struct buf *b)
{
    (void)k;
    buf_str(b, "addresses and networks, as 127.0.0.1 10.0.0.0/8 2001:db8::/32");
}

static bool nets_parse(struct value_job *job, struct span text)
{
    struct conf_nets *p = value_at(job);
    struct span rest = text, word;

    p->n = 0;
    while ((word = value_next_word(&rest)).n) {
        struct ip_net one;
        if (!ip_net_parse(word, &one))
            return value_refuse(job, word,
                                "is neither an address nor a network");
        p->net = arena_more(job->arena, p->net, p->n, sizeof *p->net);
        p->net[p->n++] = one;
    }
    p->text = arena_text(job->arena, text);
    return true;
}

static void nets_print(const struct key *k, const void *base, FILE *out)
{
    const struct conf_nets *p = value_of(k, base);

    fprintf(out, "%s = %s\n", k->name, p->text);
}

const struct value_type value_nets = { "networks", nets_parse, nets_print,
                                       nets_allowed };
