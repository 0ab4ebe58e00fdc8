/* SPDX-License-Identifier: MIT
 *
 * tags: digests and file versions as entity tags.
 * Layer: files.  Pure.
 */
#include "files/tags.h"

#include "base/buf.h"
#include "base/check.h"
#include "http/plan.h"

static void put_digest(struct buf *b, const uint8_t *digest)
{
    static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                              "abcdefghijklmnopqrstuvwxyz0123456789-_";

    for (size_t i = 0; i < TAGS_DIGEST; i += 3) {
        unsigned v = (unsigned)digest[i] << 16 | (unsigned)digest[i + 1] << 8 |
                     digest[i + 2];
        for (int shift = 18; shift >= 0; shift -= 6)
            buf_char(b, set[v >> shift & 63]);
    }
}

static void put_stat(struct buf *b, const struct file_version *v)
{
    buf_hex(b, v->size);
    buf_char(b, '-');
    buf_hex(b, (uint64_t)v->mtime_ns);
    if (v->ctime_ns == 0)
        return; /* it is not to be told */
    buf_char(b, '-');
    buf_hex(b, (uint64_t)v->ctime_ns);
}

size_t tags_make(char out[ETAG_BYTES_MAX], enum etag_scheme scheme,
                 enum coding coding, bool first,
                 const struct file_version *version, const uint8_t *digest)
{
    struct buf b = buf_over(out, ETAG_BYTES_MAX);
    uint64_t mtime_s = (uint64_t)(version->mtime_ns / 1000000000);
    bool by_digest =
        scheme == ETAG_SCHEME_CONTENT || scheme == ETAG_SCHEME_WEAK;

    if (scheme == ETAG_SCHEME_OFF || scheme == ETAG_SCHEME_CHANGING)
        return 0;
    if (scheme == ETAG_SCHEME_WEAK || (by_digest && !digest))
        BUF_LIT(&b, "W/");
    buf_char(&b, '"');
    if (by_digest && digest) {
        put_digest(&b, digest);
    } else if (scheme == ETAG_SCHEME_MTIME_SIZE) {
        buf_hex(&b, mtime_s);
        buf_char(&b, '-');
        buf_hex(&b, version->size);
    } else if (scheme == ETAG_SCHEME_INODE) {
        buf_hex(&b, version->ino);
        buf_char(&b, '-');
        buf_hex(&b, version->size);
        buf_char(&b, '-');
        buf_hex(&b, mtime_s);
    } else {
        put_stat(&b, version);
    }
    buf_str(&b, coding_row(coding)->tag);
    if (first)
        buf_char(&b, PLAN_FIRST_MARK);
    buf_char(&b, '"');
    CHECK(!b.overflow);
    return b.n;
}

size_t tags_changing(char out[ETAG_BYTES_MAX], uint64_t connection,
                     uint64_t request, uint64_t now_us)
{
    struct buf b = buf_over(out, ETAG_BYTES_MAX);

    buf_char(&b, '"');
    buf_hex(&b, now_us);
    buf_char(&b, '-');
    buf_hex(&b, connection);
    buf_char(&b, '-');
    buf_hex(&b, request);
    buf_char(&b, '"');
    CHECK(!b.overflow);
    return b.n;
}
