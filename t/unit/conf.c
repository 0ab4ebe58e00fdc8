/* SPDX-License-Identifier: MIT
 *
 * Tests of src/conf: loading, faults with their lines, dump, help, the sample.
 */
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "unit.h"

#include "base/suggest.h"
#include "conf/dump.h"
#include "conf/keys.h"
#include "conf/loader.h"

/* ---- helpers ---- */

struct outcome {
    struct conf *c;
    struct conf_faults faults, warnings;
};

static struct outcome load(const char *text, size_t n,
                           const char *const *override, size_t n_override)
{
    struct conf_source source = { .file = "t.ini",
                                  .override = override,
                                  .n_override = n_override };
    struct outcome o;

    o.c = conf_load_bytes(&source, span_of(text, n), &o.faults, &o.warnings);
    assert_true((o.c == NULL) == (o.faults.n > 0));
    return o;
}

static struct outcome load_text(const char *text)
{
    return load(text, strlen(text), NULL, 0);
}

static void done(struct outcome *o)
{
    conf_free(o->c);
    conf_faults_free(&o->faults);
    conf_faults_free(&o->warnings);
}

static void print_faults(const struct conf_faults *f)
{
    for (size_t i = 0; i < f->n; i++)
        print_message("%s\n", f->text[i]);
}

/* A conf that must load; its faults are shown when it does not. */
static struct outcome must_load(const char *text)
{
    struct outcome o = load_text(text);

    print_faults(&o.faults);
    assert_non_null(o.c);
    return o;
}

static char *dumped(const struct conf *c)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);

    assert_non_null(out);
    conf_dump(c, out);
    fclose(out);
    return text;
}

static char *data_path(const char *name)
{
    const char *srcdir = getenv("srcdir");
    char *path = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&path, &n);

    fprintf(out, "%s/%s", srcdir ? srcdir : ".", name);
    fclose(out);
    return path;
}

static char *file_text(const char *name)
{
    char *path = data_path(name), *text = calloc(1, 1 << 16);
    FILE *f = fopen(path, "r");

    if (!f)
        fail_msg("%s cannot be read", path);
    assert_true(fread(text, 1, (1 << 16) - 1, f) > 0);
    fclose(f);
    free(path);
    return text;
}

/* ---- faults ---- */

/* The wrecked file's faults are those of wrecked.txt, each with its line. */
static void wrecked_file(void **state)
{
    char *path = data_path("t/unit/data/conf/wrecked.ini");
    char *expected = file_text("t/unit/data/conf/wrecked.txt");
    struct conf_source source = { .file = path };
    struct conf_faults faults, warnings;
    char *at = expected;

    (void)state;
    assert_null(conf_load(&source, &faults, &warnings));
    assert_true(faults.n >= 20);
    for (size_t i = 0; i < faults.n; i++) {
        char *end = strchr(at, '\n');
        const char *got = strstr(faults.text[i], "wrecked.ini:");
        assert_non_null(got);
        if (!end)
            fail_msg("more than expected: %s", got);
        *end = '\0';
        assert_string_equal(got, at);
        at = end + 1;
    }
    assert_string_equal(at, "");
    conf_faults_free(&faults);
    conf_faults_free(&warnings);
    free(expected);
    free(path);
}

struct fault_case {
    const char *name, *text;
    size_t n; /* 0: up to the NUL */
    const char *fault;
};

#define BYTES(lit) lit, sizeof(lit) - 1

