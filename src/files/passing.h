/* SPDX-License-Identifier: MIT
 *
 * passing: answers about small texts that are asked for in passing.
 * Layer: files.  Most names of a large site are asked for once in a long while.
 * What is asked for the first time and lies in the system's memory is read and
 * hashed by the worker itself, for this one answer, and forgotten: no watch, no
 * message, no entry.  Only what is asked for again is worth remembering.
 */
#ifndef ETAGD_FILES_PASSING_H
#define ETAGD_FILES_PASSING_H

#include <stddef.h>
#include <stdint.h>

#include "http/target.h"

struct entry;
struct files;
struct found;

#define PASSING_BYTES_MAX 4096 /* SHA-256 of it takes 3 us */

/* How many of the names that were answered in this way are told from new ones,
 * of so many that a worker may know; each takes PASSING_NAME_BYTES. */
size_t passing_names(size_t files);
#define PASSING_NAME_BYTES sizeof(uint16_t)

/* An answer for `target`, which nothing is known of, or NULL: it is to be made
 * in the usual way.  Good for the answer that is put together now, which copies
 * its bytes; whoever holds it longer finds no bytes in it. */
struct entry *passing_make(struct files *fs, unsigned site,
                           const struct target *target, uint64_t hash,
                           const struct found *f);

/* Forgets the names when none was answered since then. */
void passing_rest(struct files *fs, int64_t since);

void passing_end(struct files *fs);

#endif
