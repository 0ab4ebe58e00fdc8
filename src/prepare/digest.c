/* SPDX-License-Identifier: MIT
 *
 * digest: SHA-256 by libcrypto, which knows the processor's instructions.
 * Layer: prepare.  The algorithm itself is called: by way of EVP, which OpenSSL
 * recommends, providers are looked for and set up first (1 ms of each start,
 * and 2 MB of pages that nothing else needs), so that one could be chosen.  A
 * refusal by libcrypto is a bug: the process ends.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "prepare/digest.h"

#include <openssl/sha.h>
#include <stdlib.h>

#include "base/check.h"

_Static_assert(DIGEST_BYTES == SHA256_DIGEST_LENGTH, "digest_end()");

struct digest {
    SHA256_CTX state;
};

struct digest *digest_new(void)
{
    struct digest *d = malloc(sizeof *d);

    CHECK(d != NULL);
    digest_reset(d);
    return d;
}

void digest_free(struct digest *d)
{
    free(d);
}

void digest_reset(struct digest *d)
{
    CHECK(SHA256_Init(&d->state) == 1);
}

void digest_add(struct digest *d, const void *p, size_t n)
{
    CHECK(SHA256_Update(&d->state, p, n) == 1);
}

void digest_end(struct digest *d, uint8_t out[DIGEST_BYTES])
{
    CHECK(SHA256_Final(out, &d->state) == 1);
}

void digest_of(const void *p, size_t n, uint8_t out[DIGEST_BYTES])
{
    struct digest d;

    digest_reset(&d);
    digest_add(&d, p, n);
    digest_end(&d, out);
}