static const struct fault_case fault_cases[] = {
    { "NUL in a line", BYTES("[server]\nroot = /\nuser = a\0b\n"),
      "t.ini:3: the line \"user = a?b\" holds a NUL byte: this is not a text "
      "file" },
    { "NUL in a comment", BYTES("[server]\nroot = /\n# a\0b\n"),
      "t.ini:3: the line \"# a?b\" holds a NUL byte: this is not a text file" },
    { "control character", BYTES("[server]\nroot = /\nuser = a\033b\n"),
      "t.ini:3: the line \"user = a?b\" holds a control character" },
    { "CR inside", BYTES("[server]\nroot = /\nuser = a\rb\n"),
      "t.ini:3: the line \"user = a?b\" holds a control character" },
    { "UTF-16", BYTES("\xff\xfe[\0s\0"), "t.ini: is UTF-16; save it as UTF-8" },
    { "two byte order marks",
      BYTES("\xef\xbb\xbf\xef\xbb\xbf[server]\nroot = /\n"),
      "t.ini:1: the line \"\xef\xbb\xbf[server]\" begins with a byte order "
      "mark" },
    { "byte order mark later", BYTES("[server]\n\xef\xbb\xbfroot = /\n"),
      "t.ini:2: the line \"\xef\xbb\xbfroot = /\" begins with a byte order "
      "mark" },
    { "no key", BYTES("[server]\nroot = /\n= 5\n"),
      "t.ini:3: [server] the key before \"=\" is missing" },
    { "root missing", BYTES("[log]\n"),
      "t.ini: [server] root: is missing; allowed: a directory" },
    { "root missing in its section", BYTES("\n[server]\n"),
      "t.ini:2: [server] root: is missing; allowed: a directory" },
    { "empty file", BYTES("\n"),
      "t.ini: [server] root: is missing; allowed: a directory" },
    { "unknown key, near", BYTES("[server]\nroot = /\nwokers = 2\n"),
      "t.ini:3: [server] wokers: there is no such key; did you mean "
      "\"workers\"?" },
    { "capital letters", BYTES("[server]\nroot = /\nWorkers = 2\n"),
      "t.ini:3: [server] Workers: there is no such key; did you mean "
      "\"workers\"?" },
    { "comment behind a value", BYTES("[server]\nroot = /\nworkers = 2 # x\n"),
      "t.ini:3: [server] workers: \"2 # x\" is not a number; allowed: 1 to "
      "256, or auto; a comment has a line of its own" },
    { "named options", BYTES("[server main]\nroot = /\n"),
      "t.ini:1: [server main] [server] takes no name" },
    { "all hosts refused", BYTES("[server]\nroot = /\nunknown-host = refuse\n"),
      "t.ini:3: [server] unknown-host: refuse would refuse every host: there "
      "is no [host]" },
    { "observer on the server's address",
      BYTES("[server]\nroot = /\n[observe]\nlisten = 127.0.0.1:8080\n"),
      "t.ini:4: [observe] listen: is taken by [server] listen = "
      "127.0.0.1:8080" },
    { "all addresses and one",
      BYTES("[server]\nroot = /\nlisten = [::]:80\nlisten = [::1]:80\n"),
      "t.ini:4: [server] listen: \"[::1]:80\" is taken by listen = [::]:80" },
    { "another server's word for on",
      BYTES("[server]\nroot = /\nlisting = True\n"),
      "t.ini:3: [server] listing: \"True\" is neither on nor off; allowed: "
      "on, off; did you mean \"on\"?" },
    { "unix socket that is none",
      BYTES("[server]\nroot = /\nlisten = unix:/etc/passwd\n"),
      "t.ini:3: [server] listen: /etc/passwd exists and is not a "
      "socket: choose another path, or move it away" },
    { "log into a directory",
      BYTES("[server]\nroot = /\n[log]\nerror = /tmp/..\n"),
      "t.ini:4: [log] error: /tmp/.. is a directory" },
    { "no such group", BYTES("[server]\nroot = /\ngroup = no-such-group\n"),
      "t.ini:3: [server] group: there is no group \"no-such-group\"" },
    { "interface of an address",
      BYTES("[server]\nroot = /\nlisten = [fe80::1%nonesuch]:80\n"),
      "t.ini:3: [server] listen: \"[fe80::1%nonesuch]:80\" names an interface "
      "that does not exist; allowed: IPv4:PORT, [IPv6]:PORT, unix:/PATH" },
    { "host of an alias",
      BYTES("[server]\nroot = /\n[alias //a.example/x/]\nroot = /\n"),
      "t.ini:3: [alias //a.example/x/] no [host] section has the name "
      "\"a.example\"" },
    { "remove what etagd owns",
      BYTES("[server]\nroot = /\n[header *]\nremove = Trailer\n"),
      "t.ini:4: [header *] remove: \"Trailer\" is etagd's own: it frames the "
      "message" },
    { "a port alone", BYTES("[server]\nroot = /\nlisten = 80\n"),
      "t.ini:3: [server] listen: \"80\" is a port without an address (0.0.0.0 "
      "and [::] stand for all); allowed: IPv4:PORT, [IPv6]:PORT, unix:/PATH" },
    { "quotes", BYTES("[server]\nroot = /\"nonesuch\"\n"),
      "t.ini:2: [server] root: /\"nonesuch\" cannot be read: No such file or "
      "directory; quotes are part of a value" },
    { "comment behind a directory",
      BYTES("[server]\nroot = /nonesuch # mine\n"),
      "t.ini:2: [server] root: /nonesuch # mine cannot be read: No such file "
      "or directory; a comment has a line of its own" },
    { "a log that is switched on",
      BYTES("[server]\nroot = /\n[log]\naccess = on\n"),
      "t.ini:4: [log] access: \"on\" is no file (./on would be); allowed: a "
      "file, -, off" },
    { "DEL in a value", BYTES("[server]\nroot = /\n[header *]\nX-A = \x7f\n"),
      "t.ini:4: the line \"X-A = ?\" holds a control character" },
};

