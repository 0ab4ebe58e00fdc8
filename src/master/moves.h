/* SPDX-License-Identifier: MIT
 *
 * moves: the next owners of connections whose workers finish.
 * Layer: master.
 */
#ifndef ETAGD_MASTER_MOVES_H
#define ETAGD_MASTER_MOVES_H

#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"

struct generation;

/* What serve/moving.h calls the addresses of c; their number. */
size_t moves_addresses(const struct conf *c, uint64_t *address, size_t room);

/* Before `from` drains: the connections on addresses that `to` listens at, too,
 * are its workers' from their next request on. */
void moves_begin(struct generation *from, const struct generation *to);

/* The same where another program's workers listen at those. */
void moves_away(struct generation *from, const uint64_t *address, size_t n);

/* g, which drains, keeps what it has: nobody serves on who would take it. */
void moves_end(struct generation *g);

#endif
