/* SPDX-License-Identifier: MIT
 *
 * unpack: one small function a format, which compares a block at a time.
 * Layer: prepare.
 */
#include "prepare/unpack.h"

#include <string.h>

#include "base/check.h"
#include "prepare/codecs.h"

#define BLOCK_BYTES ((size_t)64 << 10)
/* 8 MB: what every client must take, RFC 9659 */
#define ZSTD_WINDOW_LOG_MAX 23

/* Is this what comes next? */
static bool comes_next(struct span *rest, const char *p, size_t n)
{
    if (n > rest->n || (n > 0 && memcmp(rest->p, p, n) != 0))
        return false;
    *rest = span_from(*rest, n);
    return true;
}

/* One member (RFC 1952 2.2): not every client reads more. */
static bool gzip(struct span coded, struct span rest)
{
    z_stream z = { .next_in = (z_const Bytef *)(size_t)coded.p,
                   .avail_in = (uInt)coded.n };
    char block[BLOCK_BYTES];
    int state = Z_OK;

    if (zlib.inflateInit2_(&z, 15 + 16, ZLIB_VERSION, (int)sizeof z) != Z_OK)
        return false;
    while (state == Z_OK) {
        z.next_out = (Bytef *)block;
        z.avail_out = sizeof block;
        state = zlib.inflate(&z, Z_NO_FLUSH);
        if (!comes_next(&rest, block, sizeof block - z.avail_out))
            state = Z_DATA_ERROR;
    }
    bool same = state == Z_STREAM_END && z.avail_in == 0 && rest.n == 0;
    zlib.inflateEnd(&z);
    return same;
}

#ifdef HAVE_ZSTD
static bool same_zstd(struct span coded, struct span rest)
{
    ZSTD_DCtx *ctx = zstd.ZSTD_createDCtx();
    ZSTD_inBuffer from = { coded.p, coded.n, 0 };
    char block[BLOCK_BYTES];
    size_t left = 1, before;
    bool same = ctx != NULL;

    if (same)
        zstd.ZSTD_DCtx_setParameter(ctx, ZSTD_d_windowLogMax,
                                    ZSTD_WINDOW_LOG_MAX);
    while (same && left > 0) {
        ZSTD_outBuffer to = { block, sizeof block, 0 };
        before = from.pos;
        left = zstd.ZSTD_decompressStream(ctx, &to, &from);
        same = !zstd.ZSTD_isError(left) && comes_next(&rest, block, to.pos) &&
               (left == 0 || from.pos > before || to.pos > 0);
    }
    zstd.ZSTD_freeDCtx(ctx);
    return same && from.pos == coded.n && rest.n == 0;
}
#endif

#ifdef HAVE_BROTLI
static bool brotli(struct span coded, struct span rest)
{
    BrotliDecoderState *s =
        brotlidec.BrotliDecoderCreateInstance(NULL, NULL, NULL);
    BrotliDecoderResult state = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;
    const uint8_t *from = (const uint8_t *)coded.p;
    size_t left = coded.n;
    char block[BLOCK_BYTES];

    while (s && state == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) {
        uint8_t *to = (uint8_t *)block;
        size_t room = sizeof block;
        state = brotlidec.BrotliDecoderDecompressStream(s, &left, &from, &room,
                                                        &to, NULL);
        if (!comes_next(&rest, block, sizeof block - room))
            state = BROTLI_DECODER_RESULT_ERROR;
    }
    brotlidec.BrotliDecoderDestroyInstance(s);
    return state == BROTLI_DECODER_RESULT_SUCCESS && left == 0 && rest.n == 0;
}
#endif

bool unpack_same(enum coding c, struct span coded, struct span plain)
{
    if (coded.n > UINT32_MAX)
        return false;
    switch ((int)c) {
    case CODING_GZIP:
        return gzip(coded, plain);
#ifdef HAVE_ZSTD
    case CODING_ZSTD:
        return same_zstd(coded, plain);
#endif
#ifdef HAVE_BROTLI
    case CODING_BR:
        return brotli(coded, plain);
#endif
    default:
        break;
    }
    check_failed("a coding", __FILE__, __LINE__, __func__);
}
