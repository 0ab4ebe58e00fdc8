/* SPDX-License-Identifier: MIT
 *
 * digest: SHA-256 by libcrypto, which knows the processor's instructions.
 * Layer: prepare.  Owns the fetched algorithm, so that no lookup (and no file)
 * is needed for each digest.  A refusal by libcrypto after digest_load() is
 * lack of memory or a bug: the process ends.
 */
#include "prepare/digest.h"

#include <errno.h>
#include <openssl/evp.h>

#include "base/check.h"

static EVP_MD *sha256;

struct digest {
    EVP_MD_CTX *ctx;
};

int digest_load(void)
{
    uint8_t out[DIGEST_BYTES];

    if (!sha256)
        sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (!sha256)
        return -ENOSYS;
    digest_of("", 0, out); /* whatever libcrypto puts off until first use */
    return 0;
}

void digest_unload(void)
{
    EVP_MD_free(sha256);
    sha256 = NULL;
}

struct digest *digest_new(void)
{
    struct digest *d = OPENSSL_malloc(sizeof *d);

    CHECK(d != NULL);
    d->ctx = EVP_MD_CTX_new();
    CHECK(d->ctx != NULL);
    digest_reset(d);
    return d;
}

void digest_free(struct digest *d)
{
    if (!d)
        return;
    EVP_MD_CTX_free(d->ctx);
    OPENSSL_free(d);
}

void digest_reset(struct digest *d)
{
    CHECK(EVP_DigestInit_ex2(d->ctx, sha256, NULL) == 1);
}

void digest_add(struct digest *d, const void *p, size_t n)
{
    CHECK(EVP_DigestUpdate(d->ctx, p, n) == 1);
}

void digest_end(struct digest *d, uint8_t out[DIGEST_BYTES])
{
    unsigned n = 0;

    CHECK(EVP_DigestFinal_ex(d->ctx, out, &n) == 1);
    CHECK(n == DIGEST_BYTES);
}

void digest_of(const void *p, size_t n, uint8_t out[DIGEST_BYTES])
{
    CHECK(EVP_Digest(p, n, out, NULL, sha256, NULL) == 1);
}
