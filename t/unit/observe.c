/* SPDX-License-Identifier: MIT
 *
 * observe: SYN packets, names, and the history of connections.
 */
#include "observe/own_host.h"
#include "observe/history.h"
#include "observe/event_text.h"
#include "observe/shown.h"
#include "observe/syn.h"
#include "checked.h"

/* A SYN as loopback sends it: MSS, SACK permitted, timestamps, window scale. */
static const unsigned char syn4[60] = {
    0x45, 0,   0,    60, 0,    0,    0x40, 0,    64,   6, 0, 0, 127,  0,    0,
    1,    127, 0,    0,  2,    0xb0, 0x10, 0x13, 0x88, 1, 2, 3, 4,    0,    0,
    0,    0,   0xa0, 2,  0xff, 0xd7, 0,    0,    0,    0, 2, 4, 0xff, 0xd7, 4,
    2,    8,   10,   1,  1,    1,    1,    0,    0,    0, 0, 1, 3,    3,    10,
};

static void test_syn(void **state)
{
    struct syn s;

    (void)state;
    assert_true(syn_parse(span_of((const char *)syn4, sizeof syn4), &s));
    assert_int_equal(s.family, 4);
    assert_int_equal(s.ttl, 64);
    assert_int_equal(s.port, 5000);
    assert_int_equal(s.local[3], 2);
    assert_int_equal(s.sequence, 0x01020304);
    assert_int_equal(s.window, 65495);
    assert_int_equal(s.mss, 65495);
    assert_int_equal(s.scale, 10);
    assert_true(s.has_scale && s.sack && s.timestamps);
}

static void test_syn_cut(void **state)
{
    struct syn s;
    char copy[sizeof syn4];

    (void)state;
    for (size_t n = 0; n < sizeof syn4; n++)
        assert_false(syn_parse(span_of((const char *)syn4, n), &s));
    memcpy(copy, syn4, sizeof copy);
    copy[41] = 0; /* an option of length 0 ends them */
    assert_true(syn_parse(span_of(copy, sizeof copy), &s));
    assert_int_equal(s.mss, 0);
    assert_false(s.has_scale);
    copy[0] = 0x35; /* no such version */
    assert_false(syn_parse(span_of(copy, sizeof copy), &s));
}

static const struct {
    const char *host;
    unsigned port;
    const char *names;
    bool good;
} hosts[] = {
    { "localhost:5001", 5001, NULL, true },
    { "LocalHost:5001", 5001, NULL, true },
    { "127.0.0.1:5001", 5001, NULL, true },
    { "[::1]:5001", 5001, NULL, true },
    { "192.0.2.7:5001", 5001, NULL, true }, /* where it listens */
    { "192.0.2.8:5001", 5001, NULL, false },
    { "localhost", 80, NULL, true },
    { "localhost", 5001, NULL, false },
    { "localhost:5000", 5001, NULL, false },
    { "evil.example:5001", 5001, NULL, false },
    { "localhost.evil.example:5001", 5001, NULL, false },
    { "a.example:5001", 5001, "a.example, b.example", true },
    { "B.Example:5001", 5001, "a.example, b.example", true },
    { "c.example:5001", 5001, "a.example, b.example", false },
    { "example:5001", 5001, "a.example", false },
    { "", 5001, NULL, false },
    { "a@localhost:5001", 5001, NULL, false },
    { "anything", 0, NULL, true }, /* a unix socket */
};

static void test_hosts(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(hosts); i++)
        ROW_CHECK(hosts[i].host,
                  guard_host(span_str(hosts[i].host), (uint16_t)hosts[i].port,
                             SPAN("192.0.2.7"),
                             hosts[i].names) == hosts[i].good);
    assert_false(guard_host(SPAN_NONE, 5001, SPAN(""), NULL));
}

static const struct history_place place = { 1, 2, 1000000 };

static struct board_event event(enum board_kind kind, uint64_t connection,
                                uint64_t time_us)
{
    struct board_event e;

    memset(&e, 0, sizeof e);
    e.kind = (uint16_t)kind;
    e.connection = connection;
    e.time_us = time_us;
    return e;
}

static void add_request(struct history *h, uint64_t connection, int number,
                        int status)
{
    struct board_event e =
        event(BOARD_REQUEST, connection, 1000 * (uint64_t)number);

    e.request.number = (uint32_t)number;
    e.request.status = (uint16_t)status;
    e.request.first_us = e.time_us - 100;
    e.request.bytes = 10;
    board_text(&e, 0, SPAN("GET /a\"b HTTP/1.1\r\nHost: x\r\nCookie: s=1"));
    board_text(&e, 1, SPAN("HTTP/1.1 200 OK\r\nETag: \"t\"\r\n\r\nbody: no"));
    history_add(h, &place, &e);
}

