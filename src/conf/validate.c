/* SPDX-License-Identifier: MIT
 *
 * validate: what needs the system, or more than one value.
 * Layer: conf.  Looks at directories, users and addresses, changes nothing in
 * the system; replaces roots by their canonical paths.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "base/built.h"
#include "conf/loader.h"
#include "conf/values.h"

static int where_of(const struct loader *l, const char *section,
                    const char *name)
{
    const struct key *k = key_find(section, span_str(name));

    CHECK(k != NULL);
    return l->where_options[k - keys];
}

/* What other ini files allow and this one does not. */
static const char *hint(const char *path)
{
    if (strchr(path, '"') || strchr(path, '\''))
        return "; quotes are part of a value";
    if (strstr(path, " #") || strstr(path, " ;"))
        return "; a comment has a line of its own";
    return "";
}

/* The canonical path of a readable directory, or NULL with a fault. */
static char *dir_check(struct loader *l, int at, const char *section,
                       const char *path)
{
    char whole[PATH_MAX];
    struct stat st;

    if (!realpath(path, whole) || stat(whole, &st) != 0) {
        loader_fault(l, at, section, "root", "%s cannot be read: %s%s",
                     SHOWN(span_str(path)), strerror(errno), hint(path));
        return NULL;
    }
    if (!S_ISDIR(st.st_mode)) {
        loader_fault(l, at, section, "root", "%s is not a directory",
                     SHOWN(span_str(path)));
        return NULL;
    }
    if (faccessat(AT_FDCWD, whole, R_OK | X_OK, AT_EACCESS) != 0) {
        loader_fault(l, at, section, "root", "%s cannot be read: %s",
                     SHOWN(span_str(path)), strerror(errno));
        return NULL;
    }
    return arena_text(l->arena, span_str(whole));
}

static void sites_check(struct loader *l)
{
    const struct key *root = key_find("server", SPAN("root"));

    for (size_t i = 0; i < l->c->n_sites; i++) {
        struct conf_site *site = &l->c->sites[i];
        const int *where = i ? l->sites[i].where : l->where_options;
        const char *title = i ? l->sites[i].title : "server";
        int at = where[root - keys];
        char *whole;

        if (i > 0 && !at) { /* [server]'s, checked there */
            site->root = l->c->sites[0].root;
            site->place = l->c->sites[0].place;
            continue;
        }
        if (!site->root) {
            int section =
                l->section_at[section_find(SPAN("server")) - sections];
            if (!at) /* else its value was refused already */
                loader_fault(l, section, title, "root",
                             "is missing; allowed: a directory");
            continue;
        }
        whole = dir_check(l, at, title, site->root);
        site->place = site->root;
        if (whole)
            site->root = whole;
    }
}

/* Each [alias] once, though every site may have a copy. */
static void aliases_check(struct loader *l)
{
    const struct key *root = key_find("alias", SPAN("root"));

    for (size_t m = 0; m < l->n_moved; m++) {
        const struct moved_build *b = &l->moved[m];
        const char *path = b->alias.root;
        char *whole = b->is_alias && path
                          ? dir_check(l, b->where[root - keys], b->title, path)
                          : NULL;
        for (size_t i = 0; whole && i < l->c->n_sites; i++) {
            struct conf_site *site = &l->c->sites[i];
            for (size_t j = 0; j < site->n_aliases; j++) {
                if (site->aliases[j].root != path)
                    continue;
                site->aliases[j].place = b->alias.root;
                site->aliases[j].root = whole;
            }
        }
    }
}

/* A directory that something is to be made in.  Those of /run are often made
 * by the service manager at start, after a check by hand. */
static void parent_check(struct loader *l, int at, const char *section,
                         const char *name, const char *path)
{
    char dir[PATH_MAX];
    const char *slash = path ? strrchr(path, '/') : NULL;
    size_t n = slash && slash > path ? (size_t)(slash - path) : 1;
    struct stat st;

    if (!slash || n >= sizeof dir) /* "-", "off", or not set */
        return;
    memcpy(dir, path, n);
    dir[n] = '\0';
    if (stat(dir, &st) == 0 && S_ISDIR(st.st_mode))
        return;
    if (span_starts(span_str(dir), SPAN("/run/")))
        loader_warn(l, at, section, name,
                    "there is no directory %s (yet: systemd's "
                    "RuntimeDirectory= makes it at start)",
                    SHOWN(span_str(dir)));
    else
        loader_fault(l, at, section, name, "there is no directory %s",
                     SHOWN(span_str(dir)));
}

