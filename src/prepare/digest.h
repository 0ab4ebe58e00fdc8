/* SPDX-License-Identifier: MIT
 *
 * digest: SHA-256 by nettle, piece by piece.
 * Layer: prepare.
 */
#ifndef ETAGD_PREPARE_DIGEST_H
#define ETAGD_PREPARE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define DIGEST_BYTES 32

struct digest; /* opaque */

struct digest *digest_new(void); /* as after digest_end */
void digest_free(struct digest *d);
void digest_add(struct digest *d, const void *p, size_t n);
void digest_end(struct digest *d, uint8_t out[DIGEST_BYTES]);

/* All at once; any thread. */
void digest_of(const void *p, size_t n, uint8_t out[DIGEST_BYTES]);

#endif
