/* SPDX-License-Identifier: MIT
 *
 * status_report: generations, workers and their counters as text and as JSON.
 * Layer: master.  Listen lines hold no characters that JSON would escape.
 */
#include "master/status_report.h"

#include <stdio.h>
#include <unistd.h>

#include "base/plural.h"
#include "config.h"
#include "http/json.h"
#include "master/releases.h"
#include "master/master_state.h"
#include "os/clock.h"
#include "os/net.h"

static const char *const states[] = { "starting", "serving", "finishing",
                                      "stopping" };

struct figures {
    unsigned long long requests, open, bytes, quiet_ms;
};

static struct figures figures_of(const struct generation *g, unsigned i)
{
    struct counters_slot *s = g->counters.slot[i];
    struct tally t = tally_since(s, &g->before[i]);
    uint64_t now = clock_mono_us(), beat = counters_get(&s->beat_us);

    return (struct figures){
        t.requests,
        t.accepted - t.closed + t.moved,
        t.bytes,
        beat && now > beat ? (now - beat) / 1000 : 0,
    };
}

static void text_of(const struct generation *g, struct buf *out)
{
    buf_fmt(out, "generation %u: %s, preparer %d\n", g->number,
            states[g->state], (int)g->preparer.pid);
    for (unsigned i = 0; i < g->conf->workers; i++) {
        struct figures f = figures_of(g, i);
        buf_fmt(out,
                "  worker %u (pid %d): %llu request%s, %llu connection%s open, "
                "%llu byte%s sent\n",
                i + 1, (int)g->worker[i].pid, f.requests, plural(f.requests),
                f.open, plural(f.open), f.bytes, plural(f.bytes));
    }
}

/* The next listener that is open, from *i on; false: there are no more. */
static bool next_listener(const struct generation *g, size_t *i, char *text,
                          size_t cap)
{
    while (*i < g->conf->n_listen) {
        int fd = g->listener[(*i)++];
        if (fd < 0)
            continue;
        net_local_text(fd, text, cap);
        return true;
    }
    return false;
}

/* By all workers, also those of programs before this one. */
struct handed {
    unsigned long long given, taken, untaken;
};

static struct handed handed_of(const struct master *m)
{
    struct handed sum = { 0, 0, 0 };
    size_t n = tallies_used(m->tallies);

    for (size_t i = 0; i < n; i++) {
        struct counters_slot *s = &m->tallies->slot[i];
        sum.given += counters_get(&s->given);
        sum.taken += counters_get(&s->taken);
        sum.untaken += counters_get(&s->untaken);
    }
    return sum;
}

static void text_of_moves(const struct master *m, struct buf *out)
{
    struct handed moves = handed_of(m);

    if (moves.given || moves.taken)
        buf_fmt(out,
                "open connections handed to workers that serve on: %llu, of "
                "which %llu were taken, %llu ended\n",
                moves.given, moves.taken, moves.untaken);
}

void status_text(const struct master *m, struct buf *out)
{
    struct totals t = master_totals(m);
    unsigned long long up_s = (clock_mono_us() - m->started_us) / 1000000;

    buf_fmt(out, "etagd %s, pid %d, for %llu s: %llu request%s, ",
            PACKAGE_VERSION, (int)getpid(), up_s,
            (unsigned long long)t.requests, plural(t.requests));
    buf_fmt(out, "%llu connection%s, of which %llu %s open\n",
            (unsigned long long)t.accepted, plural(t.accepted),
            (unsigned long long)t.open, t.open == 1 ? "is" : "are");
    if (m->leave.on && !m->ending)
        BUF_LIT(out, "leaving: it serves, and says that it is not ready\n");
    if (m->current) {
        char text[256];
        BUF_LIT(out, "listening on");
        for (size_t i = 0; next_listener(m->current, &i, text, sizeof text);)
            buf_fmt(out, " %s", text);
        BUF_LIT(out, "\n");
    }
    text_of_moves(m, out);
    EACH_GENERATION (at, m)
        text_of(generation_at(at), out);
    if (m->current)
        releases_text(m->current, out);
}

static void json_of(const struct generation *g, struct buf *out)
{
    json_comma(out);
    buf_char(out, '{');
    json_put_u64(out, "number", g->number);
    json_put_str(out, "state", states[g->state]);
    json_key(out, "preparer");
    buf_fmt(out, "%d", (int)g->preparer.pid);
    json_key(out, "workers");
    buf_char(out, '[');
    for (unsigned i = 0; i < g->conf->workers; i++) {
        struct figures f = figures_of(g, i);
        json_comma(out);
        buf_char(out, '{');
        json_put_u64(out, "number", i + 1);
        json_key(out, "pid");
        buf_fmt(out, "%d", (int)g->worker[i].pid);
        json_put_u64(out, "requests", f.requests);
        json_put_u64(out, "open", f.open);
        json_put_u64(out, "bytes", f.bytes);
        json_put_u64(out, "quiet_ms", f.quiet_ms);
        buf_char(out, '}');
    }
    BUF_LIT(out, "]}");
}

void status_json(const struct master *m, struct buf *out)
{
    struct totals t = master_totals(m);
    struct handed moves = handed_of(m);
    char text[256];

    buf_char(out, '{');
    json_put_str(out, "version", PACKAGE_VERSION);
    json_put_u64(out, "pid", (uint64_t)getpid());
    json_put_u64(out, "seconds", (clock_mono_us() - m->started_us) / 1000000);
    json_put_u64(out, "requests", t.requests);
    json_put_u64(out, "accepted", t.accepted);
    json_put_u64(out, "open", t.open);
    json_key(out, "handed_over");
    buf_char(out, '{');
    json_put_u64(out, "given", moves.given);
    json_put_u64(out, "taken", moves.taken);
    json_put_u64(out, "untaken", moves.untaken);
    buf_char(out, '}');
    json_key(out, "leaving");
    buf_str(out, m->leave.on || m->ending ? "true" : "false");
    json_key(out, "listen");
    buf_char(out, '[');
    for (size_t i = 0;
         m->current && next_listener(m->current, &i, text, sizeof text);) {
        json_comma(out);
        json_string(out, span_str(text));
    }
    buf_char(out, ']');
    if (m->current)
        releases_json(m->current, out);
    json_key(out, "generations");
    buf_char(out, '[');
    EACH_GENERATION (at, m)
        json_of(generation_at(at), out);
    BUF_LIT(out, "]}\n");
}
