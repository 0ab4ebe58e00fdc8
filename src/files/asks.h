/* SPDX-License-Identifier: MIT
 *
 * asks: the questions to the preparer that are not answered in full yet.
 * Layer: files.  A question has a number, by which its answers find the entry;
 * facts.c takes the answers.
 */
#ifndef ETAGD_FILES_ASKS_H
#define ETAGD_FILES_ASKS_H

#include <stdbool.h>
#include <stdint.h>

#include "files/entry.h"

struct found;
struct files;

/* The table that finds an entry by the number of its ask. */
bool asks_init(struct files *fs);

/* Asks about e (e->fd open, e->version known); it is pending from here on,
 * unless `background`. */
void asks_begin(struct files *fs, struct entry *e, const struct found *f,
                bool background);

/* The last component of its file's path: what the preparer is told. */
const char *asks_name(const struct entry *e);

/* Begins once more: it goes with the next message. */
void asks_send(struct files *fs, struct entry *e);

/* Sends what was begun; what finds no room stays for the next time. */
void asks_flush(struct files *fs);

/* The entry that was asked about under this number; NULL: none (any more). */
struct entry *asks_find(struct files *fs, uint64_t seq);

/* No further answer belongs to e. */
void asks_remove(struct files *fs, struct entry *e);

/* Codings that the last preparer was still to make: their files are looked at
 * afresh at their next request, and so asked for again. */
void asks_repeat_codings(struct files *fs);

#endif
