/* SPDX-License-Identifier: MIT
 *
 * field: recognises the names of FIELD_ROWS by a perfect hash of first byte,
 * last byte and length, and one exact comparison.
 * Layer: http (pure).  Two names in one slot do not compile; a name without a
 * slot fails t/unit/head.c.
 */
#include "http/field.h"

#include <stdbool.h>
#include <stdint.h>

#define NAME_ROOM 32

/* first and last in lower case; n >= 1 */
#define SLOT(first, last, n) (((first)*5u + (last)*25u + (unsigned)(n)) & 127u)

static const struct {
    char text[NAME_ROOM]; /* as FIELD_ROWS has it, zero-padded */
    uint8_t n;
} rows[FIELD_COUNT] = {
#define X(id, name) [FIELD_##id] = { name, sizeof(name) - 1 },
    FIELD_ROWS(X)
#undef X
        [FIELD_OTHER] = { "", 0 },
};

/* A free slot holds 0, a candidate that the comparison refuses. */
static const uint8_t slots[128] = {
    [SLOT('h', 't', 4)] = FIELD_HOST,
    [SLOT('c', 'n', 10)] = FIELD_CONNECTION,
    [SLOT('k', 'e', 10)] = FIELD_KEEP_ALIVE,
    [SLOT('c', 'h', 14)] = FIELD_CONTENT_LENGTH,
    [SLOT('t', 'g', 17)] = FIELD_TRANSFER_ENCODING,
    [SLOT('e', 't', 6)] = FIELD_EXPECT,
    [SLOT('i', 'h', 8)] = FIELD_IF_MATCH,
    [SLOT('i', 'h', 13)] = FIELD_IF_NONE_MATCH,
    [SLOT('i', 'e', 17)] = FIELD_IF_MODIFIED_SINCE,
    [SLOT('i', 'e', 19)] = FIELD_IF_UNMODIFIED_SINCE,
    [SLOT('i', 'e', 8)] = FIELD_IF_RANGE,
    [SLOT('r', 'e', 5)] = FIELD_RANGE,
    [SLOT('a', 't', 6)] = FIELD_ACCEPT,
    [SLOT('a', 'g', 15)] = FIELD_ACCEPT_ENCODING,
    [SLOT('a', 'e', 15)] = FIELD_ACCEPT_LANGUAGE,
    [SLOT('c', 'l', 13)] = FIELD_CACHE_CONTROL,
    [SLOT('p', 'a', 6)] = FIELD_PRAGMA,
    [SLOT('r', 'r', 7)] = FIELD_REFERER,
    [SLOT('u', 't', 10)] = FIELD_USER_AGENT,
    [SLOT('o', 'n', 6)] = FIELD_ORIGIN,
    [SLOT('c', 'e', 6)] = FIELD_COOKIE,
    [SLOT('a', 'n', 13)] = FIELD_AUTHORIZATION,
    [SLOT('u', 'e', 7)] = FIELD_UPGRADE,
    [SLOT('s', 't', 14)] = FIELD_SEC_FETCH_DEST,
    [SLOT('s', 'e', 14)] = FIELD_SEC_FETCH_MODE,
    [SLOT('a', 'd', 29)] = FIELD_ACCESS_CONTROL_REQUEST_METHOD,
    [SLOT('a', 's', 30)] = FIELD_ACCESS_CONTROL_REQUEST_HEADERS,
    [SLOT('f', 'd', 9)] = FIELD_FORWARDED,
    [SLOT('x', 'r', 15)] = FIELD_X_FORWARDED_FOR,
    [SLOT('x', 'o', 17)] = FIELD_X_FORWARDED_PROTO,
    [SLOT('x', 't', 16)] = FIELD_X_FORWARDED_HOST,
    [SLOT('x', 'd', 12)] = FIELD_X_REQUEST_ID,
    [SLOT('t', 't', 11)] = FIELD_TRACEPARENT,
};

/* Eight bytes of a name against eight of a row's: letters (which have bit 6
 * set) differ in bit 5 at most, '-' not at all. */
static inline bool same8(const char *a, const char *row)
{
    uint64_t x, y;

    memcpy(&x, a, sizeof x);
    memcpy(&y, row, sizeof y);
    return ((x ^ y) & ~((y & 0x4040404040404040u) >> 1)) == 0;
}

static inline bool same4(const char *a, const char *row)
{
    uint32_t x, y;

    memcpy(&x, a, sizeof x);
    memcpy(&y, row, sizeof y);
    return ((x ^ y) & ~((y & 0x40404040u) >> 1)) == 0;
}

/* n >= 4 bytes; the last word overlaps the one before, so none is read past n
 */
static inline bool same_name(const char *a, const char *row, size_t n)
{
    if (n < 8)
        return same4(a, row) && same4(a + n - 4, row + n - 4);
    for (size_t at = 0; at + 8 < n; at += 8) {
        if (!same8(a + at, row + at))
            return false;
    }
    return same8(a + n - 8, row + n - 8);
}

enum field_id field_of(struct span name)
{
    if (name.n < 4) /* "Host" is the shortest */
        return FIELD_OTHER;

    unsigned slot =
        SLOT((unsigned char)name.p[0] | 0x20u,
             (unsigned char)name.p[name.n - 1] | 0x20u, name.n & 0xffu);
    enum field_id id = (enum field_id)slots[slot];
    if (rows[id].n == name.n && same_name(name.p, rows[id].text, name.n))
        return id;
    return FIELD_OTHER;
}
