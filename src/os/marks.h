/* SPDX-License-Identifier: MIT
 *
 * marks: which files are watched themselves, whatever name they are written by,
 * and when a writer last let go of each.
 * Layer: os.  NULL for marks: no file is.
 */
#ifndef ETAGD_OS_MARKS_H
#define ETAGD_OS_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct marks;

#define MARKS_SLOT_BYTES 16

/* At most `max` files; NULL: no memory, or no inotify. */
struct marks *marks_new(size_t max);
/* Gives back what the table has of memory that it does not need now; m may be
 * NULL. */
void marks_rest(struct marks *m);

void marks_free(struct marks *m);
size_t marks_slots(size_t max);

/* Watches the file open as fd.  A number, to be given back by marks_drop() as
 * often as it was got, or 0: it can't be watched (a limit, no /proc). */
int marks_add(struct marks *m, int fd);
void marks_drop(struct marks *m, int number);

/* Takes all news, which are of this generation; true when there was any. */
bool marks_news(struct marks *m, uint64_t generation);

/* The generation in which the end of a writer was news (0: none was): by then
 * the file may have been written to in ways that leave no trace in its times,
 * so what was read before is to be read again. */
uint64_t marks_closed(const struct marks *m, int number);

#endif
