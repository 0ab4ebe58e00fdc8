/* SPDX-License-Identifier: MIT
 *
 * sim_log: the access log and the events for the observer, held against what
 * the clients have seen.
 */
#include "sim.h"

#include <string.h>

#include "http/reason.h"
#include "serve/wheel.h"
#include "sim_world.h"

/* ---- the access log ---- */

static unsigned long number(const char *line, const char *name)
{
    char key[32];

    snprintf(key, sizeof key, "\"%s\":", name);
    const char *at = strstr(line, key);
    PROPERTY(at);
    return strtoul(at + strlen(key), NULL, 10);
}

/* Connections are numbered as they are accepted. */
static struct sim_conn *numbered(unsigned long n)
{
    struct sim_conn *c = sim_numbered((uint64_t)n);

    PROPERTY(c);
    return c;
}

static void take_line(const char *line)
{
    struct sim_conn *c = numbered(number(line, "connection"));
    int status = (int)number(line, "status");
    unsigned long n = number(line, "request");

    PROPERTY(strncmp(line, "{\"time\":\"", 9) == 0);
    PROPERTY(line[strlen(line) - 1] == '}');
    if (counters_get(&sim_world.slot.log_lost) == 0)
        PROPERTY(n == c->logged + 1ul);
    sim_told_line(c, n, status, line);
    sim.log_lines++;
    if (status == 0)
        return; /* a request without an answer */
    if (c->logged < SIM_ANSWERS)
        c->log_status[c->logged] = status;
    c->logged++;
    c->logged_sent += strstr(line, "\"end\":\"sent\"") != NULL;
}

void sim_log_take(const char *p, size_t n)
{
    sim_said(p, n);
    for (size_t i = 0; i < n; i++) {
        PROPERTY(sim.line_n + 1 < sizeof sim.line && p[i] != '\0');
        sim.line[sim.line_n++] = p[i];
        if (p[i] == '\n') {
            sim.line[sim.line_n - 1] = '\0';
            take_line(sim.line);
            sim.line_n = 0;
        }
    }
}

/* What is logged happened, and what happened is logged. */
static void check_log(const struct sim_conn *c)
{
    PROPERTY(c->logged >= c->reader.n_whole);
    PROPERTY(c->logged_sent == c->reader.n_whole);
    for (unsigned i = 0; i < SIM_ANSWERS; i++) {
        if (i == c->reader.n || i == c->logged)
            return;
        PROPERTY(c->log_status[i] == c->reader.statuses[i]);
    }
}

/* ---- the board ---- */

static void event_said(const struct board_event *e)
{
    uint64_t numbers[] = { e->kind, e->connection, e->time_us };

    sim_said(numbers, sizeof numbers);
    sim_said(e->text, (size_t)e->text_n[0] + e->text_n[1]);
    if (e->kind == BOARD_REQUEST || e->kind == BOARD_CUT) {
        const struct board_request *r = &e->request;
        uint64_t more[] = { r->first_us, r->queued_us, r->bytes, r->number,
                            r->status,   r->reason,    r->fault, r->coding,
                            r->end,      r->site,      r->cut,   r->file };
        sim_said(more, sizeof more);
    }
}

static void take_event(const struct board_event *e)
{
    event_said(e);
    if (e->kind == BOARD_START || e->kind == BOARD_PAGE)
        return;
    struct sim_conn *c = numbered((unsigned long)e->connection);
    PROPERTY(c->told_ends == 0); /* nothing is told after the end */
    PROPERTY((e->kind == BOARD_ACCEPT) == (c->told_accepts == 0));
    if (e->kind == BOARD_ACCEPT)
        c->told_accepts++;
    if (e->kind == BOARD_REQUEST)
        PROPERTY(e->request.number == ++c->told_requests);
    if (e->kind == BOARD_REQUEST || e->kind == BOARD_WAITING ||
        e->kind == BOARD_CUT)
        sim_told_head(c, e->request.number, e->text, e->text_n[0],
                      e->request.cut);
    if (e->kind == BOARD_END) {
        c->told_ends++;
        c->end = e->conn.end;
    }
}

static bool tells_all(void)
{
    struct board_event e;
    enum board_news n;

    while ((n = board_read(&sim_world.events, &e)) == BOARD_EVENT)
        take_event(&e);
    return n != BOARD_LOST;
}

