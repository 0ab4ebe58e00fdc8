/* SPDX-License-Identifier: MIT
 *
 * metrics: one row per family of a worker's counters.
 * Layer: observe.
 */
#include "observe/metrics.h"

#include <stddef.h>
#include <string.h>

#include "http/reason.h"
#include "observe/metrics_node.h"
#include "os/clock.h"
#include "share/tallies.h"

typedef uint64_t reading(struct counters_slot *s, unsigned arg);

#define EVERY_WORKER 0u
#define STATUSES (COUNTERS_STATUS_MAX - COUNTERS_STATUS_MIN + 1)

/* The slots that somebody has had come first. */
static uint64_t sum(struct tallies *t, unsigned worker, reading *read,
                    unsigned arg)
{
    uint64_t n = 0;

    for (size_t i = 0; i < TALLIES_SLOTS; i++) {
        struct counters_slot *s = &t->slot[i];
        unsigned of = atomic_load_explicit(&s->worker, memory_order_relaxed);
        if (of == 0)
            break;
        if (of == worker || worker == EVERY_WORKER)
            n += read(s, arg);
    }
    return n;
}

/* The greatest number that one has; what no worker can have was written by one
 * that was taken over. */
static unsigned workers_of(struct tallies *t)
{
    unsigned most = 0;

    for (size_t i = 0; i < TALLIES_SLOTS; i++) {
        unsigned of =
            atomic_load_explicit(&t->slot[i].worker, memory_order_relaxed);
        if (of == 0)
            break;
        if (of > most && of <= COUNTERS_WORKERS_MAX)
            most = of;
    }
    return most;
}

static bool held(struct counters_slot *s)
{
    return atomic_load_explicit(&s->holder, memory_order_relaxed) != 0;
}

static uint64_t read_member(struct counters_slot *s, unsigned offset)
{
    return counters_get((_Atomic uint64_t *)((char *)s + offset));
}

static uint64_t read_open(struct counters_slot *s, unsigned unused)
{
    (void)unused;
    return held(s) ? counters_open(s) : 0;
}

static uint64_t read_end(struct counters_slot *s, unsigned why)
{
    return counters_get(&s->end[why]);
}

/* Of whoever has it now: a slot that is free keeps what was said last. */
static uint64_t read_gauge(struct counters_slot *s, unsigned offset)
{
    return held(s) ? read_member(s, offset) : 0;
}

#define MEMBER(m) read_member, offsetof(struct counters_slot, m)
#define GAUGE(m) read_gauge, offsetof(struct counters_slot, m)

static const struct row {
    struct family family;
    reading *read;
    unsigned arg;
} rows[] = {
    { { "connections_accepted", "Connections accepted.", FAMILY_COUNTER },
      MEMBER(accepted) },
    { { "connections_given",
        "Open connections handed to workers that serve on.", FAMILY_COUNTER },
      MEMBER(given) },
    { { "connections_taken", "Open connections taken from workers that finish.",
        FAMILY_COUNTER },
      MEMBER(taken) },
    { { "connections_untaken",
        "Connections handed over that ended: too much was said on them.",
        FAMILY_COUNTER },
      MEMBER(untaken) },
    { { "requests", "Requests answered, whatever the status.", FAMILY_COUNTER },
      MEMBER(requests) },
    { { "sent_bytes", "Bytes handed to the system, heads included.",
        FAMILY_COUNTER },
      MEMBER(bytes) },
    { { "access_log_lost", "Access log lines not written.", FAMILY_COUNTER },
      MEMBER(log_lost) },
    { { "connections_open", "Connections open now.", FAMILY_GAUGE },
      read_open,
      0 },
    { { "connections_limit", "Connections that fit.", FAMILY_GAUGE },
      GAUGE(connections_most) },
    { { "connections_refused",
        "Clients answered 503 because no descriptor was left.",
        FAMILY_COUNTER },
      MEMBER(refused) },
    { { "requests_in_flight",
        "Connections with a request or a response under way.", FAMILY_GAUGE },
      GAUGE(in_flight) },
    { { "descriptors_open", "Descriptors in use.", FAMILY_GAUGE },
      GAUGE(descriptors) },
    { { "descriptors_limit", "Descriptors that the system allows; 0: no limit.",
        FAMILY_GAUGE },
      GAUGE(descriptors_most) },
    { { "cache_lookups", "Paths looked up in the file cache.", FAMILY_COUNTER },
      MEMBER(lookups) },
    { { "cache_misses", "Entries that had to be made.", FAMILY_COUNTER },
      MEMBER(misses) },
    { { "cache_evictions", "Entries driven out by others.", FAMILY_COUNTER },
      MEMBER(evictions) },
    { { "cache_entries", "Entries of the file cache.", FAMILY_GAUGE },
      GAUGE(entries) },
    { { "cache_entries_limit", "Entries that fit.", FAMILY_GAUGE },
      GAUGE(entries_most) },
};

