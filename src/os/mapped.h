/* SPDX-License-Identifier: MIT
 *
 * mapped: a file that a library has mapped to be read, found by its name, so
 * that its pages can be let go of while nobody reads there.
 * Layer: os.
 */
#ifndef ETAGD_OS_MAPPED_H
#define ETAGD_OS_MAPPED_H

#include <stdbool.h>
#include <stddef.h>

struct mapped {
    char *p; /* NULL: none */
    size_t n;
};

/* The first mapping that can't be written to of a file whose name ends with
 * `end`. */
struct mapped mapped_find(const char *end);

/* Its pages leave this process; they come back from the file when they are read
 * again.  Only where nothing was ever written to it. */
void mapped_rest(const struct mapped *m);

#endif
