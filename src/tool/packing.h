/* SPDX-License-Identifier: MIT
 *
 * packing: the files of a list, dealt out to some processes.
 * Layer: tool.  Processes, as a library that ends one takes one file with it.
 * SIGINT and SIGTERM end it after the slice under way, and nothing half made is
 * left.
 */
#ifndef ETAGD_TOOL_PACKING_H
#define ETAGD_TOOL_PACKING_H

#include <stddef.h>

#include "tool/beside.h"

/* Calls told() now and then, and in the end, with the number of files done.
 * out[i] is file i's outcome, in memory of shm_new().  0 or -errno; -EINTR: it
 * was stopped. */
int packing_run(const struct beside *how, char *const *below, size_t n,
                unsigned processes, struct beside_outcome *out,
                void (*told)(size_t done, size_t n));

#endif