static struct buf label(char *storage, size_t cap, unsigned worker)
{
    struct buf b = buf_over(storage, cap);

    buf_fmt(&b, "worker=\"%u\"", worker);
    return b;
}

static void put_rows(const struct exposition *x, struct tallies *t, unsigned n)
{
    char labels[64];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        exposition_family(x, &rows[i].family);
        for (unsigned w = 1; w <= n; w++) {
            struct buf b = label(labels, sizeof labels, w);
            buf_cstr(&b);
            exposition_sample(x, &rows[i].family, labels,
                              sum(t, w, rows[i].read, rows[i].arg));
        }
    }
}

/* All of one worker's at once: there are many of them. */
static void sum_statuses(struct tallies *t, unsigned worker,
                         uint64_t sums[STATUSES])
{
    memset(sums, 0, STATUSES * sizeof sums[0]);
    for (size_t i = 0; i < TALLIES_SLOTS; i++) {
        struct counters_slot *s = &t->slot[i];
        unsigned of = atomic_load_explicit(&s->worker, memory_order_relaxed);
        if (of == 0)
            break;
        for (unsigned c = 0; of == worker && c < STATUSES; c++)
            sums[c] += counters_get(&s->status[c]);
    }
}

static void put_statuses(const struct exposition *x, struct tallies *t,
                         unsigned n)
{
    static const struct family f = { "responses", "Responses by status.",
                                     FAMILY_COUNTER };
    uint64_t sums[STATUSES];
    char labels[64];

    exposition_family(x, &f);
    for (unsigned w = 1; w <= n; w++) {
        sum_statuses(t, w, sums);
        for (unsigned c = 0; c < STATUSES; c++) {
            if (sums[c] == 0)
                continue;
            struct buf b = label(labels, sizeof labels, w);
            buf_fmt(&b, ",code=\"%u\"", COUNTERS_STATUS_MIN + c);
            buf_cstr(&b);
            exposition_sample(x, &f, labels, sums[c]);
        }
    }
}

/* Of all workers together: each reason has its line from the start, since what
 * appears with its first event has no rise that could be seen. */
static void put_ends(const struct exposition *x, struct tallies *t)
{
    static const struct family f = { "connections_closed",
                                     "Connections that have ended, by reason.",
                                     FAMILY_COUNTER };
    char labels[160];

    exposition_family(x, &f);
    for (unsigned i = 0; i < END_COUNT; i++) {
        struct buf b = buf_over(labels, sizeof labels);
        if (i == END_OPEN || i == END_SENT)
            continue;
        buf_fmt(&b, "reason=\"%s\",closed_first=\"%s\"", end_word((enum end)i),
                end_who((enum end)i));
        buf_cstr(&b);
        exposition_sample(x, &f, labels, sum(t, EVERY_WORKER, read_end, i));
    }
}

static void put_times(const struct exposition *x, struct tallies *t)
{
    static const struct {
        struct family family;
        unsigned at;
    } histograms[] = {
        { { "request_duration_seconds",
            "From a request's first byte to the last one of its response.",
            FAMILY_HISTOGRAM },
          offsetof(struct counters_slot, duration) },
        { { "first_byte_seconds",
            "From a request's first byte to the first one of its response.",
            FAMILY_HISTOGRAM },
          offsetof(struct counters_slot, first_byte) },
    };

    for (size_t k = 0; k < sizeof histograms / sizeof *histograms; k++) {
        unsigned at = histograms[k].at;
        uint64_t buckets[COUNTERS_BUCKETS];
        for (unsigned i = 0; i < COUNTERS_BUCKETS; i++)
            buckets[i] = sum(t, EVERY_WORKER, read_member,
                             at + i * (unsigned)sizeof(uint64_t));
        exposition_times(
            x, &histograms[k].family, buckets,
            sum(t, EVERY_WORKER, read_member,
                at + (unsigned)offsetof(struct counters_times, sum_us)));
    }
}

