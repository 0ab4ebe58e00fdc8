/* SPDX-License-Identifier: MIT
 *
 * board: the ring between workers and the observer, in one process and in two.
 */
#include "share/board.h"

#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

static void write_one(struct board_ring *r, uint64_t number, const char *text)
{
    struct board_event *e = board_begin(r);

    e->kind = BOARD_REQUEST;
    e->connection = number;
    e->time_us = number * 3;
    board_text(e, 0, span_str(text));
    board_text(e, 1, SPAN("answer"));
    board_publish(r);
}

static void test_in_order(void **state)
{
    struct board *b = board_new(2, 128);
    struct board_reader r;
    struct board_event e;

    (void)state;
    assert_non_null(b);
    board_reader_start(&r, &b->ring[0]);
    assert_int_equal(board_read(&r, &e), BOARD_NOTHING);
    for (uint64_t i = 1; i <= 50; i++) {
        write_one(&b->ring[0], i, "GET /");
        assert_int_equal(board_read(&r, &e), BOARD_EVENT);
        assert_int_equal(e.connection, i);
        assert_true(span_eq(board_text_of(&e, 0), SPAN("GET /")));
        assert_true(span_eq(board_text_of(&e, 1), SPAN("answer")));
    }
    assert_int_equal(board_read(&r, &e), BOARD_NOTHING);
    assert_int_equal(r.lost, 0);
    board_reader_start(&r, &b->ring[1]);
    assert_int_equal(board_read(&r, &e), BOARD_NOTHING);
    board_free(b);
}

/* What was overwritten is counted to the last one. */
static void test_overrun(void **state)
{
    struct board *b = board_new(1, 64);
    struct board_reader r;
    struct board_event e;
    uint64_t seen = 0, last = 0;

    (void)state;
    board_reader_start(&r, &b->ring[0]);
    for (uint64_t i = 1; i <= 1000; i++)
        write_one(&b->ring[0], i, "x");
    assert_int_equal(board_read(&r, &e), BOARD_LOST);
    for (enum board_news n; (n = board_read(&r, &e)) != BOARD_NOTHING;) {
        assert_int_equal(n, BOARD_EVENT);
        assert_true(e.connection > last);
        last = e.connection;
        seen++;
    }
    assert_int_equal(last, 1000);
    assert_int_equal(seen + r.lost, 1000);
    assert_int_equal(seen, 64 - 8);
    board_free(b);
}

/* Another observer takes up at the oldest event that is there. */
static void test_starts_at_the_oldest(void **state)
{
    struct board *b = board_new(1, 64);
    struct board_reader r;
    struct board_event e;

    (void)state;
    for (uint64_t i = 1; i <= 100; i++)
        write_one(&b->ring[0], i, "x");
    board_reader_start(&r, &b->ring[0]);
    assert_int_equal(board_read(&r, &e), BOARD_EVENT);
    assert_int_equal(e.connection, 100 - 64 + 2);
    board_free(b);
}

/* A writer that died in the middle of a record: nothing of it is read, and its
 * successor writes it again. */
static void test_half_a_record(void **state)
{
    struct board *b = board_new(1, 64);
    struct board_reader r;
    struct board_event e;

    (void)state;
    board_reader_start(&r, &b->ring[0]);
    write_one(&b->ring[0], 1, "x");
    board_begin(&b->ring[0])->connection = 666;
    b->ring[0].slot[1].mark = 3; /* so far it got: the mark, and some bytes */
    b->ring[0].slot[1].event.connection = 666;
    assert_int_equal(board_read(&r, &e), BOARD_EVENT);
    assert_int_equal(board_read(&r, &e), BOARD_NOTHING);
    b->ring[0].number = 0;
    board_writer_start(&b->ring[0]);
    write_one(&b->ring[0], 2, "x");
    assert_int_equal(board_read(&r, &e), BOARD_EVENT);
    assert_int_equal(e.connection, 2);
    assert_int_equal(r.lost, 0);
    board_free(b);
}

static void test_texts_are_cut(void **state)
{
    static char big[BOARD_TEXT_BYTES + 100];
    struct board *b = board_new(1, 64);
    struct board_event *e = board_begin(&b->ring[0]);

    (void)state;
    memset(big, 'a', sizeof big);
    board_text(e, 0, span_of(big, sizeof big));
    board_text(e, 1, span_of(big, sizeof big));
    assert_int_equal(e->text_n[0], BOARD_TEXT_BYTES);
    assert_int_equal(e->text_n[1], 0);
    board_publish(&b->ring[0]);
    board_free(b);
}

/* A worker gone wrong can't make the reader go wrong. */
static void test_nonsense(void **state)
{
    struct board *b = board_new(1, 64);
    struct board_reader r;
    struct board_event e;

    (void)state;
    board_reader_start(&r, &b->ring[0]);
    board_begin(&b->ring[0])->kind = 999;
    board_publish(&b->ring[0]);
    write_one(&b->ring[0], 2, "x");
    uint16_t *n = b->ring[0].slot[1].event.text_n;
    n[0] = n[1] = UINT16_MAX;
    assert_int_equal(board_read(&r, &e), BOARD_LOST);
    assert_int_equal(board_read(&r, &e), BOARD_LOST);
    assert_int_equal(r.lost, 2);
    assert_int_equal(board_read(&r, &e), BOARD_NOTHING);
    board_free(b);
}