/* ---- why a connection ended ---- */

/* A turn's clock is read once, in milliseconds, and a wheel has its slots. */
#define EARLY_US 3000
#define LATE_US ((WHEEL_TICK_MS + 8) * 1000)

/* The client has had the time to read the last response: its bytes that came
 * after what it answers were read, too, or a reset destroys it. */
static bool lingered(const struct sim_conn *c)
{
    bool all = c->finished && c->taken == c->sent;

    return all || c->fin || c->reset || c->aborted || sim.drained ||
           sim.stopped || sim.crowded || sim.broken_io;
}

/* It sent nothing more, not even its end. */
static bool silent(const struct sim_conn *c)
{
    return c->reset || sim.jumped ||
           (c->taken == c->sent && (!c->fin || c->fin_late));
}

/* It was closed when it had been announced to be, or by the configuration where
 * no response was: neither sooner nor later than the wheel can tell.  A worker
 * that is to end gives a second. */
static bool when_announced(const struct sim_conn *c, uint64_t since_us)
{
    const struct conf_timeouts *t = &sim_world.start.conf->timeouts;
    uint64_t quiet_us = c->closed_us - since_us;
    uint64_t due_us = c->reader.quiet_us;

    if (due_us == 0)
        due_us = t->idle_ms * 1000;
    due_us += t->idle_grace_ms * 1000;
    if (sim.jumped || sim.drained)
        return quiet_us >= 1000000;
    return quiet_us + EARLY_US >= due_us && quiet_us <= due_us + LATE_US;
}

static bool explained(const struct sim_conn *c)
{
    const struct sim_reader *r = &c->reader;
    int status = r->n && r->n <= SIM_ANSWERS ? r->statuses[r->n - 1] : 0;
    bool nothing = c->taken == 0;
    bool late = status == 408 || c->aborted || r->state == READ_BODY ||
                !c->reads || c->room < 65536;

    switch (c->end) {
    case END_CLIENT_CLOSED:
        return c->fin && !nothing;
    case END_UNUSED:
        return c->fin && (nothing || r->n == 0);
    case END_CLIENT_RESET:
        return c->reset;
    case END_UNANSWERED:
        return sim.was_hung;
    case END_CLOSE_ASKED:
        return r->request.close || c->reset;
    case END_IDLE_TIMEOUT:
        return r->n > 0 && silent(c) && when_announced(c, c->io_us);
    case END_UNUSED_TIMEOUT:
        return r->n == 0 && silent(c) && when_announced(c, c->accepted_us);
    case END_HEAD_TIMEOUT:
    case END_BODY_TIMEOUT:
        return (late || c->reset) && lingered(c) && silent(c);
    case END_RATE_LOW:
        return late || c->reset;
    case END_SEND_TIMEOUT:
        return c->aborted && (c->stalled || sim.was_hung);
    case END_FAULTY:
        return (status >= 400 || c->reset || c->stalled) && lingered(c);
    case END_LIMIT_REQUESTS:
    case END_LIMIT_ADDRESS:
        return sim_world.limits && lingered(c);
    case END_FILE_CHANGED:
    case END_FILE_SHORT:
        return sim.touched || sim.stamped;
    case END_DRAINING:
        return sim.drained || sim.told_end || sim.handed;
    case END_STOPPED:
        return sim.stopped;
    case END_EVICTED:
        return sim.crowded;
    case END_SYSTEM:
        return sim.broken_io;
    default:
        return false;
    }
}

void sim_log_check(void)
{
    struct counters_slot *counters = sim_world.counters.slot[0];
    bool all = tells_all();
    uint64_t requests = counters_get(&counters->requests);
    uint64_t answered = 0;

    sim.log_lost |= counters_get(&counters->log_lost) > 0;
    for (int i = 0; i < SIM_CONNS; i++) {
        const struct sim_conn *c = &sim.conn[i];
        if (!c->accepted)
            continue;
        answered += c->logged;
        if (all) {
            PROPERTY(c->told_accepts == 1 && c->told_ends == 1);
            PROPERTY(explained(c));
            PROPERTY(sim.log_lost || c->told_requests == c->logged);
        }
        if (!sim.log_lost)
            check_log(c);
    }
    PROPERTY(sim.log_lost || (answered == requests && sim.line_n == 0));
    PROPERTY(sim.bytes_out == counters_get(&counters->bytes));
}