static void file_check(struct loader *l, const char *section, const char *name,
                       const char *path)
{
    int at = where_of(l, section, name);
    struct stat st;

    parent_check(l, at, section, name, path);
    if (path && strchr(path, '/') && stat(path, &st) == 0 &&
        S_ISDIR(st.st_mode))
        loader_fault(l, at, section, name, "%s is a directory",
                     SHOWN(span_str(path)));
}

/* The file of a unix socket: a new one, or that of a server that runs. */
static void socket_check(struct loader *l, int at, const char *section,
                         const char *name, const char *path)
{
    struct stat st;

    parent_check(l, at, section, name, path);
    if (path && lstat(path, &st) == 0 && !S_ISSOCK(st.st_mode))
        loader_fault(l, at, section, name,
                     "%s exists and is not a socket: choose another path, or "
                     "move it away",
                     SHOWN(span_str(path)));
}

/* It is written over: nothing but a process number may be lost. */
static void pidfile_check(struct loader *l, const char *path)
{
    int at = where_of(l, "server", "pidfile");
    char text[32] = "";
    struct stat st;

    file_check(l, "server", "pidfile", path);
    if (!path || lstat(path, &st) != 0 || S_ISDIR(st.st_mode))
        return;
    int fd = S_ISREG(st.st_mode)
                 ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
                 : -1;
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    if (!S_ISREG(st.st_mode) ||
        (n > 0 && strspn(text, "0123456789 \n") != (size_t)n))
        loader_fault(l, at, "server", "pidfile",
                     "%s exists and holds no process number: choose another "
                     "path, or move it away",
                     SHOWN(span_str(path)));
}

static void account_check(struct loader *l)
{
    const struct conf *c = l->c;

    if (c->user && !getpwnam(c->user))
        loader_fault(l, where_of(l, "server", "user"), "server", "user",
                     "there is no user \"%s\"", SHOWN(span_str(c->user)));
    if (c->group && !getgrnam(c->group))
        loader_fault(l, where_of(l, "server", "group"), "server", "group",
                     "there is no group \"%s\"", SHOWN(span_str(c->group)));
}

/* Whether the address is one of this machine: asked with a port of the
 * kernel's choice, so that a server that runs already is not in the way. */
static const char *address_fault(const struct conf_listen *one)
{
    struct conf_listen probe = *one;
    int fd, error = 0;

    if (one->addr.sa.sa_family == AF_UNIX)
        return NULL;
    if (one->addr.sa.sa_family == AF_INET)
        probe.addr.in.sin_port = 0;
    else
        probe.addr.in6.sin6_port = 0;
    fd = socket(one->addr.sa.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return errno == EAFNOSUPPORT ? "is of a kind that this system lacks"
                                     : NULL;
    if (bind(fd, &probe.addr.sa, probe.addr_bytes) != 0)
        error = errno;
    close(fd);
    if (error == EADDRNOTAVAIL)
        return "is not an address of this machine";
    return error == EINVAL ? "cannot be bound" : NULL;
}

static void listen_check(struct loader *l, const struct conf_listen *one,
                         const char *section)
{
    int at = one->line ? one->line : where_of(l, section, "listen");
    const char *what = l->source->sockets_passed ? NULL : address_fault(one);

    if (what)
        loader_fault(l, at, section, "listen", "\"%s\" %s",
                     SHOWN(span_str(one->text)), what);
    if (one->addr.sa.sa_family == AF_UNIX) {
        socket_check(l, at, section, "listen", one->addr.un.sun_path);
    }
}

/* The observer shows who asks for what. */
static void observer_check(struct loader *l)
{
    const struct conf_listen *one = &l->c->observe.listen;
    int family = one->addr.sa.sa_family;
    bool local =
        family == AF_UNIX ||
        (family == AF_INET &&
         ntohl(one->addr.in.sin_addr.s_addr) >> 24 == 127) ||
        (family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&one->addr.in6.sin6_addr));

    if (!local)
        loader_warn(l, where_of(l, "observe", "listen"), "observe", "listen",
                    "whoever can reach %s sees every request and client",
                    one->text);
}

static void taken_check(struct loader *l, const char *section,
                        const struct conf_listen *one, const char *by,
                        const struct conf_listen *other)
{
    if (other->text && listen_clash(one, other))
        loader_fault(l, where_of(l, section, "listen"), section, "listen",
                     "is taken by [%s] listen = %s", by, other->text);
}

