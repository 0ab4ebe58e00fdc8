/* SPDX-License-Identifier: MIT
 *
 * event_text: one writer of these lines, and the reader of their columns.
 * Layer: observe.  Whatever went in, a line is ASCII and without controls, so
 * that no request can fool a terminal.
 */
#include "observe/event_text.h"

#include "base/num.h"
#include "base/plural.h"
#include "http/json.h"
#include "observe/shown.h"

static void put_time(struct buf *b, int64_t wall_us)
{
    unsigned second = (unsigned)(wall_us / 1000000 % 86400);

    buf_fmt(b, "%02u:%02u:%02u.%03u", second / 3600, second / 60 % 60,
            second % 60, (unsigned)(wall_us / 1000 % 1000));
}

static void put_requests(struct buf *b, unsigned n)
{
    buf_fmt(b, "%u request%s", n, plural(n));
}

static void put_asked(struct buf *b, const struct happened *x, struct span mask)
{
    struct shown_line line = shown_request_line(board_text_of(&x->event, 0));

    json_escape(b, line.method);
    buf_char(b, ' ');
    json_escape(b, shown_masked(mask, line.target));
}

static void put_answered(struct buf *b, const struct happened *x,
                         struct span mask)
{
    struct span user = shown_user(mask, &x->event);
    const struct board_request *q = &x->event.request;
    enum end end = (enum end)q->end;

    buf_fmt(b, " %u %llu %s %llu us", q->status, (unsigned long long)q->bytes,
            reason_word((enum reason)q->reason),
            (unsigned long long)(x->event.time_us - q->first_us));
    if (end != END_SENT)
        buf_fmt(b, " %s", end_word(end));
    if (user.n) {
        BUF_LIT(b, ", user ");
        json_escape(b, user);
    }
}

/* What follows the name of the event. */
static void put_rest(struct buf *b, const struct happened *x, struct span mask)
{
    const struct board_event *e = &x->event;
    char peer[NET_PEER_TEXT];

    switch (e->kind) {
    case BOARD_ACCEPT:
    case BOARD_PROXY:
        net_peer_text(&e->conn.peer, peer);
        buf_fmt(b, " %s:%u", peer, e->conn.peer.port);
        break;
    case BOARD_END:
        buf_fmt(b, " %s, ", end_word((enum end)e->conn.end));
        put_requests(b, e->conn.requests);
        buf_fmt(b, ", %s closed first", end_who((enum end)e->conn.end));
        break;
    case HISTORY_IDLE:
        BUF_LIT(b, " after ");
        put_requests(b, e->idle.requests);
        buf_fmt(b, ", used for %llu us", (unsigned long long)e->idle.used_us);
        break;
    case BOARD_FIN:
        buf_fmt(b, " by the %s", e->conn.by_client ? "client" : "server");
        break;
    case HISTORY_LOST:
        buf_fmt(b, " %llu event%s", (unsigned long long)e->request.bytes,
                plural(e->request.bytes));
        break;
    case BOARD_WAITING:
    case BOARD_CUT:
        buf_char(b, ' ');
        put_asked(b, x, mask);
        break;
    default:
        break;
    }
}

static bool about_request(const struct board_event *e)
{
    return e->kind == BOARD_FIRST || e->kind == BOARD_WAITING ||
           e->kind == BOARD_REQUEST || e->kind == BOARD_CUT;
}

static void put_line(struct buf *b, const struct happened *x, struct span mask)
{
    const struct board_event *e = &x->event;

    put_time(b, x->wall_us);
    if (e->connection)
        buf_fmt(b, " c%llu", (unsigned long long)e->connection);
    if (about_request(e))
        buf_fmt(b, ".%u", e->request.number);
    if (x->worker)
        buf_fmt(b, " w%u", x->worker);
    buf_char(b, ' ');
    if (e->kind == BOARD_REQUEST) {
        put_asked(b, x, mask);
        put_answered(b, x, mask);
        return;
    }
    buf_str(b, shown_event_name(e->kind));
    put_rest(b, x, mask);
}

/* In the order of struct event_text, a tab behind each. */
static void put_columns(struct buf *b, const struct happened *x,
                        struct span mask)
{
    const struct board_event *e = &x->event;
    bool request = e->kind == BOARD_REQUEST, end = e->kind == BOARD_END;
    bool peer = e->kind == BOARD_ACCEPT || e->kind == BOARD_PROXY || end;

    buf_fmt(
        b, "%llu\t%llu\t%u\t%u\t%u\t%llu\t%s\t%s\t",
        (unsigned long long)x->wall_us, (unsigned long long)e->connection,
        x->worker, peer ? e->conn.peer.port : 0,
        request ? e->request.status : 0,
        (unsigned long long)(e->kind == HISTORY_LOST ? e->request.bytes : 0),
        shown_event_name(e->kind), end ? end_who((enum end)e->conn.end) : "-");
    if (request)
        put_asked(b, x, mask);
    else if (end)
        buf_str(b, end_word((enum end)e->conn.end));
    buf_char(b, '\t');
}

void event_text_put(struct buf *b, const struct happened *x, struct span mask,
                    enum note_form form)
{
    if (form == EVENT_TEXT_COLUMNS)
        put_columns(b, x, mask);
    put_line(b, x, mask);
    buf_char(b, '\n');
}

void event_text_put_lost(struct buf *b, int64_t wall_us, uint64_t n,
                         enum note_form form)
{
    struct happened x;

    memset(&x, 0, offsetof(struct happened, event.text));
    x.wall_us = wall_us;
    x.event.kind = HISTORY_LOST;
    x.event.request.bytes = n;
    event_text_put(b, &x, SPAN_NONE, form);
}

/* Up to the next tab. */
static bool take_column(struct span *line, struct span *column)
{
    size_t n = span_find(*line, '\t');
    bool there = n < line->n;

    *column = span_to(*line, n);
    *line = span_from(*line, n + 1);
    return there;
}

bool event_text_read(struct event_text *n, struct span line)
{
    uint64_t *const numbers[] = { &n->at_us, &n->connection, &n->worker,
                                  &n->port,  &n->status,     &n->lost };
    struct span column;

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (!take_column(&line, &column) || !num_u64(column, numbers[i]))
            return false;
    }
    if (!take_column(&line, &n->event) || !take_column(&line, &n->by) ||
        !take_column(&line, &n->latest))
        return false;
    n->line = line;
    return true;
}
