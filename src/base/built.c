/* SPDX-License-Identifier: MIT
 *
 * built: one row a part.
 * Layer: base.
 */
#include "base/built.h"

#include "config.h"

#ifdef HAVE_BROTLI
#define BROTLI true
#else
#define BROTLI false
#endif
#ifdef HAVE_ZSTD
#define ZSTD true
#else
#define ZSTD false
#endif
#ifdef HAVE_SECCOMP
#define SECCOMP true
#else
#define SECCOMP false
#endif
#ifdef ETAGD_CRYPT
#define CRYPT true
#else
#define CRYPT false
#endif

static const struct {
    bool there;
    const char *name, *loss;
} rows[] = {
    [BUILT_BROTLI] = { BROTLI, "brotli", "no file is coded as br" },
    [BUILT_ZSTD] = { ZSTD, "zstd", "no file is coded as zstd" },
    [BUILT_SECCOMP] = { SECCOMP, "seccomp",
                        "no process has a filter of system calls" },
    [BUILT_CRYPT] = { CRYPT, "crypt", "no [access], no etagd passwd" },
};

bool built_with(enum built part)
{
    return rows[part].there;
}

const char *built_name(enum built part)
{
    return rows[part].name;
}

const char *built_loss(enum built part)
{
    return rows[part].loss;
}
