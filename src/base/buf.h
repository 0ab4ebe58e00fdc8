/* SPDX-License-Identifier: MIT
 *
 * buf: a byte buffer of fixed capacity with a sticky overflow mark.
 * Layer: base.  The storage is borrowed from whoever calls buf_over(); a write
 * that does not fit is left out whole, sets `overflow`, and so does every later
 * one: the caller checks once, at the end.
 */
#ifndef ETAGD_BASE_BUF_H
#define ETAGD_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/span.h"

struct buf {
    char *p;
    size_t n;   /* bytes written */
    size_t cap; /* bytes that fit */
    bool overflow;
};

static inline struct buf buf_over(char *storage, size_t cap)
{
    return (struct buf){ storage, 0, cap, false };
}

static inline struct span buf_span(const struct buf *b)
{
    return span_of(b->p, b->n);
}

static inline void buf_put(struct buf *b, const char *p, size_t n)
{
    if (b->overflow || n > b->cap - b->n) {
        b->overflow = true;
        return;
    }
    if (n)
        memcpy(b->p + b->n, p, n);
    b->n += n;
}

static inline void buf_span_put(struct buf *b, struct span s)
{
    buf_put(b, s.p, s.n);
}

static inline void buf_char(struct buf *b, char c)
{
    buf_put(b, &c, 1);
}

#define BUF_LIT(b, lit) buf_put((b), "" lit, sizeof(lit) - 1)

void buf_str(struct buf *b, const char *s);
void buf_u64(struct buf *b, uint64_t v);                /* decimal */
void buf_u64_pad(struct buf *b, uint64_t v, int width); /* zero-padded */
void buf_hex(struct buf *b, uint64_t v);                /* lower case, no 0x */
void buf_fmt(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Terminates with a NUL that is not counted; false when anything overflowed. */
bool buf_cstr(struct buf *b);

#endif
