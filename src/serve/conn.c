/* SPDX-License-Identifier: MIT
 *
 * conn: the table of states and the check of every succession.
 * Layer: serve.
 */
#include "serve/conn.h"

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

void conn_become(struct conn *c, enum conn_state next)
{
    CHECK(c->magic == CONN_MAGIC);
    if (c->state == next)
        return;
    CHECK(states[c->state].to >> next & 1);
    c->state = next;
}