static void add_end(struct history *h, uint64_t connection, enum end why)
{
    struct board_event e = event(BOARD_END, connection, 99000);

    e.conn.end = (uint8_t)why;
    history_add(h, &place, &e);
}

static void test_life(void **state)
{
    struct history *h = history_new();
    struct board_event e = event(BOARD_ACCEPT, 7, 500);
    static char text[SHOWN_EVENT_MAX];
    struct buf b = buf_over(text, sizeof text - 1);

    (void)state;
    history_add(h, &place, &e);
    add_request(h, 7, 1, 200);
    add_request(h, 7, 2, 304);
    assert_int_equal(h->taken.used, 1);
    add_end(h, 7, END_IDLE_TIMEOUT);
    assert_int_equal(h->taken.used, 0);
    assert_int_equal(h->n_ended, 1);
    const struct life *l = history_find(h, 7);
    assert_non_null(l);
    assert_int_equal(l->requests, 2);
    assert_int_equal(l->not_modified, 1);
    assert_int_equal(l->bytes, 20);
    assert_int_equal(l->opened_us, 1000500);
    assert_int_equal(l->ended_us, 1099000);
    shown_life(&b, SPAN("key"), h, l);
    assert_true(buf_cstr(&b));
    assert_non_null(strstr(text, "\"end\":\"idle too long\""));
    assert_non_null(strstr(text, "\"requests_listed\":2"));
    assert_null(history_find(h, 8));
    history_free(h);
}

static void test_secrets(void **state)
{
    struct history *h = history_new();
    static char text[SHOWN_EVENT_MAX];
    struct buf b = buf_over(text, sizeof text - 1);

    (void)state;
    add_request(h, 1, 1, 200);
    shown_event(&b, history_at(h, 1), SPAN("key"), NULL);
    assert_true(buf_cstr(&b));
    assert_null(strstr(text, "s=1"));
    assert_null(strstr(text, "body")); /* what follows the head is not one */
    assert_non_null(strstr(text, "[\"Host\",\"x\"]"));
    history_free(h);
}

/* Each kind of event as a line, and its columns as they are read again. */
static void test_notes(void **state)
{
    static const char *const lines[] = {
        "00:00:01.000 c7 w2 accept 127.0.0.1:4660",
        "00:00:01.001 c7.1 w2 GET /a\\\"b 200 10 - 100 us open",
        ("00:00:01.001 c7.2 w2 GET /\\u00e9\\u001b\\u0009?key=*** 304 0 "
         "tag matches 0 us"),
        "00:00:01.099 c7 w2 end client closed, 2 requests, client closed first",
        "00:00:01.099 w2 lost 5 events",
    };
    struct history *h = history_new();
    struct board_event e = event(BOARD_ACCEPT, 7, 500);
    struct event_text n;

    (void)state;
    e.conn.peer = (struct net_peer){ .family = 4,
                                     .addr = { 127, 0, 0, 1 },
                                     .port = 0x1234 };
    history_add(h, &place, &e);
    add_request(h, 7, 1, 200);
    e = event(BOARD_REQUEST, 7, 1500);
    e.request = (struct board_request){ .first_us = 1500,
                                        .number = 2,
                                        .status = 304,
                                        .reason = REASON_TAG_MATCHES,
                                        .end = END_SENT };
    board_text(&e, 0, SPAN("GET /\xe9\x1b\t?key=secret HTTP/1.1\r\n"));
    history_add(h, &place, &e);
    e = event(BOARD_END, 7, 99000);
    e.conn.end = END_CLIENT_CLOSED;
    e.conn.requests = 2;
    history_add(h, &place, &e);
    history_add_lost(h, &place, 5);
    for (uint64_t i = 0; i < ROWS(lines); i++) {
        static char text[SHOWN_EVENT_MAX];
        struct buf b = buf_over(text, sizeof text - 1);
        event_text_put(&b, history_at(h, i + 1), SPAN("key"), EVENT_TEXT_LINE);
        assert_int_equal(text[b.n - 1], '\n');
        b.n--;
        assert_true(buf_cstr(&b));
        assert_string_equal(text, lines[i]);
        b = buf_over(text, sizeof text - 1);
        event_text_put(&b, history_at(h, i + 1), SPAN("key"),
                       EVENT_TEXT_COLUMNS);
        assert_true(event_text_read(&n, span_to(buf_span(&b), b.n - 1)));
        assert_true(span_eq(n.line, span_str(lines[i])));
        assert_int_equal(n.connection, i < 4 ? 7 : 0);
        assert_int_equal(n.worker, 2);
        assert_int_equal(n.status, i == 1 ? 200 : i == 2 ? 304 : 0);
        assert_int_equal(n.lost, i < 4 ? 0 : 5);
        for (size_t cut = 0; cut < 20; cut++) /* no column is half there */
            assert_false(event_text_read(&n, span_to(buf_span(&b), cut)));
    }
    history_free(h);
}

