/* SPDX-License-Identifier: MIT
 *
 * compress: gzip, zstd and brotli, as small as they get, or soon.
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

/* Is there an encoder for it (prepare/codecs)? */
bool compress_can(enum coding c);

struct compress_form {
    enum coding coding;
    bool text; /* the bytes are UTF-8 */
    bool soon; /* a twentieth of the time, a tenth more bytes: where
                  compress_twice() */
};

/* Bytes written to out, 0 when they do not fit into cap, or when *stop was set
 * under way. */
size_t compress_bytes(struct compress_form form, struct span in, char *out,
                      size_t cap, const atomic_bool *stop);

/* Is a form of n bytes worth making soon, and again as small as it gets?  So it
 * is where the small one takes ten times the other one's time and more, and as
 * long as a client takes to come again (doc/cost.md has the times); what fits
 * into a packet as it is can wait for its form. */
bool compress_twice(enum coding c, uint64_t n);

/* "brotli 1.0.9 quality=11 ...": what the bytes follow from, but for those that
 * are compressed: the library and its version as it is loaded now, all
 * parameters of both forms, and what of the machine may have a say. */
void compress_name(struct buf *b, enum coding c, bool text);

#endif
