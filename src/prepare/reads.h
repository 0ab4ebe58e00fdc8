/* SPDX-License-Identifier: MIT
 *
 * reads: the reading of items, a slice at a time: here; by helpers, where a
 * file is on another machine and may never come; by the coder, when there is
 * nothing else to do, what is left of a very large file.
 * Layer: prepare.
 */
#ifndef ETAGD_PREPARE_READS_H
#define ETAGD_PREPARE_READS_H

struct agenda;
struct item;

/* Reads a slice of one file, or has it read. */
void reads_turn(struct agenda *d);

/* An item that a helper has done with, or NULL. */
struct item *reads_back(struct agenda *d);

/* Helper or coder is done with the item, which may be gone afterwards. */
void reads_go_on(struct agenda *d, struct item *it);

#endif
