/* SPDX-License-Identifier: MIT
 *
 * form: names of encoders, and digests of forms that need not exist yet.
 * Layer: prepare.
 */
#include "prepare/form.h"

#include <stdatomic.h>
#include <string.h>

#include "base/buf.h"
#include "base/check.h"
#include "prepare/compress.h"

#define SAMPLE_BYTES 2048 /* with 8 KiB the start took 8 ms more */
#define SAMPLE_SHOWN 8    /* bytes of its digest: enough for no accident */

/* What decides between the encoder's ways is in it: words that come again,
 * near and far, single bytes, runs, and some noise. */
static void fill_sample(char *p)
{
    static const char *const words[] = {
        "<p class=\"",        "margin: ",   "the ",       "function (",
        "\xc3\xa9t\xc3\xa9 ", "\n        ", "0123456789", "e"
    };
    uint32_t x = 7;

    for (size_t at = 0; at < SAMPLE_BYTES;) {
        x = x * 1664525 + 1013904223;
        const char *w = words[x >> 29];
        for (size_t i = 0; w[i] && at < SAMPLE_BYTES; i++)
            p[at++] = w[i];
        if ((x >> 24 & 7) == 0 && at < SAMPLE_BYTES)
            p[at++] = (char)(' ' + (x >> 16) % 90);
    }
}

/* A library that was patched, or that makes other bytes on another processor,
 * is not told by its version. */
static void put_proof(struct buf *b, enum coding c)
{
    char sample[SAMPLE_BYTES], out[2 * SAMPLE_BYTES];
    uint8_t digest[DIGEST_BYTES];
    atomic_bool stop = false;

    fill_sample(sample);
    struct compress_form form = { c, .text = true };
    size_t n = compress_bytes(form, span_of(sample, sizeof sample), out,
                              SAMPLE_BYTES, &stop);
    form.soon = true;
    if (compress_twice(c, UINT32_MAX))
        n += compress_bytes(form, span_of(sample, sizeof sample), out + n,
                            SAMPLE_BYTES, &stop);
    digest_of(out, n, digest);
    BUF_LIT(b, " sample=");
    for (size_t i = 0; i < SAMPLE_SHOWN; i++)
        buf_fmt(b, "%02x", digest[i]);
}

void form_encoders_find(struct form_encoders *out)
{
    memset(out, 0, sizeof *out);
    for (unsigned c = CODING_IDENTITY + 1; c < CODING_COUNT; c++) {
        for (unsigned text = 0; text < 2 && compress_can((enum coding)c);
             text++) {
            struct buf b = buf_over(out->name[c][text], FORM_ENCODER_MAX);
            compress_name(&b, (enum coding)c, text);
            CHECK(buf_cstr(&b));
        }
    }
}

void form_encoders_prove(struct form_encoders *e)
{
    CHECK(!e->proven);
    for (unsigned c = CODING_IDENTITY + 1; c < CODING_COUNT; c++) {
        if (!compress_can((enum coding)c))
            continue;
        char proof_text[64];
        struct buf proof = buf_over(proof_text, sizeof proof_text);
        put_proof(&proof, (enum coding)c);
        for (unsigned text = 0; text < 2; text++) {
            size_t n = strlen(e->name[c][text]);
            struct buf b = buf_over(e->name[c][text] + n, FORM_ENCODER_MAX - n);
            buf_span_put(&b, buf_span(&proof));
            CHECK(buf_cstr(&b));
        }
    }
    e->proven = true;
}

void form_digest(uint8_t out[DIGEST_BYTES],
                 const uint8_t identity[DIGEST_BYTES], enum coding c,
                 const char *encoder)
{
    char storage[DIGEST_BYTES + FORM_ENCODER_MAX + 32];
    struct buf b = buf_over(storage, sizeof storage);

    /* no text is the beginning of another one: what varies in length is last */
    BUF_LIT(&b, "form ");
    buf_put(&b, (const char *)identity, DIGEST_BYTES);
    buf_str(&b, coding_row(c)->name);
    buf_char(&b, ' ');
    buf_str(&b, encoder);
    CHECK(!b.overflow);
    digest_of(b.p, b.n, out);
}
