/* SPDX-License-Identifier: MIT
 *
 * unpack: are these coded bytes those of that file?
 * Layer: prepare.  Pure but for the heap.
 */
#ifndef ETAGD_PREPARE_UNPACK_H
#define ETAGD_PREPARE_UNPACK_H

#include <stdbool.h>

#include "base/span.h"
#include "http/accept.h"

/* True when `coded` is one whole stream of coding c, as any client can read it,
 * and exactly `plain` comes out of it.  Stops at the first byte that differs.
 */
bool unpack_same(enum coding c, struct span coded, struct span plain);

#endif
