/* SPDX-License-Identifier: MIT
 *
 * Tests of src/os/holder: rows of /proc/net/tcp, which of them bars which
 * address, and this very process as the one that listens.
 */
#include "unit.h"

#include <netinet/in.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/un.h>
#include <unistd.h>

#include "os/holder.h"

#define REST                                                            \
    " 00000000:00000000 00:00000000 00000000  1000        0 5350455 1 " \
    "00000000403a6961 100 0 0 10 0\n"
#define ROW4(local, state) "   0: " local " 00000000:0000 " state REST
#define ZERO6 "00000000000000000000000000000000"
#define ROW6(local, state) "  12: " local " " ZERO6 ":0000 " state REST

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define LOOP4 "0100007F"
#define OTHER4 "0200007F"
#define LOOP6 "00000000000000000000000001000000"
#define MAPPED "0000000000000000FFFF00000100007F"
#else
#define LOOP4 "7F000001"
#define OTHER4 "7F000002"
#define LOOP6 "00000000000000000000000000000001"
#define MAPPED "00000000000000000000FFFF7F000001"
#endif

static struct ip ip(const char *text)
{
    struct ip ip;

    assert_true(ip_parse(span_str(text), &ip));
    return ip;
}

static void rows_are_read(void **state)
{
    struct holder_row row;

    (void)state;
    assert_true(holder_row(ROW4(LOOP4 ":1F90", "0A"), &row));
    struct ip loop = ip("127.0.0.1");
    assert_true(ip_eq(&row.ip, &loop));
    assert_int_equal(row.port, 8080);
    assert_int_equal(row.uid, 1000);
    assert_int_equal(row.inode, 5350455);
    assert_true(row.listens);
    assert_true(holder_row(ROW4(LOOP4 ":1F90", "01"), &row));
    assert_false(row.listens);
    assert_true(holder_row(ROW6(LOOP6 ":0050", "0A"), &row));
    loop = ip("::1");
    assert_true(ip_eq(&row.ip, &loop));
    assert_int_equal(row.port, 80);
}

static void what_is_no_row_is_none(void **state)
{
    static const char *const lines[] = {
        "",
        "\n",
        "   0:",
        "  sl  local_address rem_address   st tx_queue\n",
        ROW4(LOOP4 "1F90", "0A"),
        ROW4(LOOP4 ":", "0A"),
        ROW4(LOOP4 ":1F901", "0A"),
        ROW4("0100007:1F90", "0A"),
        ROW4("0100007G:1F90", "0A"),
        ROW4(LOOP4 ":1F90", "0Z"),
        "   0: " LOOP4 ":1F90 00000000:0000 0A 0:0 0:0 0 1000 0\n",
        "   0: " LOOP4 ":1F90 00000000:0000 0A 0:0 0:0 0 -1 0 5\n"
    };
    struct holder_row row;

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (holder_row(lines[i], &row))
            fail_msg("taken: %s", lines[i]);
    }
}

static void rows_bar_what_the_kernel_would(void **state)
{
    static const struct {
        const char *row, *wanted;
        uint16_t port;
        bool bars;
    } cases[] = {
        { ROW4(LOOP4 ":0050", "0A"), "127.0.0.1", 80, true },
        { ROW4(LOOP4 ":0050", "01"), "127.0.0.1", 80, false },
        { ROW4(LOOP4 ":0050", "0A"), "127.0.0.1", 81, false },
        { ROW4(OTHER4 ":0050", "0A"), "127.0.0.1", 80, false },
        { ROW4(OTHER4 ":0050", "0A"), "0.0.0.0", 80, true },
        { ROW4("00000000:0050", "0A"), "127.0.0.1", 80, true },
        { ROW4("00000000:0050", "0A"), "::", 80, false },
        { ROW4(LOOP4 ":0050", "0A"), "::1", 80, false },
        { ROW6(ZERO6 ":0050", "0A"), "127.0.0.1", 80, true },
        { ROW6(ZERO6 ":0050", "0A"), "::1", 80, true },
        { ROW6(LOOP6 ":0050", "0A"), "::", 80, true },
        { ROW6(LOOP6 ":0050", "0A"), "127.0.0.1", 80, false },
        { ROW6(MAPPED ":0050", "0A"), "127.0.0.1", 80, true },
        { ROW6(MAPPED ":0050", "0A"), "::1", 80, false },
    };
    struct holder_row row;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ip wanted = ip(cases[i].wanted);
        assert_true(holder_row(cases[i].row, &row));
        if (holder_bars(&row, &wanted, cases[i].port) != cases[i].bars)
            fail_msg("%zu: %s", i, cases[i].wanted);
    }
}

static void this_process_is_found(void **state)
{
    struct sockaddr_in in = { .sin_family = AF_INET,
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof in;
    struct holder h;

    (void)state;
    prctl(PR_SET_NAME, "a b) c");
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (void *)&in, n), 0);
    assert_int_equal(getsockname(fd, (void *)&in, &n), 0);
    holder_find((void *)&in, &h);
    assert_false(h.socket); /* it does not listen yet */
    assert_int_equal(listen(fd, 1), 0);
    holder_find((void *)&in, &h);
    assert_true(h.socket);
    assert_int_equal(h.pid, getpid());
    assert_int_equal(h.uid, getuid());
    assert_int_equal(h.more, 0);
    assert_string_equal(h.name, "a b) c");
    close(fd);
    holder_find((void *)&in, &h);
    assert_false(h.socket);
    assert_int_equal(h.pid, 0);
}

static void unix_sockets_are_found(void **state)
{
    struct sockaddr_un un = { .sun_family = AF_UNIX };
    struct holder h;

    (void)state;
    snprintf(un.sun_path, sizeof un.sun_path, "/tmp/etagd holder %d",
             (int)getpid());
    unlink(un.sun_path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (void *)&un, sizeof un), 0);
    assert_int_equal(listen(fd, 1), 0);
    holder_find((void *)&un, &h);
    assert_int_equal(h.pid, getpid());
    assert_int_equal(h.uid, (uid_t)-1);
    close(fd);
    unlink(un.sun_path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_read),
        cmocka_unit_test(what_is_no_row_is_none),
        cmocka_unit_test(rows_bar_what_the_kernel_would),
        cmocka_unit_test(this_process_is_found),
        cmocka_unit_test(unix_sockets_are_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