static void fault_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(fault_cases); i++) {
        const struct fault_case *row = &fault_cases[i];
        struct outcome o = load(row->text, row->n, NULL, 0);
        bool found = false;
        for (size_t j = 0; j < o.faults.n; j++)
            found |= strcmp(o.faults.text[j], row->fault) == 0;
        if (!found)
            print_faults(&o.faults);
        ROW_CHECK(row->name, found);
        done(&o);
    }
}

static void line_length(void **state)
{
    char text[600] = "[server]\nroot = /\n[header *]\nX-A = ";
    size_t head = strlen(text), key = sizeof "X-A = " - 1;
    struct outcome o;

    (void)state;
    /* 199 bytes are a line, whatever inih makes of longer ones */
    memset(text + head, 'v', 199 - key);
    o = must_load(text);
    assert_int_equal(strlen(o.c->rules[0].fields[0].value), 199 - key);
    done(&o);
    memset(text + head, 'v', 200 - key);
    o = load_text(text);
    assert_int_equal(o.faults.n, 1);
    assert_non_null(strstr(o.faults.text[0], "t.ini:4: "));
    assert_non_null(strstr(o.faults.text[0], "is too long; allowed: 199"));
    done(&o);
}

/* Every part of a multipart answer repeats the one, every page has the other:
 * a head's room is counted for so many bytes of them. */
static void placed_fields(void **state)
{
    static const char *const names[] = { "content-type", "Server", "X-Other" };

    (void)state;
    for (size_t i = 0; i < ROWS(names); i++) {
        char text[700];
        struct outcome o;
        snprintf(text, sizeof text,
                 "[server]\nroot = /\n[header *]\n%s = %0127d\n%s += %0127d\n",
                 names[i], 0, names[i], 0);
        o = must_load(text); /* 127, a blank, 127 */
        done(&o);
        snprintf(text, sizeof text,
                 "[server]\nroot = /\n[header *]\n%s = %0127d\n%s += %0128d\n",
                 names[i], 0, names[i], 0);
        o = load_text(text);
        assert_int_equal(o.faults.n, i < 2);
        if (i < 2)
            assert_non_null(strstr(o.faults.text[0], "allowed: 255 bytes"));
        done(&o);
    }
}

static void faults_are_capped(void **state)
{
    char *text = calloc(1, 20001);
    struct outcome o;

    (void)state;
    for (size_t i = 0; i < 10000; i++)
        memcpy(text + 2 * i, "x\n", 2);
    o = load_text(text);
    assert_int_equal(o.faults.n, 201);
    assert_string_equal(o.faults.text[200], "and 9801 more");
    done(&o);
    free(text);
}

static void unreadable_file(void **state)
{
    struct conf_source source = { .file = "/nonexistent/etagd.ini" };
    struct conf_faults faults;

    (void)state;
    assert_null(conf_load(&source, &faults, NULL));
    assert_int_equal(faults.n, 1);
    assert_string_equal(
        faults.text[0],
        "/nonexistent/etagd.ini: cannot be read: No such file or directory");
    conf_faults_free(&faults);
    source.file = "/";
    assert_null(conf_load(&source, &faults, NULL));
    assert_string_equal(faults.text[0], "/: cannot be read: Is a directory");
    conf_faults_free(&faults);
}

/* A policy (rules.h) has room for 48 names. */
static void too_many_fields(void **state)
{
    char text[4096] = "[server]\nroot = /\n[header *]\n";
    struct outcome o;

    (void)state;
    for (int i = 0; i < 48; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "X-%d = 1\n",
                 i);
    o = must_load(text);
    done(&o);
    snprintf(text + strlen(text), sizeof text - strlen(text),
             "[cache *.png]\nCache-Control = no-cache\n");
    o = load_text(text);
    assert_int_equal(o.faults.n, 1);
    assert_string_equal(o.faults.text[0],
                        "t.ini:52: Cache-Control: the rules name more than 48 "
                        "different fields");
    done(&o);
}

