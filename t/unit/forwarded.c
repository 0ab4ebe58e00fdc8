/* SPDX-License-Identifier: MIT
 *
 * Tests of http/forwarded: RFC 7239, X-Forwarded-*, and who is believed.
 */
#include "unit.h"

#include <stdio.h>

#include "heads.h"
#include "http/forwarded.h"

static const char *shown(const struct forwarded *f)
{
    static char t[160];
    size_t n = 0;

    if (f->client.family == 4)
        n = (size_t)snprintf(t, sizeof t, "%d.%d.%d.%d", f->client.addr[0],
                             f->client.addr[1], f->client.addr[2],
                             f->client.addr[3]);
    else if (f->client.family == 6)
        n = (size_t)snprintf(t, sizeof t, "6:%02x%02x..%02x", f->client.addr[0],
                             f->client.addr[1], f->client.addr[15]);
    else
        n = (size_t)snprintf(t, sizeof t, "-");
    if (f->port)
        n += (size_t)snprintf(t + n, sizeof t - n, " %u", f->port);
    if (f->scheme)
        n += (size_t)snprintf(t + n, sizeof t - n, " %s",
                              f->scheme == FORWARDED_HTTPS ? "https" : "http");
    if (f->host.p)
        snprintf(t + n, sizeof t - n, " host=%.*s", (int)f->host.n, f->host.p);
    return t;
}

static size_t trusted(struct ip_net *nets)
{
    assert_true(ip_net_parse(SPAN("10.0.0.0/8"), &nets[0]));
    assert_true(ip_net_parse(SPAN("fd00::/8"), &nets[1]));
    return 2;
}

struct row {
    const char *lines[3]; /* field lines in order */
    const char *shown;
    enum forwarded_end end;
};

static void check(const struct row *rows, size_t n_rows, bool standard)
{
    struct ip_net trust[2];
    size_t n = trusted(trust);

    for (size_t i = 0; i < n_rows; i++) {
        static struct head h;
        const char *const none[] = { NULL };
        struct forwarded f;

        heads_make(&h, none);
        for (size_t j = 0; j < 3 && rows[i].lines[j]; j++)
            heads_add(&h, standard ? "Forwarded" : "X-Forwarded-For",
                      rows[i].lines[j]);
        heads_add(&h, standard ? "X-Forwarded-For" : "Forwarded",
                  standard ? "198.51.100.9" : "for=198.51.100.9");
        if (standard)
            forwarded_standard(&f, &h, trust, n);
        else
            forwarded_x(&f, &h, trust, n);
        const char *line = rows[i].lines[0] ? rows[i].lines[0] : "(none)";
        if (strcmp(shown(&f), rows[i].shown) != 0)
            fail_msg("%s: %s, not %s", line, shown(&f), rows[i].shown);
        ROW_CHECK(line, f.end == rows[i].end);
    }
}

