/* SPDX-License-Identifier: MIT
 *
 * span: borrowed bytes (pointer and length), never NUL-terminated by contract.
 * Layer: base.  Owns nothing: a span lives as long as the bytes it points at.
 * An absent value is a span with p == NULL; an empty one has p != NULL, n == 0.
 */
#ifndef ETAGD_BASE_SPAN_H
#define ETAGD_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
    const char *p;
    size_t n; /* bytes */
};

#define SPAN(lit) ((struct span){ "" lit, sizeof(lit) - 1 })
#define SPAN_NONE ((struct span){ NULL, 0 })

static inline struct span span_of(const char *p, size_t n)
{
    return (struct span){ p, n };
}

static inline struct span span_str(const char *s)
{
    return (struct span){ s, s ? strlen(s) : 0 };
}

static inline bool span_eq(struct span a, struct span b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* The same without a call, for short texts on the way of each request: eight
 * bytes at a time, the last of which overlap those before. */
static inline bool span_same(struct span a, struct span b)
{
    uint64_t x, y;

    if (a.n != b.n || a.n < sizeof x)
        return span_eq(a, b);
    for (size_t at = a.n % sizeof x; at < a.n; at += sizeof x) {
        memcpy(&x, a.p + at, sizeof x);
        memcpy(&y, b.p + at, sizeof y);
        if (x != y)
            return false;
    }
    memcpy(&x, a.p, sizeof x);
    memcpy(&y, b.p, sizeof y);
    return x == y;
}

/* ASCII letters compare without case; nothing else is folded (no locale). */
bool span_eq_nocase(struct span a, struct span b);

bool span_starts(struct span s, struct span prefix);
bool span_ends(struct span s, struct span suffix);

/* Without optional white space (SP / HTAB, RFC 9110 5.6.3) at both ends. */
struct span span_trim(struct span s);

/* First index of c, or s.n when absent. */
static inline size_t span_find(struct span s, char c)
{
    const char *at = s.n ? memchr(s.p, c, s.n) : NULL;
    return at ? (size_t)(at - s.p) : s.n;
}

static inline struct span span_from(struct span s, size_t at)
{
    return at >= s.n ? span_of(s.p + s.n, 0) : span_of(s.p + at, s.n - at);
}

static inline struct span span_to(struct span s, size_t n)
{
    return span_of(s.p, n < s.n ? n : s.n);
}

#endif
