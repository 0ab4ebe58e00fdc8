/* SPDX-License-Identifier: MIT
 *
 * passwd: makes, replaces, checks and deletes an entry.
 * Layer: tool.  All other lines stay as they are, byte by byte.  The file is
 * locked while it is read and replaced, so that two at a time both count.
 */
#include "tool/passwd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/check.h"
#include "base/cmdline.h"
#include "base/num.h"
#include "conf/htpasswd.h"
#include "http/basic.h"
#include "http/target.h"
#include "os/edit.h"
#include "os/password.h"
#include "os/secret.h"

#define FILE_BYTES_MAX ((size_t)1 << 20) /* as the server reads it */
#define BCRYPT_BYTES_MAX 72

static const char usage[] =
    "usage: etagd passwd [--stdin] [--bcrypt] [--cost N] FILE USER\n"
    "       etagd passwd --check [--stdin] FILE USER\n"
    "       etagd passwd --delete FILE USER\n"
    "Makes or replaces USER's entry in a file that [access] basic names; asks\n"
    "twice for the password. A new file is for its owner alone. The server "
    "takes\n"
    "the change by its next reload (etagd --reload).\n"
    "      --stdin      the password is the first line of standard input\n"
    "  -B, --bcrypt     a hash that other servers know, too (else yescrypt)\n"
    "  -C, --cost N     so dear a hash (bcrypt: 4 to 15, else 11; yescrypt: 1 "
    "to\n"
    "                   7, else 5)\n"
    "      --check      is it USER's password? Status 1 if not\n"
    "  -D, --delete     take the entry away\n";

struct options {
    bool from_stdin, bcrypt, check, drop;
    uint64_t cost; /* 0: the usual one */
    const char *file;
    struct span user;
};

static int complain(const char *what, const char *why)
{
    fprintf(stderr, "etagd: %s: %s\n", what, why);
    return 1;
}

/* ---- entries ---- */

/* The user's hash as a string; false: there is no such entry. */
static bool find_hash(const struct edit *u, struct span user,
                      char hash[HTPASSWD_HASH_MAX + 1])
{
    struct htpasswd h = { .rest = span_of(u->bytes, u->n) };
    struct htpasswd_line line;
    enum htpasswd_kind kind;

    while ((kind = htpasswd_next(&h, &line)) != HTPASSWD_END) {
        if (kind != HTPASSWD_USER || !span_eq(line.user, user))
            continue;
        memcpy(hash, line.hash.p, line.hash.n);
        hash[line.hash.n] = '\0';
        return true;
    }
    return false;
}

static void put_entry(struct buf *b, struct span user, const char *hash)
{
    if (b->n && b->p[b->n - 1] != '\n')
        buf_char(b, '\n');
    buf_span_put(b, user);
    buf_char(b, ':');
    buf_str(b, hash);
    buf_char(b, '\n');
}

/* All lines, with the user's first one replaced (hash NULL: and with none of
 * its).  False: there was none. */
static bool put_lines(struct buf *b, const struct edit *u, struct span user,
                      const char *hash)
{
    struct htpasswd h = { .rest = span_of(u->bytes, u->n) };
    struct htpasswd_line line;
    enum htpasswd_kind kind;
    bool found = false;

    while ((kind = htpasswd_next(&h, &line)) != HTPASSWD_END) {
        bool is_its =
            kind != HTPASSWD_NOTE && line.user.p && span_eq(line.user, user);
        if (!is_its)
            buf_span_put(b, line.whole);
        else if (!found && hash)
            put_entry(b, user, hash);
        if (!is_its && kind == HTPASSWD_FAULT)
            fprintf(stderr, "etagd: %s:%d: the line %s\n", u->path, h.number,
                    line.what);
        found = found || is_its;
    }
    if (!found && hash)
        put_entry(b, user, hash);
    return found;
}

/* The status; hash NULL: the entry goes. */
static int change(const struct options *o, const char *hash)
{
    size_t cap = FILE_BYTES_MAX + 1024;
    char *storage = malloc(cap);
    struct buf b = buf_over(storage, cap);
    struct edit u;
    bool found = false;

    CHECK(storage != NULL);
    int error = edit_open(&u, o->file, hash != NULL, FILE_BYTES_MAX);
    if (!error) {
        found = put_lines(&b, &u, o->user, hash);
        if (b.overflow)
            error = -EFBIG;
        else if (found || hash)
            error = edit_replace(&u, b.p, b.n);
    }
    edit_close(&u);
    explicit_bzero(storage, b.n);
    free(storage);
    if (error)
        return complain(o->file, strerror(-error));
    if (!hash && !found)
        return complain(o->file, "there is no such user");
    printf("%.*s %s %s; the next reload takes it\n", (int)o->user.n, o->user.p,
           hash ? found ? "has another password in" : "has a password in"
                : "is gone from",
           o->file);
    return 0;
}

/* ---- passwords ---- */

