/* SPDX-License-Identifier: MIT
 *
 * codecs: the libraries of the codings.
 * Layer: prepare.  Whoever is to give up its rights asks codecs_can() first.
 */
#ifndef ETAGD_PREPARE_CODECS_H
#define ETAGD_PREPARE_CODECS_H

#include "config.h"

#include <stdbool.h>
#include <zlib.h>
#ifdef HAVE_BROTLI
#include <brotli/decode.h>
#include <brotli/encode.h>
#endif
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif

#include "http/accept.h"
#include "os/library.h"

#define ZLIB_CALLS(X)   \
    X(zlibVersion)      \
    X(deflateInit2_)    \
    X(deflateSetHeader) \
    X(deflate)          \
    X(deflateEnd)       \
    X(inflateInit2_)    \
    X(inflate)          \
    X(inflateEnd)
LIBRARY_CALLS(zlib, ZLIB_CALLS);
extern struct zlib_calls zlib;

#ifdef HAVE_ZSTD
#define ZSTD_CALLS(X)              \
    X(ZSTD_versionString)          \
    X(ZSTD_isError)                \
    X(ZSTD_createCCtx)             \
    X(ZSTD_CCtx_setParameter)      \
    X(ZSTD_CCtx_setPledgedSrcSize) \
    X(ZSTD_compressStream2)        \
    X(ZSTD_freeCCtx)               \
    X(ZSTD_createDCtx)             \
    X(ZSTD_DCtx_setParameter)      \
    X(ZSTD_decompressStream)       \
    X(ZSTD_freeDCtx)
LIBRARY_CALLS(zstd, ZSTD_CALLS);
extern struct zstd_calls zstd;
#endif

#ifdef HAVE_BROTLI
#define BROTLIENC_CALLS(X)         \
    X(BrotliEncoderVersion)        \
    X(BrotliEncoderCreateInstance) \
    X(BrotliEncoderSetParameter)   \
    X(BrotliEncoderCompressStream) \
    X(BrotliEncoderIsFinished)     \
    X(BrotliEncoderDestroyInstance)
LIBRARY_CALLS(brotlienc, BROTLIENC_CALLS);
extern struct brotlienc_calls brotlienc;

#define BROTLIDEC_CALLS(X)           \
    X(BrotliDecoderCreateInstance)   \
    X(BrotliDecoderDecompressStream) \
    X(BrotliDecoderDestroyInstance)
LIBRARY_CALLS(brotlidec, BROTLIDEC_CALLS);
extern struct brotlidec_calls brotlidec;
#endif

/* Is all there that makes and reads this coding?  The first call of a process
 * looks, and says in the log what is missing. */
bool codecs_can(enum coding c);

#endif
