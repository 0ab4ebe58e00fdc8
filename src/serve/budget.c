/* SPDX-License-Identifier: MIT
 *
 * budget: the sizes of everything that a worker makes, by the same rules.
 * Layer: serve.  Pure.
 */
#include "serve/budget.h"

#include "answer/listings.h"
#include "answer/pages.h"
#include "answer/gate.h"
#include "base/check.h"
#include "base/sum.h"
#include "files/entry.h"
#include "files/files.h"
#include "files/passing.h"
#include "http/logline.h"
#include "os/marks.h"
#include "serve/addresses.h"
#include "serve/capacity.h"
#include "serve/worker.h"
#include "share/board.h"
#include "share/attempts.h"
#include "share/issued.h"
#include "share/tallies.h"

#define DIRS_MAX 8192
#define DIR_BYTES 64
#define ASKS_BYTES (4096 * sizeof(void *))
#define DESCRIPTORS_USED 24

static size_t txn_bytes(const struct conf_limits *l)
{
    size_t in = l->head_bytes + ARRIVALS_RECV + 1024;

    return (sizeof(struct txn) + in + 4095) / 4096 * 4096;
}

static uint64_t turn_bytes(const struct conf_limits *l)
{
    return ARRIVALS_ARENA + l->target_bytes +
           (WORKER_EVENTS * 2 + 64) * (sizeof(struct received) + 8) +
           WORKER_EVENTS * 16 + SUM_BLOCK + sizeof(struct worker);
}

static bool any_listing(const struct conf *conf)
{
    for (size_t i = 0; i < conf->n_sites; i++) {
        if (conf->sites[i].listing)
            return true;
    }
    return false;
}

static size_t error_pages(const struct conf *conf)
{
    size_t n = 0;

    for (size_t i = 0; i < conf->n_sites; i++)
        n += conf->sites[i].n_error_pages;
    return n;
}

size_t budget_shared(const struct conf *conf,
                     struct budget_row rows[BUDGET_ROWS_MAX])
{
    const struct conf_observe *o = &conf->observe;
    size_t n = 0;

    rows[n++] =
        (struct budget_row){ "what was handed out", "", 1, issued_bytes() };
    rows[n++] = (struct budget_row){ "attempts at passwords", "access attempts",
                                     gate_wanted(conf), attempts_bytes() };
    rows[n++] =
        (struct budget_row){ "counters", "", 1, sizeof(struct tallies) };
    if (o->on)
        rows[n++] =
            (struct budget_row){ "events for the observer", "observe events", 1,
                                 board_bytes(conf->workers, o->events) };
    return n;
}

size_t budget_worker(const struct conf *conf, size_t descriptors,
                     struct budget_row rows[BUDGET_ROWS_MAX])
{
    const struct conf_limits *l = &conf->limits;
    size_t files = conf->prepare.files, n = 0;
    size_t conns = capacity_for(l->connections, descriptors, DESCRIPTORS_USED);
    bool log = strcmp(conf->log.access, "off") != 0;
    bool watches = conf->prepare.freshness == FRESHNESS_AUTO;
    const struct budget_row all[] = {
        { "connections", "limits connections", conns + CAPACITY_SLACK,
          sizeof(struct conn) },
        { BUDGET_REQUESTS, "limits connections, head", conns, txn_bytes(l) },
        { "client addresses", "limits connections-per-address",
          l->connections_per_address != 0,
          addresses_bytes(conns + CAPACITY_SLACK) },
        { "one turn of the loop", "limits target", 1, turn_bytes(l) },
        { "known files, their forms and heads", "prepare files", 1,
          cache_bytes_max(files) },
        { "known errors and redirects", "prepare files", 1,
          cache_bytes_max(files / 4 + 16) },
        { "table of files", "prepare files", 1,
          files * sizeof(struct entry *) + ASKS_BYTES },
        { "names asked for once", "prepare files", passing_names(files),
          PASSING_NAME_BYTES },
        { "watched directories", "prepare freshness", watches ? DIRS_MAX : 0,
          DIR_BYTES },
        { "watched files", "prepare freshness",
          watches ? marks_slots(FILES_MARKED_MAX) : 0, MARKS_SLOT_BYTES },
        { "directory listings under way", "server listing", any_listing(conf),
          LISTINGS_BYTES + LISTINGS_MAKING },
        { "the sites' error pages", "server error-NNN", error_pages(conf),
          PAGES_FILE_MAX + sizeof(struct entry) },
        { "passwords that are checked", "access basic", gate_wanted(conf),
          gate_bytes(conf) },
        { "access log lines", "log buffer", log,
          conf->log.buffer_bytes + LOGLINE_BYTES_MAX },
    };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (all[i].count > 0)
            rows[n++] = all[i];
    }
    CHECK(n <= BUDGET_ROWS_MAX);
    return n;
}
