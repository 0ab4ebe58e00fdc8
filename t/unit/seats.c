/* SPDX-License-Identifier: MIT
 *
 * seats: who gives way to whom, on real sockets at times of our choice.
 */
#include "observe/seats.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "observe/observer_state.h"
#include "os/poll.h"
#include "unit.h"

#define SECOND 1000000ull

struct house {
    struct observer o;
    struct observer_start start;
    struct sockaddr_in address;
};

static int open_house(void **state)
{
    struct house *h = calloc(1, sizeof *h);
    socklen_t n = sizeof h->address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

    h->address.sin_family = AF_INET;
    h->address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&h->address, n), 0);
    assert_int_equal(listen(fd, 100), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&h->address, &n), 0);
    h->start.listener = fd;
    h->o.start = &h->start;
    h->o.poll = poll_new();
    h->o.now_us = 1000 * SECOND;
    for (unsigned i = 0; i < VISITORS_MAX; i++)
        h->o.visitor[i].fd = -1;
    for (unsigned i = 0; i < LEAVING_MAX; i++)
        h->o.leaving[i].fd = -1;
    *state = h;
    return 0;
}

static int close_house(void **state)
{
    struct house *h = *state;

    for (unsigned i = 0; i < VISITORS_MAX; i++) {
        if (h->o.visitor[i].fd >= 0)
            seats_end(&h->o, &h->o.visitor[i]);
    }
    h->o.now_us += 1000 * SECOND;
    seats_turn(&h->o);
    close(h->start.listener);
    close(h->o.poll);
    free(h);
    return 0;
}

static int dial(const struct house *h)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(
        connect(fd, (const struct sockaddr *)&h->address, sizeof h->address),
        0);
    return fd;
}

/* Comes in; the seat that it got, or NULL. */
static struct visitor *enter(struct house *h, int *fd)
{
    struct observer *o = &h->o;
    int before[VISITORS_MAX];
    uint64_t when[VISITORS_MAX];

    for (unsigned i = 0; i < VISITORS_MAX; i++) {
        before[i] = o->visitor[i].fd;
        when[i] = o->visitor[i].moved_us;
    }
    o->now_us++; /* no two at once */
    *fd = dial(h);
    seats_fill(o);
    for (unsigned i = 0; i < VISITORS_MAX; i++) {
        if (o->visitor[i].fd >= 0 &&
            (before[i] < 0 || o->visitor[i].moved_us != when[i]))
            return &o->visitor[i];
    }
    return NULL;
}

/* Has output that it does not take, for that long. */
static void stick(struct observer *o, struct visitor *v, enum producing what,
                  uint64_t for_us)
{
    v->producing = what;
    v->out_n = 100;
    v->out_at = 10;
    v->moved_us = o->now_us - for_us;
}

static void test_order(void **state)
{
    struct house *h = *state;
    struct visitor *v[VISITORS_MAX];
    int fd[VISITORS_MAX + 4];
    char text[64];

    for (unsigned i = 0; i < VISITORS_MAX; i++) {
        v[i] = enter(h, &fd[i]);
        assert_non_null(v[i]);
    }
    h->o.now_us += 60 * SECOND;
    for (unsigned i = 0; i < VISITORS_MAX; i++)
        stick(&h->o, v[i], PRODUCE_ASSET, 9 * SECOND);
    v[7]->out_n = v[7]->out_at = 0; /* the only one that waits for nothing */
    v[7]->producing = PRODUCE_NOTHING;
    stick(&h->o, v[3], PRODUCE_LEDGER, 11 * SECOND);
    stick(&h->o, v[5], PRODUCE_EVENTS, 12 * SECOND);
    assert_ptr_equal(enter(h, &fd[VISITORS_MAX]), v[7]);
    stick(&h->o, v[7], PRODUCE_EVENTS, 0);
    assert_ptr_equal(enter(h, &fd[VISITORS_MAX + 1]), v[5]);
    stick(&h->o, v[5], PRODUCE_EVENTS, 0);
    assert_ptr_equal(enter(h, &fd[VISITORS_MAX + 2]), v[3]);
    stick(&h->o, v[3], PRODUCE_EVENTS, 0);
    assert_null(enter(h, &fd[VISITORS_MAX + 3]));
    /* one that finds no seat is told so, whatever it sends meanwhile */
    assert_int_equal(send(fd[VISITORS_MAX + 3], "GET /", 5, MSG_NOSIGNAL), 5);
    assert_int_equal(recv(fd[VISITORS_MAX + 3], text, sizeof text, MSG_WAITALL),
                     sizeof text);
    assert_memory_equal(text, "HTTP/1.1 503", 12);
    for (unsigned i = 0; i < ROWS(fd); i++)
        close(fd[i]);
}