/* The longest values of all names have room in one head. */
static void too_long_fields(void **state)
{
    char text[16384];
    struct outcome o;

    (void)state;
    for (int n = 45; n <= 46; n++) { /* lines of 6 + 170 + 2 bytes */
        size_t at = (size_t)snprintf(text, sizeof text,
                                     "[server]\nroot = /\n[header *.a]\n"
                                     "X-00 = %0172d\n[header *]\n",
                                     0);
        for (int i = 0; i < n; i++)
            at += (size_t)snprintf(text + at, sizeof text - at,
                                   "X-%02d = %0172d\n", i, 0);
        o = load_text(text);
        assert_int_equal(o.faults.n, n == 46);
        if (o.faults.n)
            assert_string_equal(o.faults.text[0],
                                "t.ini:5: X-45: the rules' fields together can "
                                "be longer than 8192 bytes of a head");
        done(&o);
    }
}

/* ---- what inih would have changed ---- */

static void values_arrive_whole(void **state)
{
    static const char text[] =
        "\xef\xbb\xbf# byte order mark, then a comment\r\n"
        "[server]\r\n"
        "root = /\r\n"
        "   ; an indented comment\n"
        "\n"
        "[header /a]b/*]\n"
        "A = default-src 'self' ; img-src *; x\n"
        "B: ; lead\n"
        "C = a=b:c\n"
        "D=[x]\n"
        "E = \xc3\xa4 \"q\"\t;t\n"
        "F = one two\n"
        "F += three ; four\n"
        "[cache /ccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
        "cccccccccccccccccccccccccccccccccccccccccccc/*.html]\n"
        "Cache-Control = no-cache";
    static const char *const values[] = {
        "default-src 'self' ; img-src *; x",
        "; lead",
        "a=b:c",
        "[x]",
        "\xc3\xa4 \"q\"\t;t",
        "one two three ; four",
    };
    struct outcome o = must_load(text);

    (void)state;
    assert_int_equal(o.c->n_rules, 2);
    assert_string_equal(o.c->rules[0].pattern, "/a]b/*");
    assert_int_equal(o.c->rules[0].line, 6);
    assert_int_equal(o.c->rules[0].n_fields, ROWS(values));
    for (size_t i = 0; i < ROWS(values); i++)
        assert_string_equal(o.c->rules[0].fields[i].value, values[i]);
    assert_int_equal(strlen(o.c->rules[1].pattern), 111);
    assert_int_equal(o.c->rules[1].line, 14);
    done(&o);
}

/* ---- values ---- */

static void typed_values(void **state)
{
    struct outcome o = must_load(
        "[server]\nroot = /tmp/..\nlisten = 0.0.0.0:0\n"
        "listen = [::1]:80\nlisten = unix:/tmp/etagd-no-such.sock\n"
        "workers = 3\nindex = a.html, b.html c.html\nserver-field = off\n"
        "error-404 = /404.html\nerror-500 = /e/500.html\n"
        "[timeouts]\nidle = 1500ms\nhead = 2m\nlinger = 0\n"
        "[limits]\nbody = 3K\nrecv-rate = 0\n"
        "[log]\nformat = json\naccess = off\nlevel = debug\n"
        "[prepare]\nmemory = 2g\ncompress = off\n"
        "[observe]\nlisten = 127.0.0.1:5001\n");
    const struct conf *c = o.c;

    (void)state;
    assert_string_equal(c->sites[0].root, "/");
    assert_int_equal(c->n_listen, 3);
    assert_int_equal(c->listen[0].addr.sa.sa_family, AF_INET);
    assert_int_equal(c->listen[0].line, 3);
    assert_int_equal(ntohs(c->listen[1].addr.in6.sin6_port), 80);
    assert_string_equal(c->listen[2].addr.un.sun_path,
                        "/tmp/etagd-no-such.sock");
    assert_int_equal(c->workers, 3);
    assert_false(c->autos.workers);
    assert_int_equal(c->sites[0].n_index, 3);
    assert_string_equal(c->sites[0].index[2], "c.html");
    assert_null(c->server_field);
    assert_int_equal(c->sites[0].n_error_pages, 2);
    assert_int_equal(c->sites[0].error_pages[1].status, 500);
    assert_int_equal(c->timeouts.idle_ms, 1500);
    assert_int_equal(c->timeouts.head_ms, 120000);
    assert_int_equal(c->timeouts.linger_ms, 0);
    assert_int_equal(c->limits.body_bytes, 3072);
    assert_int_equal(c->limits.recv_rate, 0);
    assert_int_equal(c->log.format, LOG_JSON);
    assert_string_equal(c->log.access, "off");
    assert_int_equal(c->log.level, LOG_LEVEL_DEBUG);
    assert_true(c->prepare.memory_bytes == (size_t)2 << 30);
    assert_false(c->prepare.compress);
    assert_true(c->observe.on);
    done(&o);
}

