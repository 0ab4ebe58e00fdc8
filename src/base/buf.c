/* SPDX-License-Identifier: MIT
 *
 * buf: numbers and formatted text into a fixed buffer.
 * Layer: base.  No heap, no locale for the number writers.
 */
#include "base/buf.h"

#include <stdio.h>

void buf_str(struct buf *b, const char *s)
{
    buf_put(b, s, strlen(s));
}

static const char pairs[] =
    "00010203040506070809101112131415161718192021222324"
    "25262728293031323334353637383940414243444546474849"
    "50515253545556575859606162636465666768697071727374"
    "75767778798081828384858687888990919293949596979899";

void buf_u64(struct buf *b, uint64_t v)
{
    buf_u64_pad(b, v, 1);
}

static size_t digits_of(uint64_t v)
{
    size_t n = 1;

    for (; v >= 10000; v /= 10000)
        n += 4;
    return n + (v >= 10) + (v >= 100) + (v >= 1000);
}

/* Written where it goes, from its end. */
void buf_u64_pad(struct buf *b, uint64_t v, int width)
{
    size_t digits = digits_of(v);
    size_t n = width > 0 && (size_t)width > digits ? (size_t)width : digits;

    if (b->overflow || n > b->cap - b->n) {
        b->overflow = true;
        return;
    }

    char *first = b->p + b->n, *at = first + n;
    for (; v >= 100; v /= 100) {
        at -= 2;
        memcpy(at, &pairs[v % 100 * 2], 2);
    }
    if (v >= 10) {
        at -= 2;
        memcpy(at, &pairs[v * 2], 2);
    } else {
        *--at = (char)('0' + v);
    }
    while (at > first)
        *--at = '0';
    b->n += n;
}

void buf_hex(struct buf *b, uint64_t v)
{
    char digits[16];
    size_t at = sizeof digits;

    do {
        digits[--at] = "0123456789abcdef"[v & 15];
        v >>= 4;
    } while (v != 0);
    buf_put(b, digits + at, sizeof digits - at);
}

void buf_fmt(struct buf *b, const char *fmt, ...)
{
    if (b->overflow)
        return;

    va_list ap;
    va_start(ap, fmt);
    size_t room = b->cap - b->n;
    int n = vsnprintf(b->p + b->n, room, fmt, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= room)
        b->overflow = true;
    else
        b->n += (size_t)n;
}

bool buf_cstr(struct buf *b)
{
    if (b->overflow || b->n >= b->cap) {
        b->overflow = true;
        if (b->cap)
            b->p[b->cap - 1] = '\0';
        return false;
    }
    b->p[b->n] = '\0';
    return true;
}