/* A new worker: what its forerunner had has ended. */
static void test_orphans(void **state)
{
    struct history *h = history_new();
    struct board_event e = event(BOARD_ACCEPT, 1, 1);

    (void)state;
    history_add(h, &place, &e);
    e.connection = 2;
    history_add(h, &(struct history_place){ 1, 1, 0 }, &e);
    e = event(BOARD_START, 0, 2);
    history_add(h, &place, &e);
    assert_int_equal(h->taken.used, 1);
    assert_int_equal(history_find(h, 1)->end.end, END_WORKER_DIED);
    assert_int_equal(history_find(h, 2)->ended_us, 0);
    history_free(h);
}

static void test_bounded(void **state)
{
    struct history *h = history_new();

    (void)state;
    for (uint64_t i = 1; i <= HISTORY_EVENTS + 100; i++)
        add_request(h, i, 1, 200);
    assert_null(history_at(h, 1));
    assert_non_null(history_at(h, history_oldest(h)));
    assert_int_equal(h->taken.used, HISTORY_OPEN);
    assert_int_equal(h->unfollowed, 100);
    for (uint64_t i = 1; i <= HISTORY_ENDED + 5; i++)
        add_end(h, i, END_CLIENT_CLOSED);
    assert_null(history_ended(h, 4));
    assert_non_null(history_ended(h, 5));
    history_free(h);
}

static void test_unsound(void **state)
{
    struct history *h = history_new();
    struct board_event e = event(BOARD_REQUEST, 1, 1);

    (void)state;
    e.request.reason = 255;
    history_add(h, &place, &e);
    e = event(BOARD_END, 1, 1);
    e.conn.end = 255;
    history_add(h, &place, &e);
    assert_int_equal(h->next, 1);
    assert_int_equal(h->lost, 2);
    history_free(h);
}

static unsigned idles_of(const struct history *h)
{
    unsigned n = 0;

    for (uint64_t id = history_oldest(h); id < h->next; id++)
        n += history_at(h, id)->event.kind == HISTORY_IDLE;
    return n;
}

/* Told once a silence, when it has lasted; not before the first request, and
 * not while another is under way. */
static void test_idle(void **state)
{
    struct history *h = history_new();
    struct board_event e = event(BOARD_ACCEPT, 7, 500);
    static char text[SHOWN_EVENT_MAX];
    struct buf b = buf_over(text, sizeof text - 1);

    (void)state;
    history_add(h, &place, &e);
    history_idle(h, 10000000);
    assert_int_equal(idles_of(h), 0); /* never used: no idle stretch */
    add_request(h, 7, 1, 200);        /* out at 1000 */
    add_request(h, 7, 2, 200);        /* out at 2000 */
    history_idle(h, 2000 + HISTORY_QUIET_US - 1);
    assert_int_equal(idles_of(h), 0);
    history_idle(h, 2000 + HISTORY_QUIET_US);
    history_idle(h, 9999999);
    assert_int_equal(idles_of(h), 1);
    const struct happened *x = history_at(h, h->next - 1);
    assert_int_equal(x->event.idle.since_us, 2000);
    assert_int_equal(x->event.idle.used_us, 1500);
    assert_int_equal(x->event.idle.requests, 2);
    assert_int_equal(x->before, 3); /* of the connection's chain */
    shown_event(&b, x, SPAN(""), NULL);
    assert_true(buf_cstr(&b));
    assert_non_null(strstr(text, "\"event\":\"idle\""));
    assert_non_null(strstr(text, "\"since_us\":1002000,\"used_us\":1500,"
                                 "\"requests\":2"));
    e = event(BOARD_FIRST, 7, 502500);
    e.request.first_us = 502000; /* half a head came: half a second idle */
    history_add(h, &place, &e);
    history_idle(h, 9999999);
    assert_int_equal(idles_of(h), 1);
    add_end(h, 7, END_HEAD_TIMEOUT);
    assert_int_equal(history_find(h, 7)->idles, 1);
    assert_int_equal(history_find(h, 7)->idle_us, 500000);
    history_idle(h, 99999999);
    assert_int_equal(idles_of(h), 1);
    history_free(h);
}

