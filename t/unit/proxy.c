/* SPDX-License-Identifier: MIT
 *
 * Tests of http/proxy and base/ip: the PROXY protocol's two versions.
 */
#include "unit.h"

#include <stdio.h>

#include "http/proxy.h"

static const char *text_of(const struct ip *ip)
{
    static char t[64];

    if (ip->family == 4)
        snprintf(t, sizeof t, "%d.%d.%d.%d", ip->addr[0], ip->addr[1],
                 ip->addr[2], ip->addr[3]);
    else
        for (int i = 0; i < 16; i++)
            snprintf(t + 2 * i, sizeof t - 2 * (size_t)i, "%02x", ip->addr[i]);
    return t;
}

static void addresses(void **state)
{
    static const struct {
        const char *text, *bytes; /* NULL: none */
    } rows[] = {
        { "0.0.0.0", "0.0.0.0" },
        { "192.0.2.255", "192.0.2.255" },
        { "::", "00000000000000000000000000000000" },
        { "::1", "00000000000000000000000000000001" },
        { "1::", "00010000000000000000000000000000" },
        { "2001:db8::a:1", "20010db80000000000000000000a0001" },
        { "1:2:3:4:5:6:7:8", "00010002000300040005000600070008" },
        { "1:2:3:4:5:6:7::", "00010002000300040005000600070000" },
        { "::2:3:4:5:6:7:8", "00000002000300040005000600070008" },
        { "::ffff:192.0.2.1", "192.0.2.1" },
        { "64:ff9b::192.0.2.1", "0064ff9b0000000000000000c0000201" },
        { "", NULL },
        { "1.2.3", NULL },
        { "1.2.3.4.5", NULL },
        { "1.2.3.256", NULL },
        { "01.2.3.4", NULL },
        { "1.2.3.4 ", NULL },
        { "1..2.3", NULL },
        { ":", NULL },
        { ":::", NULL },
        { "1:2", NULL },
        { "1::2::3", NULL },
        { "12345::", NULL },
        { "g::", NULL },
        { "::1:", NULL },
        { ":1::", NULL },
        { "1:2:3:4:5:6:7:8:9", NULL },
        { "1:2:3:4:5:6:7:8::", NULL },
        { "::1.2.3.4:5", NULL },
        { "1:2:3:4:5:6:7:1.2.3.4", NULL },
        { "fe80::1%eth0", NULL },
        { "[::1]", NULL },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct ip ip;
        bool ok = ip_parse(span_str(rows[i].text), &ip);
        ROW_CHECK(rows[i].text, ok == (rows[i].bytes != NULL));
        if (ok)
            ROW_CHECK(rows[i].text, !strcmp(text_of(&ip), rows[i].bytes));
    }
}

static void networks(void **state)
{
    static const struct {
        const char *net, *ip;
        int has; /* -1: no network */
    } rows[] = {
        { "10.0.0.0/8", "10.255.1.2", 1 },
        { "10.0.0.0/8", "11.0.0.0", 0 },
        { "0.0.0.0/0", "1.2.3.4", 1 },
        { "0.0.0.0/0", "::1", 0 },
        { "192.0.2.128/25", "192.0.2.127", 0 },
        { "192.0.2.128/25", "192.0.2.128", 1 },
        { "192.0.2.1", "192.0.2.1", 1 },
        { "192.0.2.1", "192.0.2.2", 0 },
        { "2001:db8::/33", "2001:db8:7fff::1", 1 },
        { "2001:db8::/33", "2001:db8:8000::1", 0 },
        { "::1/128", "::1", 1 },
        { "127.0.0.0/8", "::ffff:127.0.0.1", 1 },
        { "10.0.0.1/8", "10.0.0.1", -1 },
        { "10.0.0.0/33", "10.0.0.1", -1 },
        { "10.0.0.0/", "10.0.0.1", -1 },
        { "10.0.0.0/-1", "10.0.0.1", -1 },
        { "10.0.0/8", "10.0.0.1", -1 },
        { "::/129", "::", -1 },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct ip_net net;
        struct ip ip;
        bool ok = ip_net_parse(span_str(rows[i].net), &net);
        ROW_CHECK(rows[i].net, ok == (rows[i].has >= 0));
        ROW_CHECK(rows[i].ip, ip_parse(span_str(rows[i].ip), &ip));
        if (ok)
            ROW_CHECK(rows[i].ip, ip_net_has(&net, &ip) == rows[i].has);
    }
}

