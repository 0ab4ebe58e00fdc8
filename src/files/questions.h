/* SPDX-License-Identifier: MIT
 *
 * questions: the questions to the preparer that are not answered in full yet.
 * Layer: files.  A question has a number, by which its answers find the entry;
 * replies.c takes the answers.
 */
#ifndef ETAGD_FILES_QUESTIONS_H
#define ETAGD_FILES_QUESTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "files/entry.h"

struct found;
struct files;

/* The table that finds an entry by the number of its ask. */
bool questions_init(struct files *fs);

/* Asks about e (e->fd open, e->version known); it is pending from here on,
 * unless `background`. */
void questions_begin(struct files *fs, struct entry *e, const struct found *f,
                     bool background);

/* Asks about e once more, for the sake of e->wanted: what is known of it serves
 * on, and no descriptor is needed.  See wish.h. */
void questions_more(struct files *fs, struct entry *e);

/* The last component of its file's path: what the preparer is told. */
const char *questions_name(const struct entry *e);

/* Begins once more: it goes with the next message. */
void questions_send(struct files *fs, struct entry *e);

/* Sends what was begun; what finds no room stays for the next time. */
void questions_flush(struct files *fs);

/* The entry that was asked about under this number; NULL: none (any more). */
struct entry *questions_find(struct files *fs, uint64_t seq);

/* No further answer belongs to e. */
void questions_remove(struct files *fs, struct entry *e);

/* Tells the log what did not come in time, and what it is answered with. */
void questions_tell_late(const struct files *fs, const struct entry *e);

/* Codings that the last preparer was still to make: their files are looked at
 * afresh at their next request, and so asked for again. */
void questions_repeat_codings(struct files *fs);

#endif
