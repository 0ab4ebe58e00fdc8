/* SPDX-License-Identifier: MIT
 *
 * Tests of serve/moving: what another worker has sent may be anything; a
 * connection comes out of it, or nothing, and no descriptor is left.
 */
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "os/channel.h"
#include "serve/conn.h"
#include "serve/moving.h"

static int pair[MOVING_ENDS];

static int setup(void **state)
{
    (void)state;
    return channel_pair(pair);
}

static int teardown(void **state)
{
    (void)state;
    close(pair[0]);
    close(pair[1]);
    return 0;
}

static unsigned descriptors(void)
{
    DIR *d = opendir("/proc/self/fd");
    unsigned n = 0;

    assert_non_null(d);
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

enum thing { CONNECTION, BLOCKS, LISTENS, PACKETS, DATAGRAMS, PIPE, A_FILE };

static int made(enum thing what)
{
    int ends[2] = { -1, -1 }, type = SOCK_STREAM | SOCK_NONBLOCK;

    if (what == A_FILE)
        return open("/dev/null", O_RDONLY | O_NONBLOCK);
    if (what == LISTENS) {
        ends[0] = socket(AF_INET, type, 0);
        assert_int_equal(listen(ends[0], 1), 0);
        return ends[0];
    }
    if (what == PIPE)
        assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
    else if (what == BLOCKS)
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    else if (what == PACKETS)
        assert_int_equal(channel_pair(ends), 0);
    else
        assert_int_equal(
            socketpair(AF_UNIX,
                       what == DATAGRAMS ? SOCK_DGRAM | SOCK_NONBLOCK : type, 0,
                       ends),
            0);
    close(ends[1]);
    return ends[0];
}

/* A message as it should be, said by moving_give() itself. */
static size_t right(char message[MOVING_BYTES])
{
    struct conn c = { .magic = 0 };
    size_t n_fds = 1;
    int fd = -1;

    conn_init(&c, made(CONNECTION), 17);
    c.requests = 3;
    c.opened_us = 1000;
    c.first_us = 2000;
    c.peer.family = 6;
    assert_int_equal(moving_give(pair[MOVING_GIVE], &c, "a:1", SPAN("GET /")),
                     0);
    ssize_t n =
        channel_take(pair[MOVING_TAKE], message, MOVING_BYTES, &fd, &n_fds);
    assert_int_equal(n, sizeof(struct moved) + 5);
    assert_int_equal(n_fds, 1);
    close(fd);
    close(c.fd);
    return (size_t)n;
}

/* What becomes of it: 0, or the error. */
static int taken(const char *message, size_t n, enum thing thing, size_t n_fds,
                 struct moved *what, struct span *in)
{
    static char room[MOVING_BYTES];
    int fds[2] = { made(thing), made(thing) };

    assert_int_equal(channel_send(pair[MOVING_GIVE], message, n, fds, n_fds),
                     0);
    close(fds[0]);
    close(fds[1]);
    int fd = moving_take(pair[MOVING_TAKE], room, what, in);
    if (fd < 0)
        return fd;
    close(fd);
    return 0;
}

static void test_as_it_was(void **state)
{
    char message[MOVING_BYTES];
    size_t n = right(message);
    struct conn c = { .magic = 0 };
    struct moved what;
    struct span in;

    (void)state;
    assert_int_equal(taken(message, n, CONNECTION, 1, &what, &in), 0);
    assert_true(span_eq(in, SPAN("GET /")));
    assert_int_equal(what.listener, moving_address("a:1"));
    conn_init(&c, -1, 1);
    moving_settle(&c, &what, 5000);
    assert_int_equal(c.number, 17);
    assert_int_equal(c.requests, 3);
    assert_int_equal(c.opened_us, 1000);
    assert_int_equal(c.first_us, 2000);
    assert_int_equal(c.peer.family, 6);
    assert_int_equal(moving_take(pair[MOVING_TAKE], message, &what, &in),
                     -EAGAIN);
}

static void test_what_is_no_connection(void **state)
{
    char message[MOVING_BYTES];
    size_t n = right(message);
    unsigned before = descriptors();
    struct moved what;
    struct span in;

    (void)state;
    for (unsigned thing = BLOCKS; thing <= A_FILE; thing++)
        ROW_CHECK("thing", taken(message, n, (enum thing)thing, 1, &what,
                                 &in) == -EBADMSG);
    assert_int_equal(taken(message, n, CONNECTION, 0, &what, &in), -EBADMSG);
    /* the first one counts, and the other one is closed */
    assert_int_equal(taken(message, n, CONNECTION, 2, &what, &in), 0);
    assert_true(taken(message, 0, CONNECTION, 1, &what, &in) < 0);
    assert_true(taken(message, 0, CONNECTION, 2, &what, &in) < 0);
    assert_int_equal(taken(message, 10, CONNECTION, 1, &what, &in), -EBADMSG);
    assert_int_equal(descriptors(), before);
}

/* Each byte of what is told, anything. */
static void test_any_bytes(void **state)
{
    char good[MOVING_BYTES], message[MOVING_BYTES];
    size_t n = right(good);
    unsigned before = descriptors(), seed = 1;
    int through = 0;

    (void)state;
    for (int round = 0; round < 4000; round++) {
        struct conn c = { .magic = 0 };
        struct moved what;
        struct span in;
        memcpy(message, good, n);
        for (int i = round % 3 ? 1 : 40; i > 0; i--) {
            seed = seed * 1664525 + 1013904223;
            size_t at = seed >> 8;
            seed = seed * 1664525 + 1013904223;
            message[at % sizeof what] = (char)(seed >> 24);
        }
        if (taken(message, n, CONNECTION, 1, &what, &in) != 0)
            continue;
        conn_init(&c, -1, 1);
        moving_settle(&c, &what, 5000);
        assert_true(c.first_us <= 5000 && c.opened_us <= 5000 && c.number > 0);
        assert_true(what.body_fault < FAULT_COUNT);
        assert_true(c.tls == !!what.tls && c.continued == !!what.continued);
        through++;
    }
    assert_true(through > 100);
    assert_int_equal(descriptors(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_as_it_was, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_is_no_connection, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_any_bytes, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