/* An address beside those that serve files. */
static void beside_check(struct loader *l, const char *section,
                         const struct conf_listen *one)
{
    const struct conf *c = l->c;

    listen_check(l, one, section);
    for (size_t i = 0; i < c->n_listen; i++)
        taken_check(l, section, one, "server", &c->listen[i]);
}

static void listens_check(struct loader *l)
{
    const struct conf *c = l->c;

    for (size_t i = 0; i < c->n_listen; i++)
        listen_check(l, &c->listen[i], "server");
    if (c->observe.listen.text) {
        beside_check(l, "observe", &c->observe.listen);
        observer_check(l);
    }
    if (c->metrics.listen.text) {
        beside_check(l, "metrics", &c->metrics.listen);
        taken_check(l, "metrics", &c->metrics.listen, "observe",
                    &c->observe.listen);
    }
}

struct order_row {
    const char *section, *less, *more;
};

/* Pairs of sizes of which the first must not be above the second. */
static const struct order_row orders[] = {
    { "limits", "target", "head" },
    { "limits", "line", "head" },
    { "prepare", "memory-file", "memory" },
    { "prepare", "compress-min", "compress-max" },
};

static void orders_check(struct loader *l)
{
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        const struct order_row *o = &orders[i];
        const struct key *less = key_find(o->section, span_str(o->less));
        const struct key *more = key_find(o->section, span_str(o->more));
        uint64_t a = value_load(less, l->c), b = value_load(more, l->c);
        int at = l->where_options[less - keys];
        if (a > b)
            loader_fault(l, at ? at : l->where_options[more - keys], o->section,
                         o->less, "is %llu, above %s, which is %llu",
                         (unsigned long long)a, o->more, (unsigned long long)b);
    }
}

/* One answer can't say two things. */
static void health_check(struct loader *l)
{
    const struct conf_health *h = &l->c->health;

    if (h->path && h->live && strcmp(h->path, h->live) == 0)
        loader_fault(l, where_of(l, "health", "live"), "health", "live",
                     "is the same as path; each says something of its own");
}

/* Words of one line, each a pattern as those of [cache] are. */
static void warm_check(struct loader *l)
{
    struct span rest = span_str(l->c->prepare.warm ? l->c->prepare.warm : "");
    struct span word;

    while ((word = value_next_word(&rest)).n) {
        const char *what = ruleset_pattern_fault(word);
        if (what)
            loader_fault(l, where_of(l, "prepare", "warm"), "prepare", "warm",
                         "\"%.*s\" %s", (int)word.n, word.p, what);
    }
}

/* What the kernel would refuse (TCP_MIN_MSS). */
static void mss_check(struct loader *l)
{
    if (l->c->mss > 0 && l->c->mss < 88)
        loader_fault(l, where_of(l, "server", "mss"), "server", "mss",
                     "\"%zu\" is too small; allowed: 0, or 88 to 32767",
                     l->c->mss);
}

/* What the file asks for in so many words, and this build can't do. */
static void built_check(struct loader *l)
{
    const struct {
        enum built part;
        bool asked;
        const char *section, *key;
    } rows[] = {
        { BUILT_BROTLI, l->c->prepare.compress, "prepare", "compress" },
        { BUILT_ZSTD, l->c->prepare.compress, "prepare", "compress" },
        { BUILT_SECCOMP, l->c->sandbox, "server", "sandbox" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int at = where_of(l, rows[i].section, rows[i].key);
        if (rows[i].asked && at && !built_with(rows[i].part))
            loader_warn(l, at, rows[i].section, rows[i].key,
                        "this etagd was built without %s: %s",
                        built_name(rows[i].part), built_loss(rows[i].part));
    }
}

void check_all(struct loader *l)
{
    const struct conf *c = l->c;

    sites_check(l);
    aliases_check(l);
    listens_check(l);
    account_check(l);
    file_check(l, "log", "access", c->log.access);
    file_check(l, "log", "error", c->log.error);
    pidfile_check(l, c->pidfile);
    socket_check(l, where_of(l, "server", "control"), "server", "control",
                 c->control);
    orders_check(l);
    health_check(l);
    warm_check(l);
    mss_check(l);
    built_check(l);
    rulesum_check(l);
    access_check(l);
    if (c->unknown_host == UNKNOWN_HOST_REFUSE && c->n_sites == 1)
        loader_fault(l, where_of(l, "server", "unknown-host"), "server",
                     "unknown-host",
                     "refuse would refuse every host: there is no [host]");
}
