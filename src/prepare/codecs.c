/* SPDX-License-Identifier: MIT
 *
 * codecs: opens them all at once.
 * Layer: prepare.  What is missing is a coding less.
 */
#include "prepare/codecs.h"

#include <pthread.h>

#include "os/log.h"

LIBRARY(, zlib, ZLIB_CALLS, SONAME_ZLIB, "required", "gzip");
#ifdef HAVE_ZSTD
LIBRARY(, zstd, ZSTD_CALLS, SONAME_ZSTD, "required", "zstd");
#endif
#ifdef HAVE_BROTLI
LIBRARY(, brotlienc, BROTLIENC_CALLS, SONAME_BROTLIENC, "required",
        "br is made");
LIBRARY(, brotlidec, BROTLIDEC_CALLS, SONAME_BROTLIDEC, "required",
        "br is compared");
#endif

static bool there[CODING_COUNT];

static bool found(const struct library *l, enum coding c)
{
    char why[LIBRARY_WHY] = "";
    bool open = library_open(l, why);

    if (!open)
        log_warn("P023", "%s; no file is coded as %s", why,
                 coding_row(c)->name);
    return open;
}

static void find(void)
{
    there[CODING_GZIP] = found(&zlib_library, CODING_GZIP);
#ifdef HAVE_ZSTD
    there[CODING_ZSTD] = found(&zstd_library, CODING_ZSTD);
#endif
#ifdef HAVE_BROTLI
    there[CODING_BR] = found(&brotlienc_library, CODING_BR) &&
                       found(&brotlidec_library, CODING_BR);
#endif
}

bool codecs_can(enum coding c)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    (void)pthread_once(&once, find);
    return there[c];
}
