/* SPDX-License-Identifier: MIT
 *
 * version: how long the times of a file's version may still come again.
 * Layer: prepare.  Pure.
 */
#ifndef ETAGD_PREPARE_VERSION_H
#define ETAGD_PREPARE_VERSION_H

#include <stdbool.h>
#include <stdint.h>

#include "prepare/message.h"

#define VERSION_AHEAD_NS \
    INT64_C(2000000000) /* a file server's clock and ours */

/* The wall clock's time from which on a change gives other times than v has,
 * apart from the tick of the clock that stamps files. */
int64_t version_settles_ns(const struct file_version *v);

/* Could a file that was found at `now_ns` in this version be changed again
 * without a trace in its times?  tick_ns: of the clock that stamps files. */
bool version_young(const struct file_version *v, int64_t now_ns,
                   int64_t tick_ns);

#endif
