/* SPDX-License-Identifier: MIT
 *
 * ending: how this program ends: at once, when its responses are out, or after
 * balancers had time to look elsewhere.
 * Layer: master.  A node that stops listening before anybody knows loses the
 * requests of all that go on asking it, until their next check fails.
 */
#ifndef ETAGD_MASTER_ENDING_H
#define ETAGD_MASTER_ENDING_H

#include "conf/conf.h"

struct master;

void ending_as(struct master *m, enum ending how);

/* Milliseconds until those that ask have had time to go elsewhere, or -1. */
int ending_turn(struct master *m);

#endif
