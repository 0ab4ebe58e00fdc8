/* SPDX-License-Identifier: MIT
 *
 * metrics: one row per counter of a worker.
 * Layer: observe.
 */
#include "observe/metrics.h"

#include "config.h"

#include "http/json.h"
#include "observe/state.h"
#include "os/clock.h"

/* X(name, member, help) */
#define COUNTER_ROWS(X)                                                      \
    X("connections_accepted_total", accepted, "Connections accepted.")       \
    X("connections_closed_total", closed, "Connections that have ended.")    \
    X("requests_total", requests, "Requests answered, whatever the status.") \
    X("sent_bytes_total", bytes,                                             \
      "Bytes handed to the system, heads included.")                         \
    X("not_modified_total", not_modified, "Requests answered with 304.")     \
    X("access_log_lost_total", log_lost, "Access log lines not written.")

struct reading {
    unsigned generation, worker;
    struct counters_slot *slot;
};

/* The i-th worker of all; false: there are no more. */
static bool reading_at(struct observer *o, unsigned i, struct reading *out)
{
    const struct observer_start *s = o->start;

    for (unsigned k = 0; k < s->n_sources; k++) {
        const struct observer_source *source = &s->source[k];
        if (i < source->workers) {
            *out = (struct reading){ source->generation, i + 1,
                                     &source->counters->slot[i] };
            return true;
        }
        i -= source->workers;
    }
    return false;
}

static void describe(struct buf *b, const char *name, const char *type,
                     const char *help)
{
    buf_fmt(b, "# HELP etagd_%s %s\n# TYPE etagd_%s %s\n", name, help, name,
            type);
}

static void put(struct buf *b, const char *name, const struct reading *r,
                uint64_t value)
{
    buf_fmt(b, "etagd_%s{generation=\"%u\",worker=\"%u\"} %llu\n", name,
            r->generation, r->worker, (unsigned long long)value);
}

static uint64_t open_now(const struct reading *r)
{
    uint64_t closed = counters_get(&r->slot->closed);
    uint64_t accepted = counters_get(&r->slot->accepted);

    return accepted > closed ? accepted - closed : 0;
}

static void put_workers(struct buf *b, struct observer *o)
{
    struct reading r;

#define X(name, member, help)                       \
    describe(b, name, "counter", help);             \
    for (unsigned i = 0; reading_at(o, i, &r); i++) \
        put(b, name, &r, counters_get(&r.slot->member));
    COUNTER_ROWS(X)
#undef X
    describe(b, "responses_total", "counter",
             "Responses by the first digit of their status.");
    for (unsigned i = 0; reading_at(o, i, &r); i++) {
        for (unsigned c = 1; c < 6; c++)
            buf_fmt(b,
                    "etagd_responses_total{generation=\"%u\",worker=\"%u\","
                    "class=\"%uxx\"} %llu\n",
                    r.generation, r.worker, c,
                    (unsigned long long)counters_get(&r.slot->status[c]));
    }
    describe(b, "connections_open", "gauge", "Connections open now.");
    for (unsigned i = 0; reading_at(o, i, &r); i++)
        put(b, "connections_open", &r, open_now(&r));
    describe(b, "worker_beat_age_seconds", "gauge",
             "Time since the worker's last turn.");
    for (unsigned i = 0; reading_at(o, i, &r); i++) {
        uint64_t beat = counters_get(&r.slot->beat_us);
        uint64_t age = beat && beat < o->now_us ? o->now_us - beat : 0;
        buf_fmt(b,
                "etagd_worker_beat_age_seconds{generation=\"%u\","
                "worker=\"%u\"} %llu.%06llu\n",
                r.generation, r.worker, (unsigned long long)(age / 1000000),
                (unsigned long long)(age % 1000000));
    }
}

static void single(struct buf *b, const char *name, const char *type,
                   const char *help, uint64_t value)
{
    describe(b, name, type, help);
    buf_fmt(b, "etagd_%s %llu\n", name, (unsigned long long)value);
}

