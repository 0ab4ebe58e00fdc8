/* SPDX-License-Identifier: MIT
 *
 * numbers: what the observer's page draws, as JSON, and its own metrics.
 * Layer: observe.
 */
#include "observe/numbers.h"

#include "config.h"
#include "http/json.h"
#include "observe/observer_state.h"
#include "os/clock.h"

#define EXPERIMENTS_MOST 16 /* are told */

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
                                     source->counters->slot[i] };
            return true;
        }
        i -= source->workers;
    }
    return false;
}

static unsigned visitors_of(const struct observer *o)
{
    unsigned n = 0;

    for (unsigned i = 0; i < VISITORS_MAX; i++)
        n += o->visitor[i].fd >= 0;
    return n;
}

void numbers_metrics(const struct exposition *x, struct observer *o)
{
    const struct history *h = o->history;
    const struct {
        struct family family;
        uint64_t value;
    } rows[] = {
        { { "observer_events", "Events seen.", FAMILY_COUNTER }, h->next - 1 },
        { { "observer_events_lost", "Events overwritten before they were seen.",
            FAMILY_COUNTER },
          h->lost },
        { { "observer_visitors", "Connections to the observer.", FAMILY_GAUGE },
          visitors_of(o) },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        exposition_single(x, &rows[i].family, rows[i].value);
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

/* What is broken on purpose, as at the start. */
static void put_experiments(struct buf *b, const struct conf *c)
{
    json_key(b, "experiments");
    buf_char(b, '[');
    for (size_t i = 0; i < c->n_experiments && i < EXPERIMENTS_MOST; i++) {
        json_comma(b);
        json_string(b, span_str(c->experiments[i]));
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
    json_put_u64(b, "open", counters_open(r->slot));
    json_put_u64(b, "requests", counters_get(&s->requests));
    json_put_u64(b, "not_modified", counters_get(counters_status(s, 304)));
    json_put_u64(b, "bytes", counters_get(&s->bytes));
    json_put_u64(b, "beat_age_us", beat < o->now_us ? o->now_us - beat : 0);
    json_key(b, "status");
    buf_char(b, '{');
    for (unsigned c = 1; c < 6; c++)
        json_put_u64(b, classes[c], counters_class(s, c));
    BUF_LIT(b, "}}");
}

void numbers_status(struct buf *b, struct observer *o)
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
    put_experiments(b, o->start->conf);
    json_put_u64(b, "boot", o->boot);
    json_put_u64(b, "events", h->next - 1);
    json_put_u64(b, "oldest_event", history_oldest(h));
    json_put_u64(b, "events_lost", h->lost);
    json_put_u64(b, "connections_followed", h->taken.used);
    json_put_u64(b, "connections_ended", h->n_ended);
    json_put_u64(b, "idle_ms", o->start->conf->timeouts.idle_ms);
    json_put_u64(b, "idle_grace_ms", o->start->conf->timeouts.idle_grace_ms);
    json_key(b, "workers");
    buf_char(b, '[');
    for (unsigned i = 0; reading_at(o, i, &r); i++)
        put_worker(b, o, &r);
    BUF_LIT(b, "]}\n");
}
