/* SPDX-License-Identifier: MIT
 *
 * chars: classes of bytes as the grammars of RFC 9110 and RFC 3986 name them.
 * Layer: base.  One table, one bit per class; no locale.
 */
#ifndef ETAGD_BASE_CHARS_H
#define ETAGD_BASE_CHARS_H

#include <stdbool.h>
#include <stdint.h>

enum char_class {
    CHAR_TOKEN = 1,       /* tchar, RFC 9110 5.6.2 */
    CHAR_FIELD = 2,       /* field-vchar / SP / HTAB / obs-text, RFC 9110 5.5 */
    CHAR_DIGIT = 4,       /* DIGIT */
    CHAR_HEX = 8,         /* HEXDIG, either case */
    CHAR_ALPHA = 16,      /* ALPHA */
    CHAR_TARGET = 32,     /* visible ASCII other than " # < > \ ^ ` { | } */
    CHAR_UNRESERVED = 64, /* RFC 3986 2.3 */
    CHAR_ETAGC = 128      /* etagc, RFC 9110 8.8.3 (obs-text included) */
};

extern const uint8_t chars_table[256];

static inline bool chars_is(char c, enum char_class set)
{
    return (chars_table[(unsigned char)c] & (unsigned)set) != 0;
}

static inline char chars_lower(char c)
{
    return (c >= 'A' && c <= 'Z') ? (char)(c + 32) : c;
}

/* 0..15, or -1 when c is no HEXDIG. */
static inline int chars_hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = chars_lower(c);
    return (c >= 'a' && c <= 'f') ? c - 'a' + 10 : -1;
}

#endif
