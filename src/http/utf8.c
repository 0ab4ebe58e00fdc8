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

struct span utf8_cut(struct span s, size_t max)
{
    size_t at = max;

    if (s.n <= max)
        return s;
    while (at > 0 && max - at < 3 && ((uint8_t)s.p[at] & 0xc0) == 0x80)
        at--;
    /* a lead byte of as many as would reach beyond */
    uint8_t c = (uint8_t)s.p[at];
    size_t whole = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
    return span_to(s, at + whole > max ? at : max);
}

/* Over-long forms, surrogates and what lies above U+10FFFF are none. */
size_t utf8_sequence(const unsigned char *p, size_t n)
{
    static const struct {
        unsigned char first, last; /* lead bytes */
        unsigned char low, high;   /* of the second byte */
        unsigned char n;
    } rows[] = {
        { 0x00, 0x7f, 0, 0, 1 },       { 0xc2, 0xdf, 0x80, 0xbf, 2 },
        { 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
        { 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
        { 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
        { 0xf4, 0xf4, 0x80, 0x8f, 4 },
    };
    size_t i = 0;

    while (i < sizeof rows / sizeof rows[0] && p[0] > rows[i].last)
        i++;
    if (i == sizeof rows / sizeof rows[0] || p[0] < rows[i].first ||
        n < rows[i].n)
        return 0;
    if (rows[i].n > 1 && (p[1] < rows[i].low || p[1] > rows[i].high))
        return 0;
    for (size_t k = 2; k < rows[i].n; k++) {
        if (p[k] < 0x80 || p[k] > 0xbf)
            return 0;
    }
    return rows[i].n;
}