static void standard(void **state)
{
    static const struct row rows[] = {
        { { NULL }, "-", FORWARDED_ABSENT },
        { { "" }, "-", FORWARDED_ABSENT },
        { { " , ,, " }, "-", FORWARDED_ABSENT },
        /* RFC 7239 4, 6 */
        { { "for=192.0.2.43" }, "192.0.2.43", FORWARDED_CLIENT },
        { { "For=\"[2001:db8:cafe::17]:4711\"" },
          "6:2001..17 4711",
          FORWARDED_CLIENT },
        { { "for=192.0.2.60;proto=http;by=203.0.113.43" },
          "192.0.2.60 http",
          FORWARDED_CLIENT },
        { { "for=192.0.2.43, for=198.51.100.17" },
          "198.51.100.17",
          FORWARDED_CLIENT },
        { { "for=\"192.0.2.43:47011\"" },
          "192.0.2.43 47011",
          FORWARDED_CLIENT },
        { { "for=\"192.0.2.43:_port\"" }, "192.0.2.43", FORWARDED_CLIENT },
        { { "for=\"192\\.0\\.2\\.43\"" }, "192.0.2.43", FORWARDED_CLIENT },
        { { "PROTO=HTTPS;HOST=a.example;FOR=192.0.2.1" },
          "192.0.2.1 https host=a.example",
          FORWARDED_CLIENT },
        { { "for=192.0.2.1;host=\"a.example:8443\";x-y=\"a,b;c\"" },
          "192.0.2.1 host=a.example:8443",
          FORWARDED_CLIENT },
        { { ";for=192.0.2.1 ; proto=https;;" },
          "192.0.2.1 https",
          FORWARDED_CLIENT },
        { { "for=192.0.2.1;proto=gopher;host=\"a b\"" },
          "192.0.2.1",
          FORWARDED_CLIENT },
        { { "for=\"[::ffff:192.0.2.1]\"" }, "192.0.2.1", FORWARDED_CLIENT },
        /* past trusted hops, over lines; what they say of the client counts */
        { { "for=192.0.2.1;proto=https, for=10.0.0.1;proto=http" },
          "192.0.2.1 https",
          FORWARDED_CLIENT },
        { { "for=192.0.2.66, for=192.0.2.1", "for=\"[fd00::1]\"",
            "for=10.0.0.1" },
          "192.0.2.1",
          FORWARDED_CLIENT },
        { { "for=10.9.9.9, for=10.0.0.1" }, "10.9.9.9", FORWARDED_START },
        /* taken for what they are */
        { { "for=192.0.2.1, for=unknown" }, "-", FORWARDED_HIDDEN },
        { { "for=192.0.2.1, for=_hidden;proto=https" },
          "- https",
          FORWARDED_HIDDEN },
        { { "for=192.0.2.1, proto=https" }, "- https", FORWARDED_HIDDEN },
        { { "for=192.0.2.1, for=_SEVKISEK, for=10.0.0.1" },
          "10.0.0.1",
          FORWARDED_HIDDEN },
        { { "for=\"unknown:80\"" }, "-", FORWARDED_HIDDEN },
        /* nothing that a client puts before it does any harm */
        { { "for=\", for=192.0.2.1" }, "192.0.2.1", FORWARDED_CLIENT },
        { { "\"\\", "for=192.0.2.1" }, "192.0.2.1", FORWARDED_CLIENT },
        { { "for=10.0.0.1, a=\"x\\\", for=\"192.0.2.1\"" },
          "192.0.2.1",
          FORWARDED_CLIENT },
        { { "=;=;;==, for=192.0.2.1" }, "192.0.2.1", FORWARDED_CLIENT },
        { { "for=127.0.0.1", "for=10.0.0.1", "for=192.0.2.1" },
          "192.0.2.1",
          FORWARDED_CLIENT },
        /* malformed: ignored, with all before it */
        { { "for" }, "-", FORWARDED_MALFORMED },
        { { "for=" }, "-", FORWARDED_MALFORMED },
        { { "for=\"\"" }, "-", FORWARDED_MALFORMED },
        { { "=192.0.2.1" }, "-", FORWARDED_MALFORMED },
        { { "\"for\"=192.0.2.1" }, "-", FORWARDED_MALFORMED },
        { { "for=192.0.2.1:80" }, "-", FORWARDED_MALFORMED },
        { { "for=[2001:db8::1]" }, "-", FORWARDED_MALFORMED },
        { { "for=\"2001:db8::1\"" }, "-", FORWARDED_MALFORMED },
        { { "for=\"[192.0.2.1]\"" }, "-", FORWARDED_MALFORMED },
        { { "for=\"[2001:db8::1\"" }, "-", FORWARDED_MALFORMED },
        { { "for=\"[2001:db8::1]x\"" }, "-", FORWARDED_MALFORMED },
        { { "for=\"[]\"" }, "-", FORWARDED_MALFORMED },
        { { "for=192.0.2.256" }, "-", FORWARDED_MALFORMED },
        { { "for=example.org" }, "-", FORWARDED_MALFORMED },
        { { "for=_" }, "-", FORWARDED_MALFORMED },
        { { "for=\"_a b\"" }, "-", FORWARDED_MALFORMED },
        { { "for=\"192.0.2.1:65536\"" }, "-", FORWARDED_MALFORMED },
        { { "for=\"192.0.2.1:\"" }, "-", FORWARDED_MALFORMED },
        { { "for=192.0.2.1;for=192.0.2.2" }, "-", FORWARDED_MALFORMED },
        { { "for=192.0.2.1 proto=https" }, "-", FORWARDED_MALFORMED },
        { { "for=192.0.2.1;proto =https" }, "-", FORWARDED_MALFORMED },
        { { "for=192.0.2.1;x=\"" }, "-", FORWARDED_MALFORMED },
        { { "for=192.0.2.1\"" }, "-", FORWARDED_MALFORMED },
        { { "oops, for=10.0.0.1" }, "10.0.0.1", FORWARDED_MALFORMED },
        { { "for=\"1111111111111111111111111111111111111111111111111111111"
            "1111111111111111111111111111\\1\"" },
          "-",
          FORWARDED_MALFORMED },
    };

    (void)state;
    check(rows, ROWS(rows), true);
}