static void version_1(void **state)
{
    static const struct {
        const char *text;
        enum proxy_fault fault;
        const char *client; /* NULL: local */
        uint16_t port;
        size_t left;
    } rows[] = {
        { "PROXY TCP4 192.0.2.1 10.0.0.1 40000 80\r\n", PROXY_OK, "192.0.2.1",
          40000, 0 },
        { "PROXY TCP4 192.0.2.1 10.0.0.1 0 65535\r\nGET", PROXY_OK, "192.0.2.1",
          0, 3 },
        { "PROXY TCP6 2001:db8::1 ::1 1 2\r\n", PROXY_OK,
          "20010db8000000000000000000000001", 1, 0 },
        { "PROXY TCP6 ::ffff:192.0.2.1 ::1 1 2\r\n", PROXY_OK, "192.0.2.1", 1,
          0 },
        { "PROXY UNKNOWN\r\nG", PROXY_OK, NULL, 0, 1 },
        { "PROXY UNKNOWN what ever 1\r\n", PROXY_OK, NULL, 0, 0 },
        { "PROXY UNKNOWN\r", PROXY_MORE, NULL, 0, 0 },
        { "PROXY TCP4 192.0.2.1 10.0", PROXY_MORE, NULL, 0, 0 },
        { "PROX", PROXY_MORE, NULL, 0, 0 },
        { "", PROXY_MORE, NULL, 0, 0 },
        { "PROXY TCP4 192.0.2.1 10.0.0.1 40000\r\n", PROXY_LINE, NULL, 0, 0 },
        { "PROXY TCP4 192.0.2.1 10.0.0.1 1 2 3\r\n", PROXY_LINE, NULL, 0, 0 },
        { "PROXY TCP4  192.0.2.1 10.0.0.1 1 2\r\n", PROXY_LINE, NULL, 0, 0 },
        { "PROXY TCP4 192.0.2.1 10.0.0.1 1 2 \r\n", PROXY_LINE, NULL, 0, 0 },
        { "PROXY TCP4\r\n", PROXY_LINE, NULL, 0, 0 },
        { "PROXY \r\n", PROXY_LINE, NULL, 0, 0 },
        { "PROXY UDP4 192.0.2.1 10.0.0.1 1 2\r\n", PROXY_LINE, NULL, 0, 0 },
        { "PROXY TCP4 192.0.2.1 10.0.0.1 1 2\n", PROXY_LINE, NULL, 0, 0 },
        { "PROXY TCP4 192.0.2.1 10.0.0.1 1 2\rG", PROXY_LINE, NULL, 0, 0 },
        { "PROXY TCP4 ::1 10.0.0.1 1 2\r\n", PROXY_ADDRESS, NULL, 0, 0 },
        { "PROXY TCP6 ::1 10.0.0.1 1 2\r\n", PROXY_ADDRESS, NULL, 0, 0 },
        { "PROXY TCP4 192.0.2.1 10.0.0.1 01 2\r\n", PROXY_ADDRESS, NULL, 0, 0 },
        { "PROXY TCP4 192.0.2.1 10.0.0.1 1 65536\r\n", PROXY_ADDRESS, NULL, 0,
          0 },
        { "PROXY TCP4 192.0.2.1 10.0.0.1 -1 2\r\n", PROXY_ADDRESS, NULL, 0, 0 },
        { "proxy TCP4", PROXY_MISSING, NULL, 0, 0 },
        { "GET / HTTP/1.1\r\n", PROXY_MISSING, NULL, 0, 0 },
        { "PR/", PROXY_MISSING, NULL, 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct proxy p;
        size_t n = strlen(rows[i].text);
        enum proxy_fault f = proxy_parse(&p, rows[i].text, n);
        ROW_CHECK(rows[i].text, f == rows[i].fault);
        if (f != PROXY_OK)
            continue;
        ROW_CHECK(rows[i].text, p.bytes + rows[i].left == n);
        ROW_CHECK(rows[i].text, p.local == !rows[i].client);
        if (!p.local)
            ROW_CHECK(rows[i].text,
                      !strcmp(text_of(&p.client), rows[i].client));
        ROW_CHECK(rows[i].text, p.client_port == rows[i].port);
    }
}

static void line_without_end(void **state)
{
    char text[200] = "PROXY UNKNOWN ";
    struct proxy p;

    (void)state;
    memset(text + 14, 'x', sizeof text - 14);
    assert_int_equal(proxy_parse(&p, text, 106), PROXY_MORE);
    assert_int_equal(proxy_parse(&p, text, 107), PROXY_LINE);
    assert_int_equal(proxy_parse(&p, text, sizeof text), PROXY_LINE);
    memcpy(text + 105, "\r\n", 2);
    assert_int_equal(proxy_parse(&p, text, sizeof text), PROXY_OK);
    assert_int_equal(p.bytes, 107);
}

#define SIGN "\r\n\r\n\0\r\nQUIT\n"
#define IN4 "\xc0\x00\x02\x01\x0a\x00\x00\x01\x9c\x40\x00\x50"
#define IN6                                      \
    "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01" \
    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x9c\x40\x00\x50"
#define BYTES(lit) lit, sizeof(lit) - 1

static void version_2(void **state)
{
    static const struct {
        const char *name, *p;
        size_t n;
        enum proxy_fault fault;
        const char *client, *version, *cipher, *sni;
    } rows[] = {
        { "tcp4", BYTES(SIGN "\x21\x11\0\x0c" IN4), PROXY_OK, "192.0.2.1", NULL,
          NULL, NULL },
        { "tcp6", BYTES(SIGN "\x21\x21\0\x24" IN6), PROXY_OK,
          "20010db8000000000000000000000001", NULL, NULL, NULL },
        { "local", BYTES(SIGN "\x20\x00\0\x00"), PROXY_OK, NULL, NULL, NULL,
          NULL },
        { "local skips all",
          BYTES(SIGN "\x20\x11\0\x03"
                     "abc"),
          PROXY_OK, NULL, NULL, NULL, NULL },
        { "unspec skips all",
          BYTES(SIGN "\x21\x00\0\x03"
                     "abc"),
          PROXY_OK, NULL, NULL, NULL, NULL },
        { "unix is too short",
          BYTES(SIGN "\x21\x31\0\x03"
                     "abc"),
          PROXY_LENGTH, NULL, NULL, NULL, NULL },
        { "tcp4 is too short",
          BYTES(SIGN "\x21\x11\0\x03"
                     "abc"),
          PROXY_LENGTH, NULL, NULL, NULL, NULL },
        { "version 1", BYTES(SIGN "\x11\x11\0\x0c" IN4), PROXY_VERSION, NULL,
          NULL, NULL, NULL },
        { "command 2", BYTES(SIGN "\x22\x11\0\x0c" IN4), PROXY_VERSION, NULL,
          NULL, NULL, NULL },
        { "too long", BYTES(SIGN "\x21\x11\x0f\xf1"), PROXY_LONG, NULL, NULL,
          NULL, NULL },
        { "not whole", BYTES(SIGN "\x21\x11\0\x0d" IN4), PROXY_MORE, NULL, NULL,
          NULL, NULL },
        { "signature alone", BYTES(SIGN), PROXY_MORE, NULL, NULL, NULL, NULL },
        { "an empty line is no signature", BYTES("\r\nG"), PROXY_MISSING, NULL,
          NULL, NULL, NULL },
        { "no-op", BYTES(SIGN "\x21\x11\0\x11" IN4 "\x04\0\x02xx"), PROXY_OK,
          "192.0.2.1", NULL, NULL, NULL },
        { "name",
          BYTES(SIGN "\x21\x11\0\x12" IN4 "\x02\0\x03"
                     "a.b"),
          PROXY_OK, "192.0.2.1", NULL, NULL, "a.b" },
        { "tls",
          BYTES(SIGN "\x21\x11\0\x24" IN4 "\x20\0\x15\x01\0\0\0\0"
                     "\x21\0\x07TLSv1.3"
                     "\x23\0\x03"
                     "AES"),
          PROXY_OK, "192.0.2.1", "TLSv1.3", "AES", NULL },
        { "tls is too short",
          BYTES(SIGN "\x21\x11\0\x13" IN4 "\x20\0\x04\x01\0\0\0"), PROXY_TLV,
          NULL, NULL, NULL, NULL },
        { "part of tls ends behind it",
          BYTES(SIGN "\x21\x11\0\x19" IN4 "\x20\0\x0a\x01\0\0\0\0\x21\0\x07TL"),
          PROXY_TLV, NULL, NULL, NULL, NULL },
        { "ends behind the header",
          BYTES(SIGN "\x21\x11\0\x10" IN4 "\x04\0\x02x"
                     "y"),
          PROXY_TLV, NULL, NULL, NULL, NULL },
        { "half a tlv", BYTES(SIGN "\x21\x11\0\x0e" IN4 "\x04\0"), PROXY_TLV,
          NULL, NULL, NULL, NULL },
        { "short sum",
          BYTES(SIGN "\x21\x11\0\x12" IN4 "\x03\0\x03"
                     "abc"),
          PROXY_TLV, NULL, NULL, NULL, NULL },
        { "wrong sum",
          BYTES(SIGN "\x21\x11\0\x13" IN4 "\x03\0\x04"
                     "abcd"),
          PROXY_CRC, NULL, NULL, NULL, NULL },
        /* computed apart, with the sum's own bytes zero */
        { "right sum",
          BYTES(SIGN "\x21\x11\0\x13" IN4 "\x03\0\x04"
                     "\x87\xd8\x28\x22"),
          PROXY_OK, "192.0.2.1", NULL, NULL, NULL },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct proxy p;
        enum proxy_fault f = proxy_parse(&p, rows[i].p, rows[i].n);
        ROW_CHECK(rows[i].name, f == rows[i].fault);
        if (f != PROXY_OK)
            continue;
        ROW_CHECK(rows[i].name, p.bytes == rows[i].n);
        ROW_CHECK(rows[i].name, p.local == !rows[i].client);
        if (!p.local)
            ROW_CHECK(rows[i].name,
                      !strcmp(text_of(&p.client), rows[i].client) &&
                          p.client_port == 40000 && p.server_port == 80);
        ROW_CHECK(rows[i].name, p.tls == !!rows[i].version);
        ROW_CHECK(rows[i].name,
                  span_eq(p.tls_version, span_str(rows[i].version)));
        ROW_CHECK(rows[i].name,
                  span_eq(p.tls_cipher, span_str(rows[i].cipher)));
        ROW_CHECK(rows[i].name, span_eq(p.name, span_str(rows[i].sni)));
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses), cmocka_unit_test(networks),
        cmocka_unit_test(version_1), cmocka_unit_test(line_without_end),
        cmocka_unit_test(version_2),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
