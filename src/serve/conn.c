/* SPDX-License-Identifier: MIT
 *
 * conn: the table of states and the check of every succession.
 * Layer: serve.
 */
#include "serve/conn.h"

#include <string.h>

#include "base/check.h"

#define TO(s) (1u << CONN_##s)

static const struct {
    const char *waits; /* for the reader of a core */
    unsigned to;
} states[] = {
#define X(id, waits, to) { waits, to },
    CONN_STATES(X)
#undef X
};

void conn_init(struct conn *c, int fd, uint64_t number)
{
    CHECK(!conn_is(c)); /* nobody has this place */
    memset(c, 0, sizeof *c);
    c->magic = CONN_MAGIC;
    c->fd = fd;
    c->state = CONN_IDLE;
    c->number = number;
    list_init(&c->node);
    list_init(&c->turn);
    list_init(&c->timer.node);
}

void conn_become(struct conn *c, enum conn_state next)
{
    CHECK(conn_is(c));
    if (c->state == next)
        return;
    CHECK(states[c->state].to >> next & 1);
    /* one with bytes to send, or that waits for facts, needs a place */
    CHECK(c->txn || (next != CONN_SEND && next != CONN_PREPARE));
    CHECK(!c->txn || (next != CONN_IDLE && next != CONN_CLOSED));
    c->state = next;
}
