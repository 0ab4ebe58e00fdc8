/* SPDX-License-Identifier: MIT
 *
 * metrics_node: a row for each family.
 * Layer: observe.
 */
#include "observe/metrics_node.h"

#include <stddef.h>

#include "config.h"
#include "share/tallies.h"

static const struct row {
    struct family family;
    size_t offset;
} rows[] = {
#define ROW(name, type, member, help)                               \
    {                                                               \
        { name, help, type }, offsetof(struct tallies_node, member) \
    }
    ROW("start_time_seconds", FAMILY_GAUGE, started_s,
        "When the program that serves began, since 1970."),
    ROW("upgrades", FAMILY_COUNTER, upgrades,
        "Programs that have taken over from one before them."),
    ROW("generation", FAMILY_GAUGE, generation,
        "Number of the configuration that serves; 1 after a start."),
    ROW("config_last_reload_successful", FAMILY_GAUGE, reload_good,
        "Whether the last reload was taken (1), or the start."),
    ROW("config_last_reload_success_timestamp_seconds", FAMILY_GAUGE, reload_s,
        "When a configuration was taken last, since 1970."),
    ROW("draining", FAMILY_GAUGE, draining,
        "Whether this node is about to end (1)."),
    ROW("workers", FAMILY_GAUGE, workers,
        "Worker processes, those that finish included."),
#undef ROW
};

static uint64_t member(struct tallies_node *n, size_t offset)
{
    return counters_get((_Atomic uint64_t *)((char *)n + offset));
}

static void put_infos(const struct exposition *x, struct tallies_node *n)
{
    static const struct family build = { "build", "The version that runs.",
                                         FAMILY_INFO };
    static const struct family config = { "config",
                                          "The configuration in effect.",
                                          FAMILY_INFO };
    char labels[64];
    struct buf b = buf_over(labels, sizeof labels);

    exposition_family(x, &build);
    exposition_sample(x, &build, "version=\"" PACKAGE_VERSION "\"", 1);
    exposition_family(x, &config);
    BUF_LIT(&b, "hash=\"");
    buf_hex(&b, counters_get(&n->config_hash));
    BUF_LIT(&b, "\"");
    buf_cstr(&b);
    exposition_sample(x, &config, labels, 1);
}

static void put_reloads(const struct exposition *x, struct tallies_node *n)
{
    static const struct family f = { "config_reloads", "Reloads, by outcome.",
                                     FAMILY_COUNTER };

    exposition_family(x, &f);
    exposition_sample(x, &f, "result=\"failed\"", counters_get(&n->reloads[0]));
    exposition_sample(x, &f, "result=\"taken\"", counters_get(&n->reloads[1]));
}

static void put_restarts(const struct exposition *x, struct tallies_node *n)
{
    static const struct family f = {
        "process_restarts", "Processes that ended and were started again.",
        FAMILY_COUNTER
    };
    static const char *const processes[] = {
        [TALLIES_WORKER] = "worker",
        [TALLIES_PREPARER] = "preparer",
        [TALLIES_OBSERVER] = "observer",
        [TALLIES_SCRAPER] = "scraper",
    };
    static const char *const reasons[] = {
        [TALLIES_SIGNAL] = "signal",
        [TALLIES_STATUS] = "status",
        [TALLIES_STALLED] = "stalled",
    };
    char labels[64];

    exposition_family(x, &f);
    for (unsigned p = 0; p < TALLIES_PROCESSES; p++) {
        for (unsigned r = 0; r < TALLIES_REASONS; r++) {
            struct buf b = buf_over(labels, sizeof labels);
            buf_fmt(&b, "process=\"%s\",reason=\"%s\"", processes[p],
                    reasons[r]);
            buf_cstr(&b);
            exposition_sample(x, &f, labels, counters_get(&n->restarts[p][r]));
        }
    }
}

/* Of TCP sockets; the kernel tells of no others. */
static void put_queue(const struct exposition *x, const struct family *f,
                      _Atomic uint64_t *value, _Atomic uint64_t *most,
                      const char (*place)[METRICS_PLACE_BYTES])
{
    char labels[METRICS_PLACE_BYTES + 16];
    bool begun = false;

    for (unsigned i = 0; i < TALLIES_LISTENERS && place[i][0]; i++) {
        struct buf b = buf_over(labels, sizeof labels);
        if (counters_get(&most[i]) == 0)
            continue;
        if (!begun)
            exposition_family(x, f);
        begun = true;
        buf_fmt(&b, "address=\"%s\"", place[i]);
        buf_cstr(&b);
        exposition_sample(x, f, labels, counters_get(&value[i]));
    }
}

void metrics_node_put(const struct exposition *x, struct tallies_node *n,
                      const char (*place)[METRICS_PLACE_BYTES])
{
    static const struct family queue = {
        "listen_queue", "Connections that wait to be accepted.", FAMILY_GAUGE
    };
    static const struct family limit = { "listen_queue_limit",
                                         "Connections that may wait.",
                                         FAMILY_GAUGE };

    put_infos(x, n);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        exposition_single(x, &rows[i].family, member(n, rows[i].offset));
    put_reloads(x, n);
    put_restarts(x, n);
    put_queue(x, &queue, n->queue, n->queue_most, place);
    put_queue(x, &limit, n->queue_most, n->queue_most, place);
}