static void defaults(void **state)
{
    struct outcome o = must_load("[server]\nroot = /\n");
    const struct conf *c = o.c;

    (void)state;
    assert_int_equal(c->n_listen, 1);
    assert_string_equal(c->listen[0].text, "127.0.0.1:8080");
    assert_true(c->autos.workers && c->workers >= 1);
    assert_string_equal(c->server_field, "etagd");
    assert_int_equal(c->timeouts.idle_ms, 65000);
    assert_int_equal(c->log.format, LOG_COMBINED);
    assert_int_equal(c->limits.connections, 16384);
    assert_false(c->observe.on);
    assert_null(c->user);
    assert_int_equal(c->n_rules, 0);
    assert_int_equal(o.warnings.n, 0);
    done(&o);
}

static void ad_hoc(void **state)
{
    static const char *const override[] = { "server.listen=127.0.0.1:0",
                                            "server.listen=127.0.0.1:1",
                                            "cache *.png.Cache-Control=a",
                                            "cache *.png.ETag=off" };
    struct conf_source source = { .ad_hoc_dir = "/tmp" };
    struct conf_faults faults;
    struct conf *c = conf_load(&source, &faults, NULL);

    (void)state;
    assert_non_null(c);
    assert_true(c->ad_hoc && !c->file);
    assert_string_equal(c->listen[0].text, "127.0.0.1:5000");
    assert_string_equal(c->sites[0].root, "/tmp");
    assert_int_equal(c->log.format, LOG_READABLE);
    assert_int_equal(c->n_rules, 1);
    assert_string_equal(c->rules[0].fields[0].value, "no-cache");
    conf_free(c);
    source.override = override;
    source.n_override = ROWS(override);
    c = conf_load(&source, &faults, NULL);
    assert_non_null(c);
    assert_int_equal(c->n_listen, 2);
    assert_string_equal(c->listen[1].text, "127.0.0.1:1");
    assert_int_equal(c->n_rules, 2); /* one rule of two overrides */
    assert_string_equal(c->rules[1].pattern, "*.png");
    assert_int_equal(c->rules[1].etag, ETAG_SCHEME_OFF);
    assert_int_equal(c->rules[1].n_fields, 1);
    conf_free(c);
    source.ad_hoc_dir = "/nonexistent";
    assert_null(conf_load(&source, &faults, NULL));
    assert_int_equal(faults.n, 1);
    conf_faults_free(&faults);
}

static void overrides(void **state)
{
    static const char file[] = "[server]\nroot = /nonexistent\nworkers = 2\n"
                               "listen = 127.0.0.1:1\n"
                               "[host a.example b.example]\nlisting = on\n"
                               "[redirect /x]\nto = /y\n";
    static const char *const good[] = {
        "server.root=/",          "server.workers=7",
        "server.workers=8",       "host b.example.root=/tmp",
        "redirect /x.status=301", "server.listen=127.0.0.1:2",
        "limits.send-rate = 1k",
    };
    static const char *const bad[] = { "workers=2", "server.worker=2",
                                       "server.workers", "srver.root=/",
                                       "server.user=a\nb" };
    struct outcome o = load(file, sizeof file - 1, good, ROWS(good));

    (void)state;
    print_faults(&o.faults);
    assert_non_null(o.c);
    assert_int_equal(o.c->workers, 8);
    assert_string_equal(o.c->sites[0].root, "/");
    assert_int_equal(o.c->n_sites, 2);
    assert_string_equal(o.c->sites[1].root, "/tmp");
    assert_true(o.c->sites[1].listing);
    assert_int_equal(o.c->n_listen, 1);
    assert_string_equal(o.c->listen[0].text, "127.0.0.1:2");
    assert_int_equal(o.c->sites[0].redirects[0].status, 301);
    assert_int_equal(o.c->limits.send_rate, 1024);
    done(&o);

    o = load(file, sizeof file - 1, bad, ROWS(bad));
    assert_int_equal(o.faults.n, 6);
    assert_non_null(strstr(o.faults.text[0], "t.ini:2: [server] root: "));
    assert_string_equal(
        o.faults.text[1],
        "-o workers=2: is not section.key=value, as in server.workers=4");
    assert_string_equal(o.faults.text[2],
                        "-o server.worker=2: [server] worker: there is no "
                        "such key; did you mean \"workers\"?");
    assert_string_equal(o.faults.text[4],
                        "-o srver.root=/: [srver] there is no such section; "
                        "did you mean [server]?");
    assert_string_equal(o.faults.text[5],
                        "-o server.user=a?b: holds a control character");
    done(&o);
}

