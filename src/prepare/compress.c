/* SPDX-License-Identifier: MIT
 *
 * compress: one small function a format, in slices so that it can be stopped.
 * Layer: prepare.
 */
#include "prepare/compress.h"

#include <sys/utsname.h>

#include "base/check.h"
#include "prepare/codecs.h"

/* Whatever is changed here, or in how the functions below feed the encoders,
 * changes their bytes: compress_name() has to tell it, for tags follow from
 * that.  REVISION counts what has no number of its own. */
#define REVISION 1
#define SLICE_BYTES ((size_t)64 << 10)
#define GZIP_LEVEL 9
#define GZIP_MEMORY 9
#define ZSTD_LEVEL 19
#define ZSTD_SOON 6
#define ZSTD_TWICE 16384
#define ZSTD_WINDOW_LOG 23 /* 8 MB: what every client must take, RFC 9659 */
#define BROTLI_WINDOW_LOG 22
#define BROTLI_SOON 5
#define BROTLI_TWICE 1024

size_t compress_room(size_t n)
{
    size_t saved = n / 20 < 64 ? 64 : n / 20;

    return n > saved ? n - saved - 1 : 0;
}

static size_t slice(size_t left)
{
    return left < SLICE_BYTES ? left : SLICE_BYTES;
}

/* RFC 1952: no name, no time, system unknown: the same bytes everywhere. */
static size_t gzip(const char *p, size_t n, char *out, size_t cap,
                   const atomic_bool *stop)
{
    gz_header head = { .os = 255 };
    z_stream z = { .next_out = (Bytef *)out };
    size_t at = 0, made = 0;
    int state = Z_OK;

    if (zlib.deflateInit2_(&z, GZIP_LEVEL, Z_DEFLATED, 15 + 16, GZIP_MEMORY,
                           Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                           (int)sizeof z) != Z_OK)
        return 0;
    zlib.deflateSetHeader(&z, &head);
    z.avail_out = (uInt)cap;
    while (state == Z_OK && z.avail_out > 0 && !atomic_load(stop)) {
        size_t k = slice(n - at);
        z.next_in = (z_const Bytef *)(size_t)(p + at);
        z.avail_in = (uInt)k;
        at += k;
        state = zlib.deflate(&z, at == n ? Z_FINISH : Z_NO_FLUSH);
    }
    if (state == Z_STREAM_END)
        made = (size_t)z.total_out;
    zlib.deflateEnd(&z);
    return made;
}

#ifdef HAVE_ZSTD
static size_t make_zstd(int level, const char *p, size_t n, char *out,
                        size_t cap, const atomic_bool *stop)
{
    ZSTD_CCtx *ctx = zstd.ZSTD_createCCtx();
    ZSTD_outBuffer to = { out, cap, 0 };
    size_t at = 0, left = 1;

    if (!ctx)
        return 0;
    zstd.ZSTD_CCtx_setParameter(ctx, ZSTD_c_compressionLevel, level);
    if (n > (size_t)1 << ZSTD_WINDOW_LOG)
        zstd.ZSTD_CCtx_setParameter(ctx, ZSTD_c_windowLog, ZSTD_WINDOW_LOG);
    zstd.ZSTD_CCtx_setPledgedSrcSize(ctx, n);
    while (left > 0 && to.pos < cap && !atomic_load(stop)) {
        size_t k = slice(n - at);
        ZSTD_inBuffer from = { p + at, k, 0 };
        left = zstd.ZSTD_compressStream2(
            ctx, &to, &from, at + k == n ? ZSTD_e_end : ZSTD_e_continue);
        if (zstd.ZSTD_isError(left))
            break;
        at += from.pos;
        if (at < n)
            left = 1; /* bytes to read, whatever is left to flush */
    }
    zstd.ZSTD_freeCCtx(ctx);
    return left == 0 ? to.pos : 0;
}

static void put_zstd(struct buf *b)
{
    buf_fmt(b, "zstd %s level=%d or=%d window=%d", zstd.ZSTD_versionString(),
            ZSTD_LEVEL, ZSTD_SOON, ZSTD_WINDOW_LOG);
}
#endif