static const char *password_fault(const struct options *o, struct span s)
{
    if (s.n == 0)
        return "an empty password is no password";
    if (o->bcrypt && !o->check && s.n > BCRYPT_BYTES_MAX)
        return "bcrypt looks at 72 bytes only: take a shorter one, or yescrypt";
    for (size_t i = 0; i < s.n; i++) {
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
            return "it holds a control character (RFC 7617 forbids them)";
    }
    return target_utf8(s) ? NULL : "it is not UTF-8, which browsers send";
}

/* False: said why. */
static bool ask(const struct options *o, char *password, size_t cap)
{
    char again[BASIC_PASSWORD_MAX + 1] = "";
    const char *why = NULL;
    int n = o->from_stdin ? secret_from_stdin(password, cap)
                          : secret_read("Password: ", password, cap);

    if (n >= 0)
        why = password_fault(o, span_of(password, (size_t)n));
    if (n >= 0 && !why && !o->from_stdin && !o->check) {
        n = secret_read("The same again: ", again, sizeof again);
        if (n >= 0 && strcmp(password, again) != 0)
            why = "these were two";
    }
    explicit_bzero(again, sizeof again);
    if (n < 0)
        why = n == -ENXIO   ? "there is no terminal: give it by --stdin"
              : n == -E2BIG ? "it has more than 511 bytes"
                            : strerror(-n);
    if (why)
        complain("password", why);
    return !why;
}

static int check(const struct options *o, const char *password)
{
    char hash[HTPASSWD_HASH_MAX + 1];
    struct edit u;
    int error = edit_open(&u, o->file, false, FILE_BYTES_MAX);
    bool found = !error && find_hash(&u, o->user, hash);

    edit_close(&u);
    if (error)
        return complain(o->file, strerror(-error));
    if (!found)
        return complain(o->file, "there is no such user");
    int rc = password_matches(hash, password);
    if (rc < 0)
        return complain(o->file, strerror(-rc));
    puts(rc ? "that is the password" : "that is not the password");
    return rc ? 0 : 1;
}

static int set(const struct options *o, const char *password)
{
    char hash[PASSWORD_HASH_MAX];
    unsigned long cost = o->cost ? (unsigned long)o->cost : o->bcrypt ? 11 : 5;
    int error = password_hash(password, o->bcrypt ? "$2y$" : "$y$", cost, hash);

    if (error)
        return complain("libcrypt", strerror(-error));
    const char *why = htpasswd_hash_fault(span_str(hash));
    return why ? complain("libcrypt's hash", why) : change(o, hash);
}

/* ---- the command line ---- */

enum { OPTION_STDIN = 256, OPTION_CHECK };

#define NAME "etagd passwd"

static bool cost_fits(const struct options *o)
{
    return o->bcrypt ? o->cost >= 4 && o->cost <= 15
                     : o->cost >= 1 && o->cost <= 7;
}

/* -1: go on; else the exit status. */
static int parse(struct options *o, int argc, char **argv)
{
    static const struct option names[] = {
        { "stdin", no_argument, NULL, OPTION_STDIN },
        { "check", no_argument, NULL, OPTION_CHECK },
        { "bcrypt", no_argument, NULL, 'B' },
        { "cost", required_argument, NULL, 'C' },
        { "delete", no_argument, NULL, 'D' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 },
    };
    const char *cost = NULL;
    int c;

    while ((c = cmdline_next(NAME, argc, argv, ":BC:Dh", names)) != -1) {
        if (c == 'h') {
            fputs(usage, stdout);
            exit(0);
        }
        o->from_stdin |= c == OPTION_STDIN;
        o->check |= c == OPTION_CHECK;
        o->bcrypt |= c == 'B';
        o->drop |= c == 'D';
        if (c == 'C')
            cost = optarg;
        if (c == CMDLINE_WRONG)
            return 2;
    }
    if (o->check && o->drop)
        return cmdline_wrong(NAME, "either --check or --delete, not both");
    if (cost && (!num_u64(span_str(cost), &o->cost) || !cost_fits(o)))
        return cmdline_wrong(NAME, "--cost %s is none; allowed: %s", cost,
                             o->bcrypt ? "4 to 15 (bcrypt)"
                                       : "1 to 7 (yescrypt)");
    if (argc - optind < 2)
        return cmdline_wrong(NAME, optind == argc ? "the FILE and the USER are "
                                                    "missing"
                                                  : "the USER is missing");
    if (argc - optind > 2)
        return cmdline_wrong(NAME,
                             "one FILE and one USER, no more; the password "
                             "is asked for, or read by --stdin");
    o->file = argv[optind];
    o->user = span_str(argv[optind + 1]);
    return -1;
}

int passwd_main(int argc, char **argv)
{
    char password[BASIC_PASSWORD_MAX + 1] = "";
    struct options o = { .cost = 0 };

    int status = parse(&o, argc, argv);
    if (status >= 0)
        return status;
    const char *why = htpasswd_user_fault(o.user);
    if (why)
        return cmdline_wrong(NAME, "the user %s", why);
    if (o.drop)
        return change(&o, NULL);
    why = password_missing();
    if (why)
        return complain("passwords need libcrypt", why);
    if (!ask(&o, password, sizeof password))
        return 1;
    status = (o.check ? check : set)(&o, password);
    explicit_bzero(password, sizeof password);
    return status;
}