static void inheritance(void **state)
{
    struct outcome o = must_load(
        "[server]\nroot = /tmp\nindex = i.html\nlisting = on\n"
        "error-404 = /a.html\nerror-500 = /b.html\n"
        "[host h.example]\nroot = /\nerror-404 = /c.html\nfallback = /f.html\n"
        "[host i.example]\nindex = off\n"
        "[alias /s/]\nroot = /tmp\n"
        "[alias /s/deep/]\nroot = /tmp\n"
        "[alias //h.example/s/]\nroot = /\n"
        "[redirect //i.example/r]\nto = /q\n");
    const struct conf_site *s = o.c->sites;

    (void)state;
    assert_int_equal(o.c->n_sites, 3);
    assert_string_equal(s[1].root, "/");
    assert_string_equal(s[1].index[0], "i.html");
    assert_true(s[1].listing);
    assert_string_equal(s[1].fallback, "/f.html");
    assert_null(s[0].fallback);
    assert_int_equal(s[1].n_error_pages, 2);
    assert_string_equal(s[1].error_pages[0].path, "/c.html");
    assert_int_equal(s[1].error_pages[1].status, 500);
    assert_string_equal(s[2].root, "/tmp");
    assert_int_equal(s[2].n_index, 0);
    /* the longest prefix first; a host's own instead of everybody's */
    assert_int_equal(s[0].n_aliases, 2);
    assert_string_equal(s[0].aliases[0].prefix, "/s/deep/");
    assert_string_equal(s[1].aliases[1].root, "/");
    assert_string_equal(s[2].aliases[1].root, "/tmp");
    assert_int_equal(s[0].n_redirects, 0);
    assert_int_equal(s[2].n_redirects, 1);
    done(&o);
}

static void warnings(void **state)
{
    struct outcome o =
        must_load("[server]\nroot = /\ndefer-accept = on\n"
                  "[limits]\nconnections-per-worker = 1\n"
                  "[cache *.a]\nETag = changing\nCache-Contrl = no-cache\n"
                  "[cache *.b]\nETag = inode\nClock = -10d\n"
                  "[cache *.c]\nETag = weak\n"
                  "[cache /a%20b]\nETag = weak\n"
                  "[cache *.d]\nmx-age = 3600\n"
                  "Cache-Control = no-cache, max-age=5, x-mine=1\n"
                  "[cache *.e]\nCache-Control = private,\n"
                  "Cache-Control += public\n"
                  "[observe]\nlisten = 0.0.0.0:0\n");

    (void)state;
    assert_int_equal(o.warnings.n, 12);
    assert_string_equal(
        o.warnings.text[2],
        "t.ini:7: [cache *.a] ETag: \"changing\" is for experiments: each "
        "response has another tag, so none is ever confirmed");
    assert_string_equal(o.warnings.text[3],
                        "t.ini:8: [cache *.a] Cache-Contrl: is sent as it is "
                        "written; did you mean \"Cache-Control\"?");
    assert_string_equal(o.warnings.text[7],
                        "t.ini:17: [cache *.d] mx-age: is sent as it is "
                        "written; did you mean Cache-Control = max-age=3600?");
    assert_string_equal(o.warnings.text[8],
                        "t.ini:18: [cache *.d] Cache-Control: \"x-mine=1\" is "
                        "not a directive that caches know (an extension?)");
    assert_string_equal(
        o.warnings.text[9],
        "t.ini:18: [cache *.d] Cache-Control: says no-cache and max-age: the "
        "first wins, the second misleads; did you mean \"no-cache, "
        "x-mine=1\"?");
    assert_string_equal(
        o.warnings.text[10],
        "t.ini:20: [cache *.e] Cache-Control: says private and public: the "
        "first wins, the second misleads; did you mean \"private\"?");
    assert_string_equal(o.warnings.text[11],
                        "t.ini:23: [observe] listen: whoever can reach "
                        "0.0.0.0:0 sees every request and client");
    assert_int_equal(o.c->rules[1].clock_s, -864000);
    done(&o);
}

/* ---- dump, help, sample ---- */

static void check_fixpoint(struct conf *c)
{
    char *first = dumped(c), *second;
    struct outcome o = must_load(first);

    second = dumped(o.c);
    assert_string_equal(first, second);
    done(&o);
    free(first);
    free(second);
}