#define MANY 300000u

static void fill(struct board_ring *r)
{
    char text[64];

    for (uint64_t i = 1; i <= MANY; i++) {
        memset(text, (int)('a' + i % 26), sizeof text);
        text[i % sizeof text] = '\0';
        write_one(r, i, text);
    }
}

static void is_whole(const struct board_event *e)
{
    struct span text = board_text_of(e, 0);

    assert_int_equal(e->time_us, e->connection * 3);
    assert_int_equal(text.n, e->connection % 64);
    for (size_t i = 0; i < text.n; i++)
        assert_int_equal(text.p[i], 'a' + e->connection % 26);
    assert_true(span_eq(board_text_of(e, 1), SPAN("answer")));
}

/* A writer in another process that never waits: every record read is whole,
 * and each one is either read or counted as lost. */
static void test_two_processes(void **state)
{
    struct board *b = board_new(1, 256);
    struct board_reader r;
    struct board_event e;
    uint64_t seen = 0, last = 0;

    (void)state;
    board_reader_start(&r, &b->ring[0]);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        fill(&b->ring[0]);
        _exit(0);
    }
    while (last < MANY) {
        enum board_news n = board_read(&r, &e);
        if (n != BOARD_EVENT)
            continue;
        is_whole(&e);
        assert_true(e.connection > last);
        last = e.connection;
        seen++;
    }
    int status;
    waitpid(pid, &status, 0);
    assert_int_equal(seen + r.lost, MANY);
    board_free(b);
}

#define LINE 64 /* bytes that a processor fetches or gives up at once */

/* Whatever a writer that was taken over leaves there, its reader goes on: a
 * number that leaps back, marks of no event, texts without an end. */
static void test_scribbled(void **state)
{
    struct board *b = board_new(2, 128);
    struct board_reader r;
    struct board_event e;
    char *shared = b->shared;
    unsigned seed = 1;

    (void)state;
    board_reader_start(&r, &b->ring[0]);
    for (int round = 0; round < 2000; round++) {
        int all = round % 4 * 85; /* 0, 0x55, 0xaa, 0xff */
        for (size_t i = 0; i < b->bytes; i += round % 2 ? 8 : 97) {
            seed = seed * 1664525 + 1013904223;
            shared[i] = round % 8 < 4 ? (char)(seed >> 24) : (char)all;
        }
        for (int n = 0; n < 20; n++)
            (void)board_read(&r, &e);
        if (round % 5 == 0)
            board_reader_start(&r, &b->ring[round % 2]);
    }
    board_free(b);
}

/* Nor may a writer go wrong by what another one scribbles, at whatever time:
 * its events are what it has put there, and its reader gets the next whole
 * one. */
static void test_scribbled_while_writing(void **state)
{
    struct board *b = board_new(2, 128);
    unsigned seed = 1;

    (void)state;
    for (int round = 0; round < 4000; round++) {
        struct board_ring *r = &b->ring[0];
        struct board_event *e = board_begin(r), seen;
        struct board_reader reader = { .ring = r, .at = r->number };
        e->kind = BOARD_REQUEST;
        e->connection = (uint64_t)round;
        for (int part = 0; part < 2; part++) {
            for (size_t i = 0; i < b->bytes; i += round % 2 ? 8 : 97) {
                seed = seed * 1664525 + 1013904223;
                ((char *)b->shared)[i] = (char)(seed >> 24);
            }
            board_text(e, (unsigned)part, SPAN("some text"));
        }
        board_publish(r);
        assert_int_equal(board_read(&reader, &seen), BOARD_EVENT);
        assert_int_equal(seen.connection, round);
        assert_true(span_eq(board_text_of(&seen, 1), SPAN("some text")));
        if (round % 7 == 0) /* another worker goes on */
            board_writer_start(r);
    }
    board_free(b);
}

/* Workers never wait for each other: what one writes shares no line with what
 * another one reads or writes. */
static void test_no_shared_lines(void **state)
{
    enum { RINGS = 5 };
    struct board *b = board_new(RINGS, 1000);

    (void)state;
    assert_non_null(b);
    for (unsigned i = 0; i < RINGS; i++) {
        struct board_ring *r = &b->ring[i];
        assert_int_equal((uintptr_t)r->next % LINE, 0);
        assert_int_equal((uintptr_t)r->slot % LINE, 0);
        assert_int_equal(sizeof r->slot[0] % LINE, 0);
        if (i > 0)
            assert_true(r[-1].slot + r[-1].mask < r->slot);
        else
            assert_true((uintptr_t)b->ring[RINGS - 1].next <
                        (uintptr_t)r->slot);
        for (unsigned k = 0; k < i; k++)
            assert_int_not_equal((uintptr_t)r->next / LINE,
                                 (uintptr_t)b->ring[k].next / LINE);
    }
    board_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scribbled),
        cmocka_unit_test(test_scribbled_while_writing),
        cmocka_unit_test(test_in_order),
        cmocka_unit_test(test_overrun),
        cmocka_unit_test(test_starts_at_the_oldest),
        cmocka_unit_test(test_half_a_record),
        cmocka_unit_test(test_texts_are_cut),
        cmocka_unit_test(test_nonsense),
        cmocka_unit_test(test_two_processes),
        cmocka_unit_test(test_no_shared_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
