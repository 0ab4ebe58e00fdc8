/* SPDX-License-Identifier: MIT
 *
 * sim_script: a script is a row of a letter and a character each, whose number
 * is its distance from '0'; blanks and line ends stand for nothing.  It goes on
 * while the worker waits.  After its end every client sends what it has left
 * and reads what it gets, time passes, and when all connections have ended the
 * master tells the worker to end.
 */
#include "sim.h"

#include <errno.h>
#include <string.h>

#include "serve/worker.h"

#define REST_US 300000000ull /* by then every connection has ended */

static struct sim_conn *current(void)
{
    return &sim.conn[sim.current];
}

static void open_conn(unsigned n)
{
    unsigned streams = 0;

    while (streams < SIM_CONNS && sim.conn[streams].bytes)
        streams++;
    sim.current = (int)(n % streams);
    if (!current()->opened) {
        sim.order[sim.n_order++] = sim.current;
        sim_open(sim.current);
    }
    if (sim.n_order > SIM_CONNS_MAX)
        sim.crowded = sim.wild = true;
}

/* ---- one function a letter; false: the worker is to look now ---- */

static void send_some(unsigned n)
{
    sim_send(current(), n);
}

static void send_more(unsigned n)
{
    sim_send(current(), (size_t)n * 64);
}

static void send_all(unsigned n)
{
    (void)n;
    sim_send(current(), SIZE_MAX);
}

static void end_side(unsigned n)
{
    struct sim_conn *c = current();

    (void)n;
    if (!c->opened || c->fin || c->reset)
        return;
    c->fin = c->fin_by_script = true;
    c->fin_late = c->finished || c->closed;
    sim_news(c);
}

static void reset(unsigned n)
{
    struct sim_conn *c = current();

    (void)n;
    if (!c->opened || c->closed)
        return;
    c->reset = sim.wild = true;
    sim_news(c);
}

static void set_room(unsigned n)
{
    current()->room = (size_t)1 << n % 21;
}

static void read_some(unsigned n)
{
    struct sim_conn *c = current();

    c->reads = false;
    c->stalled = true;
    sim_drain(c, (uint64_t)n * n * 16);
}

static void read_all(unsigned n)
{
    (void)n;
    current()->reads = true;
    sim_drain(current(), UINT64_MAX);
}

static void spurious(unsigned n)
{
    (void)n;
    sim_news(current());
}

static void wait_ms(unsigned n)
{
    sim.skip_us = (uint64_t)n * 10000;
    sim.passed_ms += n * 10;
    if (sim.passed_ms > 300)
        sim.wild = true;
}

/* As when the machine was asleep: no turn in between. */
static void jump(unsigned n)
{
    sim.now_us += (uint64_t)n * 1000000;
    sim.jumped = sim.wild = true;
}

static void set_clock(unsigned n)
{
    sim.real_us += ((int64_t)n - 16) * 3600 * 1000000;
    sim.wild = true;
}

static void set_preparer(unsigned n)
{
    sim.prepare_mode = n;
    if (n > 1)
        sim.wild = true;
}

static void end_preparer(unsigned n)
{
    (void)n;
    sim.preparer_gone = sim.wild = true;
}

static void fill_preparer(unsigned n)
{
    sim.preparer_full = n & 1;
    sim.wild = true;
}

static void new_preparer(unsigned n)
{
    (void)n;
    sim_word(WORKER_PREPARER);
    sim.wild = true;
}

static void pick(unsigned n, struct sim_file **f)
{
    unsigned files = 0;

    while (sim_files[files].path)
        files++;
    *f = &sim_files[n % files];
    sim.touched = sim.wild = true;
    sim.news = WATCH_CHANGED;
}

static void touch(unsigned n)
{
    struct sim_file *f;

    pick(n, &f);
    if (f->version + 1 < SIM_VERSIONS) {
        f->version++;
        f->stamp++;
    }
    sim.touched_file = (int)(f - sim_files);
    for (int i = 0; i < SIM_CONNS; i++)
        sim.conn[i].sent_at_touch = sim.conn[i].sent;
}

static void unrest(unsigned n)
{
    sim.restless = 1 + n % 64;
    sim.steps = 0;
    sim.wild = true;
}

static void remove_file(unsigned n)
{
    struct sim_file *f;

    pick(n, &f);
    f->gone = !f->gone;
}

static void news(unsigned n)
{
    sim.news = n & 1 ? WATCH_DIRECTORIES : WATCH_CHANGED;
}

static void fail_accept(unsigned n)
{
    sim.accept_error = n & 1 ? ENOMEM : EMFILE;
    sim.n_accept_errors = (int)(n / 2 % 8);
    /* an idle one gives way */
    sim.crowded = sim.wild = true;
}

static void fail_open(unsigned n)
{
    sim.open_errors = (int)(n % 16);
    sim.wild = true;
}

static void fail_send(unsigned n)
{
    sim.send_errors = (int)(n % 4);
    sim.broken_io = sim.wild = true;
}

