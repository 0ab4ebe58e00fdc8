/* SPDX-License-Identifier: MIT
 *
 * status: generations, workers and their counters as text and as JSON.
 * Layer: master.  Listen lines hold no characters that JSON would escape.
 */
#include "master/status.h"

#include <stdio.h>
#include <unistd.h>

#include "config.h"
#include "master/state.h"
#include "os/clock.h"
#include "os/net.h"

static const char *const states[] = { "starting", "serving", "finishing",
                                      "stopping" };

struct figures {
    unsigned long long requests, open, bytes, quiet_ms;
};

static struct figures figures_of(const struct generation *g, unsigned i)
{
    struct counters_slot *s = &g->counters->slot[i];
    uint64_t now = clock_mono_us(), beat = counters_get(&s->beat_us);

    return (struct figures){
        counters_get(&s->requests),
        counters_get(&s->accepted) - counters_get(&s->closed),
        counters_get(&s->bytes),
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
                "  worker %u (pid %d): %llu requests, %llu connections open, "
                "%llu bytes sent\n",
                i + 1, (int)g->worker[i].pid, f.requests, f.open, f.bytes);
    }
}

static void listeners(const struct generation *g, struct buf *out,
                      const char *quote, const char *between)
{
    for (size_t i = 0; i < g->conf->n_listen; i++) {
        char text[256];
        if (g->listener[i] < 0)
            continue;
        net_local_text(g->listener[i], text, sizeof text);
        buf_fmt(out, "%s%s%s%s", i ? between : "", quote, text, quote);
    }
}

void status_text(const struct master *m, struct buf *out)
{
    struct totals t = master_totals(m);
    unsigned long long up_s = (clock_mono_us() - m->started_us) / 1000000;

    buf_fmt(out, "etagd %s, pid %d, for %llu s: %llu requests, ",
            PACKAGE_VERSION, (int)getpid(), up_s,
            (unsigned long long)t.requests);
    buf_fmt(out, "%llu connections, of which %llu are open\n",
            (unsigned long long)t.accepted,
            (unsigned long long)(t.accepted - t.closed));
    if (m->current) {
        BUF_LIT(out, "listening on ");
        listeners(m->current, out, "", " ");
        BUF_LIT(out, "\n");
    }
    EACH_GENERATION (at, m)
        text_of(generation_at(at), out);
}

static void json_of(const struct generation *g, struct buf *out)
{
    buf_fmt(out,
            "{\"number\":%u,\"state\":\"%s\",\"preparer\":%d,\"workers\":[",
            g->number, states[g->state], (int)g->preparer.pid);
    for (unsigned i = 0; i < g->conf->workers; i++) {
        struct figures f = figures_of(g, i);
        buf_fmt(out,
                "%s{\"number\":%u,\"pid\":%d,\"requests\":%llu,"
                "\"open\":%llu,\"bytes\":%llu,\"quiet_ms\":%llu}",
                i ? "," : "", i + 1, (int)g->worker[i].pid, f.requests, f.open,
                f.bytes, f.quiet_ms);
    }
    BUF_LIT(out, "]}");
}

void status_json(const struct master *m, struct buf *out)
{
    struct totals t = master_totals(m);
    unsigned long long up_s = (clock_mono_us() - m->started_us) / 1000000;
    const char *comma = "";

    buf_fmt(out, "{\"version\":\"%s\",\"pid\":%d,\"seconds\":%llu,",
            PACKAGE_VERSION, (int)getpid(), up_s);
    buf_fmt(out, "\"requests\":%llu,\"accepted\":%llu,\"open\":%llu,",
            (unsigned long long)t.requests, (unsigned long long)t.accepted,
            (unsigned long long)(t.accepted - t.closed));
    BUF_LIT(out, "\"listen\":[");
    if (m->current)
        listeners(m->current, out, "\"", ",");
    BUF_LIT(out, "],\"generations\":[");
    EACH_GENERATION (at, m) {
        buf_str(out, comma);
        json_of(generation_at(at), out);
        comma = ",";
    }
    BUF_LIT(out, "]}\n");
}