static void test_streams(void **state)
{
    struct house *h = *state;
    struct visitor *v;
    int fd[VISITORS_MAX];
    unsigned n = 0;

    for (; n < VISITORS_MAX && seats_stream(&h->o); n++) {
        v = enter(h, &fd[n]);
        assert_non_null(v);
        v->producing = PRODUCE_EVENTS;
    }
    assert_int_equal(n, 40);
    v = enter(h, &fd[n++]);
    assert_non_null(v);
    /* an idle visitor makes no room for a stream, a stuck stream does */
    h->o.now_us += 15 * SECOND;
    assert_false(seats_stream(&h->o));
    stick(&h->o, &h->o.visitor[9], PRODUCE_EVENTS, 11 * SECOND);
    assert_true(seats_stream(&h->o));
    assert_int_equal(h->o.visitor[9].fd, -1);
    assert_true(v->fd >= 0);
    for (unsigned i = 0; i < n; i++)
        close(fd[i]);
}

/* A silence ends one that owes a request, or takes no output, stream or not. */
static void test_silence(void **state)
{
    struct house *h = *state;
    static const struct {
        const char *name;
        enum producing what;
        bool output, ends;
    } rows[] = {
        { "idle", PRODUCE_NOTHING, false, true },
        { "stream", PRODUCE_EVENTS, false, false },
        { "stuck stream", PRODUCE_EVENTS, true, true },
        { "stuck answer", PRODUCE_NOTHING, true, true },
        { "stuck asset", PRODUCE_ASSET, true, true },
    };
    struct visitor *v[ROWS(rows)];
    int fd[ROWS(rows)];

    for (size_t i = 0; i < ROWS(rows); i++) {
        v[i] = enter(h, &fd[i]);
        assert_non_null(v[i]);
        v[i]->producing = rows[i].what;
        v[i]->out_n = rows[i].output;
    }
    h->o.now_us += 29 * SECOND;
    seats_turn(&h->o);
    for (size_t i = 0; i < ROWS(rows); i++)
        ROW_CHECK(rows[i].name, v[i]->fd >= 0);
    h->o.now_us += 2 * SECOND;
    seats_turn(&h->o);
    for (size_t i = 0; i < ROWS(rows); i++) {
        ROW_CHECK(rows[i].name, (v[i]->fd < 0) == rows[i].ends);
        close(fd[i]);
    }
}

/* The last answer is read though the visitor had sent more; what lingers is
 * closed after a while, or when too many do. */
static void test_leaving(void **state)
{
    struct house *h = *state;
    struct visitor *v;
    int fd[LEAVING_MAX + 1], ours = -1;
    char byte;

    for (unsigned i = 0; i < ROWS(fd); i++) {
        v = enter(h, &fd[i]);
        assert_non_null(v);
        assert_int_equal(send(fd[i], "unread", 6, 0), 6);
        assert_int_equal(send(v->fd, "x", 1, 0), 1);
        if (i == 0)
            ours = v->fd;
        v->closing = true;
        seats_leave(&h->o, v);
        assert_int_equal(v->fd, -1);
        assert_int_equal(recv(fd[i], &byte, 1, 0), 1);
        assert_int_equal(recv(fd[i], &byte, 1, 0), 0);
    }
    assert_int_equal(fcntl(ours, F_GETFD), -1);
    ours = h->o.leaving[1].fd;
    assert_true(fcntl(ours, F_GETFD) >= 0);
    h->o.now_us += 2 * SECOND;
    seats_turn(&h->o);
    assert_int_equal(fcntl(ours, F_GETFD), -1);
    for (unsigned i = 0; i < ROWS(fd); i++)
        close(fd[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_order, open_house, close_house),
        cmocka_unit_test_setup_teardown(test_streams, open_house, close_house),
        cmocka_unit_test_setup_teardown(test_silence, open_house, close_house),
        cmocka_unit_test_setup_teardown(test_leaving, open_house, close_house),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
