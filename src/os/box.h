/* SPDX-License-Identifier: MIT
 *
 * box: how much memory and how many processors this process may use.
 * Layer: os.
 */
#ifndef ETAGD_OS_BOX_H
#define ETAGD_OS_BOX_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#define BOX_FROM_MAX 320

/* The tightest of what the machine has, what the control groups above us allow
 * (version 1 and 2), and what the scheduler lets us run on. */
struct box {
    uint64_t memory;     /* bytes; 0: it can't be told */
    unsigned processors; /* at least 1; parts of one count as one */
    char memory_from[BOX_FROM_MAX], processors_from[BOX_FROM_MAX];
};

/* Files are looked for below `prefix`, "" but for tests; the scheduler's mask
 * is always that of this process. */
void box_read(const char *prefix, struct box *b);

/* Our control group's directory, of version 2, without the prefix; false: none
 * is to be seen. */
bool box_group(const char *prefix, char out[PATH_MAX]);

#endif
