/* SPDX-License-Identifier: MIT
 *
 * digest: SHA-256 by nettle, which knows the processor's instructions.
 * Layer: prepare.
 */
#include "prepare/digest.h"

#include <nettle/sha2.h>
#include <stdlib.h>

#include "base/check.h"

_Static_assert(DIGEST_BYTES == SHA256_DIGEST_SIZE, "digest_end()");

struct digest {
    struct sha256_ctx state;
};

struct digest *digest_new(void)
{
    struct digest *d = malloc(sizeof *d);

    CHECK(d != NULL);
    sha256_init(&d->state);
    return d;
}

void digest_free(struct digest *d)
{
    free(d);
}

void digest_add(struct digest *d, const void *p, size_t n)
{
    sha256_update(&d->state, n, p);
}

void digest_end(struct digest *d, uint8_t out[DIGEST_BYTES])
{
    sha256_digest(&d->state, DIGEST_BYTES, out);
}

void digest_of(const void *p, size_t n, uint8_t out[DIGEST_BYTES])
{
    struct digest d;

    sha256_init(&d.state);
    digest_add(&d, p, n);
    digest_end(&d, out);
}
