/* SPDX-License-Identifier: MIT
 *
 * deafen: the end of listening sockets that nobody serves on any more.
 * Layer: master.  A socket lives as long as some process has it: one that does
 * not turn (stopped, held up on a disk) would keep the address, and clients
 * would wait in a queue that nobody takes from.
 */
#ifndef ETAGD_MASTER_DEAFEN_H
#define ETAGD_MASTER_DEAFEN_H

struct generation;
struct master;

/* This program is about to end: names of unix sockets go. */
void deafen_begin(struct master *m, struct generation *g);

/* Shuts what g listened on and others do not, for all that have it open; what
 * waits there is reset. */
void deafen(struct master *m, struct generation *g);

/* The same for generations that drain, once their workers have taken what
 * waited; milliseconds until one is not waited for any longer, or -1. */
int deafen_turn(struct master *m);

#endif
