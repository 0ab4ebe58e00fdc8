/* SPDX-License-Identifier: MIT
 *
 * compress: gzip, zstd and brotli, as small as they get.
 * Layer: prepare.  Pure but for the heap: same bytes and same library in, same
 * bytes out (no name, no time).
 */
#ifndef ETAGD_PREPARE_COMPRESS_H
#define ETAGD_PREPARE_COMPRESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "http/accept.h"

/* Longest result that is worth offering: saves more than 5 % and 64 bytes. */
size_t compress_room(size_t n);

/* Bytes written to out, 0 when they do not fit into cap, or when *stop was set
 * under way.  text: the bytes are UTF-8. */
size_t compress_bytes(enum coding c, struct span in, bool text, char *out,
                      size_t cap, const atomic_bool *stop);

#endif