/* Events were missed: nothing is known of who is silent. */
static void test_idle_unknown(void **state)
{
    struct history *h = history_new();

    (void)state;
    add_request(h, 1, 1, 200);
    add_request(h, 2, 1, 200);
    history_add_lost(h, &place, 3);
    history_idle(h, 9999999);
    assert_int_equal(idles_of(h), 0);
    add_request(h, 2, 2, 200);
    history_idle(h, 9999999);
    assert_int_equal(idles_of(h), 1);
    history_free(h);
}

/* A connection's end, of whatever is at the head of the line. */
static void end_seven(void *h)
{
    add_end(h, 7, END_SEND_TIMEOUT);
}

static void begin_eight(void *h)
{
    add_request(h, 8, 1, 200);
}

/* Lives that are in two places at once, and events of others. */
static void test_history_is_sound(void **state)
{
    struct history *h = history_new();
    struct life *l = &h->lives[0];

    (void)state;
    add_request(h, 7, 1, 200);
    assert_checked(end_seven, h, "");
    l->magic = LIFE_UNUSED;
    assert_checked(end_seven, h, "LIFE_OPEN");
    l->magic = LIFE_OPEN;
    h->lives[1].magic = LIFE_OPEN;
    assert_checked(begin_eight, h, "LIFE_UNUSED");
    h->lives[1].magic = LIFE_UNUSED;
    h->next = 1 + HISTORY_EVENTS; /* the oldest event gives way */
    assert_checked(begin_eight, h, "");
    h->next = 1 + 2 * HISTORY_EVENTS; /* a round was left out */
    assert_checked(begin_eight, h, "HISTORY_EVENTS");
    history_free(h);
}

static unsigned some_number(void)
{
    static unsigned seed = 1;

    seed = seed * 1664525 + 1013904223;
    return seed >> 8;
}

/* An event as board_read() lets it through: texts that fit, a kind that there
 * is, and any bytes besides. */
static struct board_event any_event(void)
{
    struct board_event e;
    uint8_t *byte = (uint8_t *)&e;
    unsigned how = some_number() % 4;

    for (size_t i = 0; i < sizeof e; i++)
        byte[i] = how == 0   ? 0
                  : how == 1 ? 0xff
                  : how == 2 ? (uint8_t)some_number()
                             : (uint8_t)(some_number() % 8);
    for (int i = 0; i < 20; i++) /* so that much of it is not refused */
        byte[some_number() % offsetof(struct board_event, text)] = 0;
    e.kind = (uint16_t)(some_number() % BOARD_KINDS);
    e.connection = some_number() % 16;
    if (some_number() % 8)
        e.time_us = some_number();
    if (some_number() % 8 && e.kind >= BOARD_FIRST && e.kind <= BOARD_CUT) {
        e.request.first_us = e.request.queued_us = some_number();
        e.request.reason %= REASON_COUNT;
        e.request.fault %= FAULT_COUNT;
        e.request.coding %= CODING_COUNT;
        e.request.end %= END_COUNT;
    } else if (some_number() % 8) {
        e.conn.end %= END_COUNT;
    }
    for (unsigned i = 0, room = BOARD_TEXT_BYTES; i < BOARD_TEXTS; i++) {
        e.text_n[i] = (uint16_t)(some_number() % (room + 1));
        room -= e.text_n[i];
    }
    return e;
}

/* A worker that was taken over leads its reader nowhere. */
static void test_any_bytes(void **state)
{
    static char text[SHOWN_EVENT_MAX];
    struct history *h = history_new();
    uint64_t shown = 1;

    (void)state;
    for (int round = 0; round < 20000; round++) {
        struct board_event e = any_event();
        history_add(h, &place, &e);
        if (round % 97 == 0)
            history_idle(h, some_number());
        for (; shown < h->next; shown++) {
            const struct happened *x = history_at(h, shown);
            struct buf b = buf_over(text, sizeof text);
            assert_non_null(x);
            shown_event(&b, x, SPAN("token"), NULL);
            b = buf_over(text, sizeof text);
            event_text_put(&b, x, SPAN("token"), EVENT_TEXT_COLUMNS);
            assert_true(x->wall_us > 0);
        }
        const struct life *l = history_find(h, (uint64_t)round % 16);
        struct buf b = buf_over(text, sizeof text);
        if (l)
            shown_life(&b, SPAN("token"), h, l);
    }
    assert_true(h->next > 10000);
    assert_true(h->lost > 100);
    history_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_bytes),
        cmocka_unit_test(test_history_is_sound),
        cmocka_unit_test(test_syn),
        cmocka_unit_test(test_syn_cut),
        cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_life),
        cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_orphans),
        cmocka_unit_test(test_bounded),
        cmocka_unit_test(test_unsound),
        cmocka_unit_test(test_idle),
        cmocka_unit_test(test_idle_unknown),
        cmocka_unit_test(test_notes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