#ifdef HAVE_BROTLI
static size_t brotli(uint32_t quality, const char *p, size_t n, bool text,
                     char *out, size_t cap, const atomic_bool *stop)
{
    BrotliEncoderState *s =
        brotlienc.BrotliEncoderCreateInstance(NULL, NULL, NULL);
    size_t at = 0, room = cap, in = 0;
    uint8_t *to = (uint8_t *)out;
    const uint8_t *from = NULL;
    bool ok = s != NULL;

    if (!s)
        return 0;
    brotlienc.BrotliEncoderSetParameter(s, BROTLI_PARAM_QUALITY, quality);
    brotlienc.BrotliEncoderSetParameter(s, BROTLI_PARAM_LGWIN,
                                        BROTLI_WINDOW_LOG);
    brotlienc.BrotliEncoderSetParameter(
        s, BROTLI_PARAM_MODE, text ? BROTLI_MODE_TEXT : BROTLI_MODE_GENERIC);
    brotlienc.BrotliEncoderSetParameter(s, BROTLI_PARAM_SIZE_HINT, (uint32_t)n);
    while (ok && !brotlienc.BrotliEncoderIsFinished(s) && room > 0 &&
           !atomic_load(stop)) {
        if (in == 0) {
            in = slice(n - at);
            from = (const uint8_t *)p + at;
            at += in;
        }
        ok = brotlienc.BrotliEncoderCompressStream(
            s, at == n ? BROTLI_OPERATION_FINISH : BROTLI_OPERATION_PROCESS,
            &in, &from, &room, &to, NULL);
    }
    bool done = ok && brotlienc.BrotliEncoderIsFinished(s);
    brotlienc.BrotliEncoderDestroyInstance(s);
    return done ? cap - room : 0;
}

/* Brotli weighs by sums of floats, which compilers may round in their own ways;
 * the others count in whole numbers. */
static void put_brotli(struct buf *b, bool text)
{
    uint32_t version = brotlienc.BrotliEncoderVersion();
    struct utsname u;

    buf_fmt(b, "brotli %u.%u.%u quality=%d or=%d window=%d text=%d machine=%s",
            version >> 24, version >> 12 & 0xfff, version & 0xfff,
            BROTLI_MAX_QUALITY, BROTLI_SOON, BROTLI_WINDOW_LOG, text,
            uname(&u) == 0 ? u.machine : "unknown");
}
#endif

bool compress_can(enum coding c)
{
    return codecs_can(c);
}

bool compress_twice(enum coding c, uint64_t n)
{
    return compress_can(c) && ((c == CODING_BR && n >= BROTLI_TWICE) ||
                               (c == CODING_ZSTD && n >= ZSTD_TWICE));
}

size_t compress_bytes(struct compress_form form, struct span in, char *out,
                      size_t cap, const atomic_bool *stop)
{
    CHECK(in.n <= UINT32_MAX && compress_can(form.coding));
    switch ((int)form.coding) {
    case CODING_GZIP:
        return gzip(in.p, in.n, out, cap, stop);
#ifdef HAVE_ZSTD
    case CODING_ZSTD:
        return make_zstd(form.soon ? ZSTD_SOON : ZSTD_LEVEL, in.p, in.n, out,
                         cap, stop);
#endif
#ifdef HAVE_BROTLI
    case CODING_BR:
        return brotli(form.soon ? BROTLI_SOON : BROTLI_MAX_QUALITY, in.p, in.n,
                      form.text, out, cap, stop);
#endif
    default:
        break;
    }
    check_failed("a coding", __FILE__, __LINE__, __func__);
}

void compress_name(struct buf *b, enum coding c, bool text)
{
    static const uint16_t one = 1;
    bool low_first = *(const uint8_t *)&one == 1;

    CHECK(compress_can(c));
    (void)text;
    if (c == CODING_GZIP)
        buf_fmt(b, "zlib %s level=%d memory=%d", zlib.zlibVersion(), GZIP_LEVEL,
                GZIP_MEMORY);
#ifdef HAVE_ZSTD
    if (c == CODING_ZSTD)
        put_zstd(b);
#endif
#ifdef HAVE_BROTLI
    if (c == CODING_BR)
        put_brotli(b, text);
#endif
    /* words as the machine has them are what tables and hashes are made of */
    buf_fmt(b, " revision=%d slice=%zu words=%zu%s", REVISION, SLICE_BYTES,
            sizeof(size_t) * 8, low_first ? "le" : "be");
}