static const char rich[] =
    "[server]\nroot = /\nlisten = [::1]:0\nlisten = unix:/tmp/e.sock\n"
    "error-404 = /404.html\nindex = off\npidfile = /tmp/e.pid\n"
    "[timeouts]\nidle = 61s\nhead = 90m\nlinger = 0\n"
    "[limits]\nbody = 1023\nhead = 96k\n"
    "[log]\naccess = /tmp/a.log\n"
    "[observe]\nlisten = 127.0.0.1:0\n"
    "[cache *]\nETag = stat\nLast-Modified = off\nExpires = modified minus 0\n"
    "Clock = +0\nCache-Control = max-age=60, must-revalidate\n"
    "remove = Vary, X-Gone\nwhen-type = image/*\nwhen-status = 206\n"
    "[header *.html]\nX-Empty = ;\nX-Semi = a ; b\n"
    "Content-Security-Policy = default-src 'self' ;  two  blanks\n"
    "Content-Security-Policy += aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa "
    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n"
    "Content-Security-Policy += ccccccccccccccccccccccccccccccccccccccccccccc "
    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd\n"
    "[cache *]\nExpires = off\nLast-Modified = modified minus 10d\n"
    "[host A.example *.b.example]\nroot = /tmp\nfallback = /i.html\n"
    "[host [::1]]\nlisting = on\n"
    "[alias /s/]\nroot = /tmp\n"
    "[alias //a.example/s/]\nroot = /\n"
    "[alias //[::1]/t/]\nroot = /\n"
    "[redirect /old/*]\nto = https://x.example/$1\nstatus = 301\n"
    "[redirect //a.example/old/*]\nto = https://x.example/$1\nstatus = 301\n"
    "[redirect *.php]\nto = /gone?x=$1#y\n";

static void dump_is_a_fixpoint(void **state)
{
    struct conf_source source = { .ad_hoc_dir = "/tmp" };
    struct conf_faults faults;
    struct outcome o = must_load(rich);
    struct conf *c = conf_load(&source, &faults, NULL);

    (void)state;
    assert_int_equal(o.c->n_rules, 3);
    assert_int_equal(o.c->rules[0].n_fields, 3);
    assert_int_equal(o.c->rules[2].last_modified_s, -864000);
    assert_int_equal(o.c->sites[1].n_redirects, 2);
    check_fixpoint(o.c);
    done(&o);
    assert_non_null(c);
    check_fixpoint(c);
    conf_free(c);
}

static void help_lists_all(void **state)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);

    (void)state;
    conf_help(out);
    fclose(out);
    for (size_t i = 0; i < keys_n; i++) {
        ROW_CHECK(keys[i].name, strstr(text, keys[i].help));
        ROW_CHECK(keys[i].name, strstr(text, keys[i].name));
        ROW_CHECK(keys[i].name,
                  !keys[i].preset || strstr(text, keys[i].preset));
    }
    for (size_t i = 0; i < sections_n; i++)
        ROW_CHECK(sections[i].word, strstr(text, sections[i].help));
    free(text);
}

/* "#key = value" and "#[section]" without their mark; NULL: a comment. */
static char *sample_line(char *line)
{
    char *at = line + (line[0] == '#');
    size_t n = strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                          "0123456789-");

    if (at[0] == '[' ||
        (n && (!strncmp(at + n, " = ", 3) || !strncmp(at + n, " += ", 4))))
        return at;
    return NULL;
}

static void sample_matches_table(void **state)
{
    char *text = file_text("conf/etagd.ini"), *rest = text, *line;
    bool seen[KEYS_MAX] = { false };
    char section[32] = "";

    (void)state;
    while ((line = strsep(&rest, "\n")) != NULL) {
        char *at = sample_line(line), *value;
        if (!at)
            continue;
        if (at[0] == '[') {
            snprintf(section, sizeof section, "%.*s",
                     (int)strcspn(at + 1, " ]"), at + 1);
            assert_non_null(section_find(span_str(section)));
            continue;
        }
        value = strchr(at, '=') + 2;
        struct span name = span_to(span_str(at), strcspn(at, " "));
        const struct key *k = key_find(section, name);
        bool rule = !strcmp(section, "cache") || !strcmp(section, "header");
        ROW_CHECK(at, k || rule);
        if (!k)
            continue;
        seen[k - keys] = true;
        ROW_CHECK(at, !k->preset || !strcmp(section, "host") ||
                          !strcmp(value, k->preset));
        ROW_CHECK(at, line[0] == '#' || !strcmp(k->name, "root"));
    }
    for (size_t i = 0; i < keys_n; i++)
        ROW_CHECK(keys[i].name, seen[i]);
    free(text);
}

