/* SPDX-License-Identifier: MIT
 *
 * heat: which large files are worth having in memory.
 * Layer: files.  What lies in sealed memory is sent by reference, which costs a
 * fifth of reading, looking and copying; but nobody knows beforehand which
 * large files are asked for again and again.
 */
#ifndef ETAGD_FILES_HEAT_H
#define ETAGD_FILES_HEAT_H

#include <stdbool.h>
#include <stddef.h>

struct entry;
struct prepare_answer;
struct files;

/* n bytes of the file were read for being sent: after some of that the preparer
 * is asked for all of it, while the file goes on being sent as before. */
void heat_add(struct files *fs, struct entry *e, size_t n);

/* Is the answer of other bytes than those that are being sent, though no time
 * tells? */
bool heat_other_bytes(const struct entry *e, const struct prepare_answer *a);

#endif
