/* SPDX-License-Identifier: MIT
 *
 * utf8: a validator that keeps its place between pieces.
 * Layer: http (pure).
 */
#include "http/utf8.h"

#include <string.h>

#define ESC 0x1b

void utf8_start(struct utf8 *u)
{
    *u = (struct utf8){ .low = 0x80, .top = 0xBF };
}

/* First byte of a sequence: the rows of the grammar in RFC 3629, section 4. */
static void lead(struct utf8 *u, uint8_t c)
{
    static const struct {
        uint8_t from, to, left, low, high;
    } rows[] = {
        { 0xC2, 0xDF, 1, 0x80, 0xBF }, { 0xE0, 0xE0, 2, 0xA0, 0xBF },
        { 0xE1, 0xEC, 2, 0x80, 0xBF }, { 0xED, 0xED, 2, 0x80, 0x9F },
        { 0xEE, 0xEF, 2, 0x80, 0xBF }, { 0xF0, 0xF0, 3, 0x90, 0xBF },
        { 0xF1, 0xF3, 3, 0x80, 0xBF }, { 0xF4, 0xF4, 3, 0x80, 0x8F },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (c >= rows[i].from && c <= rows[i].to) {
            u->left = rows[i].left;
            u->low = rows[i].low;
            u->top = rows[i].high;
            return;
        }
    }
    u->bad = true;
}

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Bytes at the start of p that are ASCII and no ESC, in steps of eight. */
static size_t ascii_run(const char *p, size_t n)
{
    size_t at = 0;
    uint64_t word;

    for (; n - at >= sizeof word; at += sizeof word) {
        memcpy(&word, p + at, sizeof word);
        /* of seven bits each: a difference of 0 alone borrows the eighth */
        if ((word | ((word ^ EACH(ESC)) - EACH(1))) & EACH(0x80))
            break;
    }
    return at;
}

static void keep_mark(struct utf8 *u, const char *p, size_t n)
{
    for (size_t i = 0; i < n && u->n_mark < sizeof u->mark; i++)
        u->mark[u->n_mark++] = (uint8_t)p[i];
    u->odd ^= n & 1;
}

void utf8_add(struct utf8 *u, const char *p, size_t n)
{
    keep_mark(u, p, n);
    for (size_t at = 0; at < n && !u->bad; at++) {
        uint8_t c = (uint8_t)p[at];
        if (u->left > 0) {
            u->bad = c < u->low || c > u->top;
            u->left--;
            u->low = 0x80;
            u->top = 0xBF;
        } else if (c >= 0x80) {
            u->high = true;
            lead(u, c);
        } else if (c == ESC) {
            u->escape = true;
        } else {
            size_t run = ascii_run(p + at, n - at);
            at += run > 0 ? run - 1 : 0;
        }
    }
}

/* UTF-16 with its mark (RFC 2781, 3.2), and not UTF-32's, which begins alike */
static bool utf16(const struct utf8 *u)
{
    const uint8_t *m = u->mark;
    bool little = u->n_mark >= 2 && m[0] == 0xFF && m[1] == 0xFE;
    bool big = u->n_mark >= 2 && m[0] == 0xFE && m[1] == 0xFF;

    if (u->odd || (little && u->n_mark == 4 && m[2] == 0 && m[3] == 0))
        return false;
    return little || big;
}

enum media_bytes utf8_bytes(const struct utf8 *u, bool whole)
{
    if (whole && utf16(u))
        return MEDIA_BYTES_UTF16;
    if (whole ? !utf8_whole_ok(u) : !utf8_prefix_ok(u))
        return MEDIA_BYTES_OTHER;
    /* ISO-2022-JP is ASCII with escapes */
    return whole && (u->high || !u->escape) ? MEDIA_BYTES_UTF8
                                            : MEDIA_BYTES_TEXT;
}