void metrics_text(struct buf *b, struct observer *o)
{
    const struct history *h = o->history;

    describe(b, "build_info", "gauge", "The version that runs.");
    buf_fmt(b, "etagd_build_info{version=\"%s\"} 1\n", PACKAGE_VERSION);
    put_workers(b, o);
    describe(b, "connections_ended_total", "counter",
             "Connections that ended while they were observed, by reason.");
    for (unsigned i = 0; i < END_COUNT; i++) {
        if (i != END_OPEN && i != END_SENT)
            buf_fmt(b,
                    "etagd_connections_ended_total{reason=\"%s\","
                    "closed_first=\"%s\"} %llu\n",
                    end_word((enum end)i), end_who((enum end)i),
                    (unsigned long long)h->by_end[i]);
    }
    single(b, "observer_events_total", "counter", "Events seen.", h->next - 1);
    single(b, "observer_events_lost_total", "counter",
           "Events overwritten before they were seen.", h->lost);
    unsigned visitors = 0;
    for (unsigned i = 0; i < VISITORS_MAX; i++)
        visitors += o->visitor[i].fd >= 0;
    single(b, "observer_visitors", "gauge", "Connections to the observer.",
           visitors);
}

static void put_places(struct buf *b, const struct observer_start *s)
{
    json_key(b, "listen");
    buf_char(b, '[');
    for (unsigned i = 0; i < OBSERVER_PLACES_MAX && s->place[i][0]; i++) {
        json_comma(b);
        json_string(b, span_str(s->place[i]));
    }
    buf_char(b, ']');
}

static void put_worker(struct buf *b, struct observer *o,
                       const struct reading *r)
{
    static const char *const classes[] = { NULL,  "1xx", "2xx",
                                           "3xx", "4xx", "5xx" };
    struct counters_slot *s = r->slot;
    uint64_t beat = counters_get(&s->beat_us);

    json_comma(b);
    buf_char(b, '{');
    json_put_u64(b, "generation", r->generation);
    json_put_u64(b, "worker", r->worker);
    json_put_u64(b, "accepted", counters_get(&s->accepted));
    json_put_u64(b, "open", open_now(r));
    json_put_u64(b, "requests", counters_get(&s->requests));
    json_put_u64(b, "not_modified", counters_get(&s->not_modified));
    json_put_u64(b, "bytes", counters_get(&s->bytes));
    json_put_u64(b, "beat_age_us", beat < o->now_us ? o->now_us - beat : 0);
    json_key(b, "status");
    buf_char(b, '{');
    for (unsigned c = 1; c < 6; c++)
        json_put_u64(b, classes[c], counters_get(&s->status[c]));
    BUF_LIT(b, "}}");
}

void metrics_status(struct buf *b, struct observer *o)
{
    const struct history *h = o->history;
    int64_t now_us = clock_real_us();
    int64_t started_us = (int64_t)o->started_us + now_us - (int64_t)o->now_us;
    struct reading r;

    buf_char(b, '{');
    json_put_str(b, "version", PACKAGE_VERSION);
    json_put_u64(b, "now_us", (uint64_t)now_us);
    json_put_u64(b, "started_us", (uint64_t)started_us);
    put_places(b, o->start);
    json_put_u64(b, "boot", o->boot);
    json_put_u64(b, "events", h->next - 1);
    json_put_u64(b, "oldest_event", history_oldest(h));
    json_put_u64(b, "events_lost", h->lost);
    json_put_u64(b, "connections_followed", h->n_open);
    json_put_u64(b, "connections_ended", h->n_ended);
    json_put_u64(b, "idle_ms", o->start->conf->timeouts.idle_ms);
    json_key(b, "workers");
    buf_char(b, '[');
    for (unsigned i = 0; reading_at(o, i, &r); i++)
        put_worker(b, o, &r);
    BUF_LIT(b, "]}\n");
}