static void by_habit(void **state)
{
    static const struct row rows[] = {
        { { NULL }, "-", FORWARDED_ABSENT },
        { { "192.0.2.1" }, "192.0.2.1", FORWARDED_CLIENT },
        { { "192.0.2.1:4711" }, "192.0.2.1 4711", FORWARDED_CLIENT },
        { { "2001:db8::7" }, "6:2001..07", FORWARDED_CLIENT },
        { { "[2001:db8::7]" }, "6:2001..07", FORWARDED_CLIENT },
        { { "[2001:db8::7]:4711" }, "6:2001..07 4711", FORWARDED_CLIENT },
        { { "192.0.2.66, 192.0.2.1,10.0.0.1 , fd00::1" },
          "192.0.2.1",
          FORWARDED_CLIENT },
        { { "10.0.0.2", "192.0.2.1", "10.0.0.1" },
          "192.0.2.1",
          FORWARDED_CLIENT },
        { { "10.0.0.2, 10.0.0.1" }, "10.0.0.2", FORWARDED_START },
        { { "192.0.2.1, unknown" }, "-", FORWARDED_HIDDEN },
        { { "192.0.2.1, _x, 10.0.0.1" }, "10.0.0.1", FORWARDED_HIDDEN },
        { { "\", 192.0.2.1" }, "192.0.2.1", FORWARDED_CLIENT },
        { { "example.org, 192.0.2.1" }, "192.0.2.1", FORWARDED_CLIENT },
        { { "example.org" }, "-", FORWARDED_MALFORMED },
        { { "\"192.0.2.1\"" }, "-", FORWARDED_MALFORMED },
        { { "for=192.0.2.1" }, "-", FORWARDED_MALFORMED },
        { { "192.0.2.1 192.0.2.2" }, "-", FORWARDED_MALFORMED },
        { { "1:2" }, "-", FORWARDED_MALFORMED },
        { { ":" }, "-", FORWARDED_MALFORMED },
        { { "[" }, "-", FORWARDED_MALFORMED },
        { { "x, 10.0.0.1" }, "10.0.0.1", FORWARDED_MALFORMED },
    };

    (void)state;
    check(rows, ROWS(rows), false);
}

static void scheme_and_host(void **state)
{
    static const struct {
        const char *by, *proto, *host, *shown;
    } rows[] = {
        { "192.0.2.1", "https", "a.example", "192.0.2.1 https host=a.example" },
        { "192.0.2.1", "HTTP", "a:8443", "192.0.2.1 http host=a:8443" },
        { "192.0.2.1", "ftp", "a b", "192.0.2.1" },
        { "192.0.2.1", "https", "[::1]:8443",
          "192.0.2.1 https host=[::1]:8443" },
        /* the member of the same place from the end, or the last */
        { "192.0.2.1, 10.0.0.1", "https, http", "a, b",
          "192.0.2.1 https host=a" },
        { "192.0.2.66, 192.0.2.1, 10.0.0.1", "http, https, http", "x, a, b",
          "192.0.2.1 https host=a" },
        { "192.0.2.1, 10.0.0.1", "https", "b", "192.0.2.1 https host=b" },
        { "192.0.2.1", "http, https", "x, b", "192.0.2.1 https host=b" },
        { "unknown", "https", "b", "- https host=b" },
        { NULL, "https", "b", "- https host=b" },
    };
    struct ip_net trust[2];
    size_t n = trusted(trust);

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        static struct head h;
        const char *const both[] = { "X-Forwarded-Proto", rows[i].proto,
                                     "X-Forwarded-Host", rows[i].host, NULL };
        struct forwarded f;

        heads_make(&h, both);
        if (rows[i].by)
            heads_add(&h, "X-Forwarded-For", rows[i].by);
        forwarded_x(&f, &h, trust, n);
        if (strcmp(shown(&f), rows[i].shown) != 0)
            fail_msg("%s: %s, not %s", rows[i].shown, shown(&f), rows[i].shown);
    }
}

/* A line as long as heads may be, of what would make a walk back slow. */
static void long_lines(void **state)
{
    static const char *const parts[] = {
        "\\\"", "\"", "\\", ",", "for=\"\\\",", "for=10.0.0.1,"
    };
    static char line[65536];
    struct ip_net trust[2];
    size_t n = trusted(trust);

    (void)state;
    for (size_t i = 0; i < ROWS(parts); i++) {
        static struct head h;
        const char *const none[] = { NULL };
        size_t bytes = strlen(parts[i]), at = 0;
        struct forwarded f;

        for (; at + bytes < sizeof line - 1; at += bytes)
            memcpy(line + at, parts[i], bytes);
        heads_make(&h, none);
        heads_add_span(&h, SPAN("Forwarded"), span_of(line, at));
        forwarded_standard(&f, &h, trust, n);
        ROW_CHECK(parts[i], f.end != FORWARDED_CLIENT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(standard),
        cmocka_unit_test(by_habit),
        cmocka_unit_test(scheme_and_host),
        cmocka_unit_test(long_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
