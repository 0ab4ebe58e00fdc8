/* SPDX-License-Identifier: MIT
 *
 * conn: the table of states and the check of every succession.
 * Layer: serve.
 */
#include "serve/conn.h"

#include "base/check.h"

#define TO(s) (1u << CONN_##s)

static const struct {
    const char *name, *waits;
    unsigned to;
} states[] = {
#define X(id, waits, to) { #id, waits, to },
    CONN_STATES(X)
#undef X
};

const char *conn_state_name(enum conn_state s)
{
    CHECK((unsigned)s < CONN_STATE_COUNT);
    return states[s].name;
}

void conn_become(struct conn *c, enum conn_state next)
{
    CHECK(c->magic == CONN_MAGIC);
    if (c->state == next)
        return;
    CHECK(states[c->state].to >> next & 1);
    c->state = next;
}