static void sample_loads(void **state)
{
    static const char *const override[] = { "server.root=/tmp",
                                            "host example.org.root=/tmp",
                                            "access /members/*.basic=off",
                                            "alias /static/.root=/tmp" };
    char *text = file_text("conf/etagd.ini"), *rest, *line, *all = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&all, &n);
    struct outcome o = load(text, strlen(text), override, 1);
    struct outcome plain = must_load("[server]\nroot = /tmp\n");
    char *a = dumped(o.c), *b = dumped(plain.c);

    (void)state;
    assert_string_equal(a, b); /* as it is it changes no default */
    free(a);
    free(b);
    done(&o);
    done(&plain);
    rest = text;
    while ((line = strsep(&rest, "\n")) != NULL) {
        const char *at = sample_line(line);
        fprintf(out, "%s\n", at ? at : "");
    }
    fclose(out);
    o = load(all, n, override, ROWS(override));
    print_faults(&o.faults);
    assert_non_null(o.c);
    assert_int_equal(o.c->n_rules, 6);
    check_fixpoint(o.c);
    done(&o);
    free(all);
    free(text);
}

static void table_is_sound(void **state)
{
    (void)state;
    for (size_t i = 0; i < keys_n; i++) {
        const struct key *k = &keys[i];
        ROW_CHECK(k->name, k->type && k->help && k->help[0]);
        ROW_CHECK(k->name, strlen(k->help) <= 90);
        ROW_CHECK(k->name, section_find(span_str(k->section)));
        ROW_CHECK(k->name, !strcmp(k->name, "error-NNN") ||
                               key_find(k->section, span_str(k->name)) == k);
        for (size_t j = 0; j < i; j++)
            ROW_CHECK(k->name, strcmp(k->section, keys[j].section) ||
                                   strcmp(k->name, keys[j].name));
    }
}

static void suggestions(void **state)
{
    static const struct {
        const char *a, *b;
        size_t distance;
    } rows[] = {
        { "", "", 0 },
        { "a", "", 1 },
        { "ab", "ba", 1 },
        { "abc", "abd", 1 },
        { "workers", "wrks", 3 },
        { "A", "a", 0 },
        { "ca", "abc", 3 },
        { "kitten", "sitting", 3 },
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct span a = span_str(rows[i].a), b = span_str(rows[i].b);
        size_t d = rows[i].distance;
        for (size_t limit = 0; limit < 10; limit++)
            ROW_CHECK(rows[i].a, suggest_distance(a, b, limit) ==
                                     (d < limit ? d : SIZE_MAX));
        ROW_CHECK(rows[i].a, suggest_distance(b, a, SIZE_MAX) == d);
    }
    /* a limit ends the work early and changes nothing else */
    unsigned x = 1;
    for (int i = 0; i < 20000; i++) {
        char text[2][8];
        size_t n[2];
        for (int k = 0; k < 2; k++) {
            x = x * 1103515245 + 12345;
            n[k] = x >> 16 & 7;
            for (size_t j = 0; j < n[k]; j++) {
                x = x * 1103515245 + 12345;
                text[k][j] = "abc"[(x >> 16) % 3];
            }
        }
        struct span a = span_of(text[0], n[0]), b = span_of(text[1], n[1]);
        size_t d = suggest_distance(a, b, SIZE_MAX), limit = x >> 20 & 7;
        assert_true(suggest_distance(a, b, limit) ==
                    (d < limit ? d : SIZE_MAX));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrecked_file),
        cmocka_unit_test(fault_rows),
        cmocka_unit_test(line_length),
        cmocka_unit_test(too_long_fields),
        cmocka_unit_test(placed_fields),
        cmocka_unit_test(faults_are_capped),
        cmocka_unit_test(unreadable_file),
        cmocka_unit_test(too_many_fields),
        cmocka_unit_test(values_arrive_whole),
        cmocka_unit_test(typed_values),
        cmocka_unit_test(defaults),
        cmocka_unit_test(ad_hoc),
        cmocka_unit_test(overrides),
        cmocka_unit_test(inheritance),
        cmocka_unit_test(warnings),
        cmocka_unit_test(dump_is_a_fixpoint),
        cmocka_unit_test(help_lists_all),
        cmocka_unit_test(sample_matches_table),
        cmocka_unit_test(sample_loads),
        cmocka_unit_test(table_is_sound),
        cmocka_unit_test(suggestions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
