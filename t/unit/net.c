/* SPDX-License-Identifier: MIT
 *
 * Sockets that listen on a loopback address, and what they accept, do not pace;
 * others are as the system has it.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "unit.h"

#include "os/net.h"

#define NAME_MAX_BYTES 16 /* TCP_CA_NAME_MAX */

static struct sockaddr_in at_4(uint32_t host)
{
    return (struct sockaddr_in){ .sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl(host) };
}

static void control_of(int fd, char out[NAME_MAX_BYTES])
{
    socklen_t n = NAME_MAX_BYTES;

    memset(out, 0, NAME_MAX_BYTES);
    assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, out, &n), 0);
}

static void system_control(char out[NAME_MAX_BYTES])
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(fd >= 0);
    control_of(fd, out);
    close(fd);
}

static int listening(uint32_t host, char out[NAME_MAX_BYTES])
{
    const struct net_listen_options options = { .backlog = 4 };
    struct sockaddr_in at = at_4(host);
    int fd = net_listen((const void *)&at, sizeof at, &options);

    assert_true(fd >= 0);
    control_of(fd, out);
    return fd;
}

static void accepted(int listener, char out[NAME_MAX_BYTES])
{
    struct sockaddr_in at;
    socklen_t n = sizeof at;
    struct net_peer peer;
    int client = socket(AF_INET, SOCK_STREAM, 0), fd;

    assert_int_equal(getsockname(listener, (void *)&at, &n), 0);
    assert_int_equal(connect(client, (const void *)&at, n), 0);
    fd = net_accept(listener, &peer);
    assert_true(fd >= 0);
    control_of(fd, out);
    close(fd);
    close(client);
}

static void on_this_machine(void **state)
{
    static const uint32_t hosts[] = { INADDR_LOOPBACK, INADDR_LOOPBACK + 1,
                                      0x7fffff01 };
    char got[NAME_MAX_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        int fd = listening(hosts[i], got);
        assert_string_equal(got, "reno");
        accepted(fd, got);
        assert_string_equal(got, "reno");
        close(fd);
    }
}

static void on_this_machine_6(void **state)
{
    const struct net_listen_options options = { .backlog = 4 };
    struct sockaddr_in6 at = { .sin6_family = AF_INET6,
                               .sin6_addr = IN6ADDR_LOOPBACK_INIT };
    char got[NAME_MAX_BYTES];
    int fd = net_listen((const void *)&at, sizeof at, &options);

    (void)state;
    if (fd < 0)
        skip(); /* no IPv6 here */
    control_of(fd, got);
    assert_string_equal(got, "reno");
    close(fd);
}

static void elsewhere(void **state)
{
    char got[NAME_MAX_BYTES], usual[NAME_MAX_BYTES];
    int fd = listening(INADDR_ANY, got);

    (void)state;
    system_control(usual);
    assert_string_equal(got, usual);
    close(fd);
}

/* A socket that somebody else has made: systemd, or the etagd before this. */
static void handed_over(void **state)
{
    char got[NAME_MAX_BYTES], usual[NAME_MAX_BYTES];
    struct sockaddr_in near = at_4(INADDR_LOOPBACK), far = at_4(0xc0000201);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    (void)state;
    assert_true(fd >= 0);
    system_control(usual);
    net_listen_near(fd, (const void *)&far);
    control_of(fd, got);
    assert_string_equal(got, usual);
    net_listen_near(fd, (const void *)&near);
    control_of(fd, got);
    assert_string_equal(got, "reno");
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_this_machine),
        cmocka_unit_test(on_this_machine_6),
        cmocka_unit_test(elsewhere),
        cmocka_unit_test(handed_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
