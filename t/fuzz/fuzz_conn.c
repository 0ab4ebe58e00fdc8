/* SPDX-License-Identifier: MIT
 *
 * fuzz_conn: whole connections: a worker as it is, in a world without a kernel.
 * An input is a character of options, a script, and up to six streams of bytes
 * that clients have to say, each after a byte 0x1e.  sim_script.c tells what a
 * script can do: cut the streams anywhere, end or reset sides, read slowly, let
 * time pass or jump, change files, lose the preparer or the master, and so on.
 *
 * Properties: what clients get are correct responses (sim_reader.c), in the
 * order of their requests, one each, with the bytes of one version of the file
 * (sim_body.c), be it changed at each step of sending, and a file whose rights
 * alone change is sent to its end; nothing follows a response that closes; each
 * connection ends, for a reason that the script explains; log, events and
 * counters tell what happened (sim_log.c), each request once and with its own
 * line, also when a connection goes to the workers of another generation
 * (sim_moves.c); no turn is longer for a listing, and beside one nobody waits
 * in the queue for a second turn; nothing is left when it is over
 * (sim_world.c).  When the script does nothing but cut, wait a little and
 * read slowly, the responses are those that the same bytes get in one piece.
 *
 * With ETAGD_SIM_SAID set, each input prints a hash of all bytes sent, lines of
 * the log and events: a change that moves code only must leave them as they
 * were.
 */
#include "sim_world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static uint64_t said;

void sim_said(const void *p, size_t n)
{
    const uint8_t *byte = p;

    for (size_t i = 0; i < n; i++)
        said = (said ^ byte[i]) * 0x100000001b3u;
}

static void reset_world(void)
{
    memset(&sim, 0, sizeof sim);
    sim.now_us = 1000000000;
    sim.real_us = 1700000000ll * 1000000 - (int64_t)sim.now_us;
    sim.slab = 1000;
    sim_files_reset();
}

static void split(const uint8_t *data, size_t size)
{
    const uint8_t *at = data, *end = data + size;

    for (int i = -1; i < SIM_CONNS && at <= end; i++) {
        const uint8_t *mark = memchr(at, 0x1e, (size_t)(end - at));
        size_t n = mark ? (size_t)(mark - at) : (size_t)(end - at);
        if (i < 0) {
            sim.script = at;
            sim.script_n = n;
        } else {
            sim.conn[i].bytes = at;
            sim.conn[i].n = n;
        }
        if (!mark)
            return;
        at = mark + 1;
    }
}

struct outcome {
    uint64_t hash, out;
    unsigned n;
    size_t sent;
    bool fin, opened;
};

static struct outcome outcome_of(const struct sim_conn *c)
{
    return (struct outcome){ c->reader.hash, c->reader.n_whole, c->reader.n,
                             c->sent,        c->fin_by_script,  c->opened };
}

/* The same in order, each client's bytes in one piece, to an audience that
 * reads everything at once. */
static void compare(const uint8_t *data, size_t size, unsigned options)
{
    struct outcome before[SIM_CONNS];
    int order[SIM_CONNS];
    unsigned n_order = sim.n_order;

    memcpy(order, sim.order, sizeof order);
    for (int i = 0; i < SIM_CONNS; i++)
        before[i] = outcome_of(&sim.conn[i]);
    reset_world();
    split(data, size);
    sim.script_n = 0;
    sim.in_order = sim.over = true;
    sim.over_us = sim.now_us;
    sim.n_order = n_order;
    memcpy(sim.order, order, sizeof order);
    for (int i = 0; i < SIM_CONNS; i++) {
        sim.conn[i].n = before[i].sent;
        sim.conn[i].fin_by_script = before[i].fin;
    }
    sim_world_run(options);
    for (int i = 0; i < SIM_CONNS; i++) {
        struct outcome o = outcome_of(&sim.conn[i]);
        PROPERTY(o.opened == before[i].opened && o.n == before[i].n);
        PROPERTY(o.out == before[i].out && o.hash == before[i].hash);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || !memchr(data + 1, 0x1e, size - 1))
        return 0;
    unsigned options = (uint8_t)(data[0] - '0') % 16u;

    said = 0xcbf29ce484222325u;
    reset_world();
    split(data + 1, size - 1);
    sim_world_run(options);
    /* which coded forms are there already depends on how the bytes come */
    bool comparable =
        !sim.wild && !sim.codings && !sim_world.limits && !sim_world.access;
    if (comparable)
        compare(data + 1, size - 1, options);
    if (getenv("ETAGD_SIM_SAID"))
        printf("%016" PRIx64 " %zu\n", said, size);
    return 0;
}