/* Of those that run. */
static void put_beats(const struct exposition *x, struct tallies *t)
{
    static const struct family f = { "worker_beat_age_seconds",
                                     "Time since the worker's last turn.",
                                     FAMILY_GAUGE };
    uint64_t now = clock_mono_us(), age[COUNTERS_WORKERS_MAX + 1];
    char labels[64];

    for (size_t i = 0; i <= COUNTERS_WORKERS_MAX; i++)
        age[i] = UINT64_MAX;
    for (size_t i = 0; i < TALLIES_SLOTS && t->slot[i].worker; i++) {
        struct counters_slot *s = &t->slot[i];
        uint64_t beat = counters_get(&s->beat_us);
        unsigned w = s->worker;
        if (!held(s) || beat == 0 || w > COUNTERS_WORKERS_MAX)
            continue;
        uint64_t ago = beat < now ? now - beat : 0;
        age[w] = age[w] < ago ? age[w] : ago;
    }
    exposition_family(x, &f);
    for (unsigned w = 1; w <= COUNTERS_WORKERS_MAX; w++) {
        if (age[w] == UINT64_MAX)
            continue;
        struct buf b = label(labels, sizeof labels, w);
        buf_cstr(&b);
        exposition_seconds(x, &f, labels, age[w]);
    }
}

/* Of all preparers: one, but for moments. */
static uint64_t sum_prepared(struct tallies *t, size_t offset)
{
    uint64_t n = 0;

    for (size_t i = 0; i < TALLIES_PREPARERS; i++)
        n += counters_get(
            (_Atomic uint64_t *)((char *)&t->preparer[i] + offset));
    return n;
}

#define PREPARED(m) offsetof(struct counters_preparer, m)

static void put_preparer(const struct exposition *x, struct tallies *t)
{
    static const struct {
        struct family family;
        size_t offset;
    } families[] = {
        { { "preparer_asks", "Files that workers asked about.",
            FAMILY_COUNTER },
          PREPARED(asks) },
        { { "preparer_files_read", "Files read for these.", FAMILY_COUNTER },
          PREPARED(read) },
        { { "prepared_bytes", "Memory that holds prepared files.",
            FAMILY_GAUGE },
          PREPARED(bytes) },
        { { "prepared_bytes_limit", "Memory that may hold them.",
            FAMILY_GAUGE },
          PREPARED(bytes_most) },
        { { "prepared_bytes_given_back",
            "Memory of prepared files given back because nobody used them.",
            FAMILY_COUNTER },
          PREPARED(given_back) },
        { { "memory_shortages",
            "How often the system told that memory is short.", FAMILY_COUNTER },
          PREPARED(shortages) },
        { { "coding_queue", "Files that wait for a compressed form.",
            FAMILY_GAUGE },
          PREPARED(coding_queue) },
    };
    static const struct family coded = { "coded_forms",
                                         "Compressed forms that were made.",
                                         FAMILY_COUNTER };
    char labels[64];

    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        exposition_single(x, &families[i].family,
                          sum_prepared(t, families[i].offset));
    exposition_family(x, &coded);
    for (unsigned c = CODING_IDENTITY + 1; c < CODING_COUNT; c++) {
        struct buf b = buf_over(labels, sizeof labels);
        buf_fmt(&b, "coding=\"%s\"", coding_row((enum coding)c)->name);
        buf_cstr(&b);
        exposition_sample(
            x, &coded, labels,
            sum_prepared(t, PREPARED(coded) + c * sizeof(uint64_t)));
    }
}

void metrics_put(const struct exposition *x, struct tallies *t,
                 const char (*place)[METRICS_PLACE_BYTES])
{
    unsigned n = workers_of(t);

    metrics_node_put(x, &t->node, place);
    put_rows(x, t, n);
    put_statuses(x, t, n);
    put_ends(x, t);
    put_times(x, t);
    put_beats(x, t);
    put_preparer(x, t);
}
