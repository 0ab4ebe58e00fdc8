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

#include "base/buf.h"
#include "base/span.h"
#include "http/accept.h"

/* Longest result that is worth offering: saves more than 5 % and 64 bytes. */
size_t compress_room(size_t n);

/* Was etagd built with an encoder for it (base/built)? */
bool compress_can(enum coding c);

/* Bytes written to out, 0 when they do not fit into cap, or when *stop was set
 * under way.  text: the bytes are UTF-8. */
size_t compress_bytes(enum coding c, struct span in, bool text, char *out,
                      size_t cap, const atomic_bool *stop);

/* "brotli 1.0.9 quality=11 ...": what the bytes follow from, but for those that
 * are compressed: the library and its version as it is loaded now, all
 * parameters, and what of the machine may have a say. */
void compress_name(struct buf *b, enum coding c, bool text);

#endif
