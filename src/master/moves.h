/* SPDX-License-Identifier: MIT
 *
 * moves: the next owners of connections whose workers finish.
 * Layer: master.
 */
#ifndef ETAGD_MASTER_MOVES_H
#define ETAGD_MASTER_MOVES_H

struct generation;

/* Before `from` drains: the connections on addresses that `to` listens at, too,
 * are its workers' from their next request on. */
void moves_begin(struct generation *from, const struct generation *to);

/* g, which drains, keeps what it has: nobody serves on who would take it. */
void moves_end(struct generation *g);

#endif