static void set_log(unsigned n)
{
    sim.log_mode = (int)(n % 4);
}

static void drain(unsigned n)
{
    sim_word(n & 1 ? WORKER_FINISH : WORKER_DRAIN);
    sim.drained = sim.wild = true;
}

static void stop(unsigned n)
{
    sim_word(WORKER_STOP);
    if (n & 1)
        sim.master_gone = true;
    sim.stopped = sim.wild = true;
}

static void leave(unsigned n)
{
    (void)n;
    sim.master_gone = sim.drained = sim.wild = true;
}

/* A slow machine: listings are made in several turns. */
static void slow(unsigned n)
{
    sim.tick_us = n % 64 * 50;
    sim.wild = true;
}

/* To another generation; of an odd number: few connections fit in between. */
static void hand_over(unsigned n)
{
    sim_hand_over(n & 1 ? n / 2 % 4 : SIM_CONNS);
}

/* Another's file system: one that answers as quickly changes nothing. */
static void set_far(unsigned n)
{
    sim.far = n % 4;
    sim.was_far = sim.was_far || sim.far;
    sim.no_helpers = n / 4 % 4 == 3;
    sim.mounts_news = true;
    if (sim.far > 1 || sim.no_helpers)
        sim.was_hung = sim.wild = true;
}

static void nothing(unsigned n)
{
    (void)n;
}

static const struct {
    char letter;
    bool turns; /* the worker gets a turn after it */
    void (*act)(unsigned n);
} acts[] = {
    { 'c', false, open_conn },     { 's', false, send_some },
    { 'S', false, send_more },     { 'a', false, send_all },
    { 'f', false, end_side },      { 'r', false, reset },
    { 'k', false, set_room },      { 'w', false, read_some },
    { 'R', false, read_all },      { 'u', false, spurious },
    { 'g', true, nothing },        { 't', true, wait_ms },
    { 'T', true, jump },           { 'j', true, set_clock },
    { 'p', false, set_preparer },  { 'x', false, end_preparer },
    { 'X', false, fill_preparer }, { 'P', false, new_preparer },
    { 'm', false, touch },         { 'G', false, remove_file },
    { 'n', false, news },          { 'e', false, fail_accept },
    { 'o', false, fail_open },     { 'i', false, fail_send },
    { 'l', false, set_log },       { 'd', true, drain },
    { 'q', true, stop },           { 'Q', true, leave },
    { 'M', false, unrest },        { 'h', true, set_far },
    { 'H', true, hand_over },      { 'y', false, slow },
};

/* ---- after the script ---- */

static void release(struct sim_conn *c)
{
    sim_send(c, SIZE_MAX);
    c->room = 1u << 20;
    c->reads = true;
    sim_drain(c, UINT64_MAX);
}

static bool gone(const struct sim_conn *c)
{
    return !c->opened || c->closed ||
           (!c->accepted && sim.listener_closed && !sim.next);
}

static void begin_rest(void)
{
    sim.over = true;
    sim.over_us = sim.now_us;
    sim.open_errors = sim.send_errors = sim.n_accept_errors = sim.log_mode = 0;
    sim.preparer_full = false;
    sim.restless = 0;
    sim.no_helpers = false;
    if (sim.far > 1)
        sim.far = 1; /* it answers again */
    for (unsigned i = 0; sim.n_order == 0 && i < SIM_CONNS; i++) {
        if (sim.conn[i].bytes)
            open_conn(i);
    }
    for (int i = 0; i < SIM_CONNS; i++) {
        if (sim.conn[i].opened)
            release(&sim.conn[i]);
    }
}

static void rest(void)
{
    if (!sim.over)
        begin_rest();
    for (int i = 0; i < SIM_CONNS; i++) {
        if (!gone(&sim.conn[i])) {
            PROPERTY(sim.now_us - sim.over_us < REST_US);
            return;
        }
    }
    if (sim.hurried || sim.told_end || sim.next ||
        sim.n_words == sizeof sim.words)
        return;
    sim_rest_check();
    sim.told_end = true;
    sim_word(WORKER_DRAIN);
}

/* One after the other, each all in one piece. */
static void rest_in_order(void)
{
    for (unsigned i = 0; i < sim.n_order; i++) {
        struct sim_conn *c = &sim.conn[sim.order[i]];
        if (!c->opened) {
            sim_open(sim.order[i]);
            sim_send(c, SIZE_MAX);
            c->fin = c->fin_by_script;
        }
        if (!c->closed)
            return;
    }
    rest();
}

void sim_script_run(void)
{
    while (!sim.over && sim.script_at + 1 < sim.script_n) {
        uint8_t letter = sim.script[sim.script_at++];
        if (letter == ' ' || letter == '\n')
            continue;
        unsigned n = (uint8_t)(sim.script[sim.script_at++] - '0');
        for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
            if (acts[i].letter != letter)
                continue;
            acts[i].act(n);
            if (acts[i].turns)
                return;
        }
    }
    if (sim.in_order)
        rest_in_order();
    else
        rest();
}
