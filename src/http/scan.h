/* SPDX-License-Identifier: MIT
 *
 * scan: finds the first byte that does not belong to a class, 16 at a time
 * where the processor can (SSE2 on x86-64, NEON on AArch64).
 * Layer: http (pure), for the head parser and the log's formats.  Each function
 * returns `end` when all bytes belong; none reads outside [p, end).  The
 * *_scalar twins say the same byte by byte: they finish what is shorter than a
 * vector, are all there is elsewhere, and the tests hold the others against
 * them.
 */
#ifndef ETAGD_HTTP_SCAN_H
#define ETAGD_HTTP_SCAN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/chars.h"

static inline const char *scan_while(const char *p, const char *end,
                                     enum char_class set)
{
    while (p < end && chars_is(*p, set))
        p++;
    return p;
}

/* tchar: field names (RFC 9110 5.6.2) */
static inline const char *scan_name_scalar(const char *p, const char *end)
{
    return scan_while(p, end, CHAR_TOKEN);
}

/* field-vchar, SP, HTAB: field values (RFC 9110 5.5) */
static inline const char *scan_value_scalar(const char *p, const char *end)
{
    return scan_while(p, end, CHAR_FIELD);
}

/* what may be raw in a request target (RFC 3986 2.2, 2.3 and '%') */
static inline const char *scan_target_scalar(const char *p, const char *end)
{
    return scan_while(p, end, CHAR_TARGET);
}

/* what is written to a log line or a JSON string as it is: printable ASCII
 * other than the quote and the backslash */
static inline const char *scan_plain_scalar(const char *p, const char *end)
{
    while (p < end && *p >= 0x20 && *p < 0x7f && *p != '"' && *p != '\\')
        p++;
    return p;
}

/* From p on, in a path that starts at `start`: see scan_path(). */
static inline const char *scan_path_scalar(const char *start, const char *p,
                                           const char *stop)
{
    for (; p < stop && *p != '%' && *p != '?'; p++) {
        if ((*p == '/' || *p == '.') && p > start && p[-1] == '/')
            break;
    }
    return p;
}

#if defined(__SSE2__) || defined(__aarch64__)

#if defined(__SSE2__)
#include <emmintrin.h>
#else
#include <arm_neon.h>
#endif

#define SCAN_STEP 16
typedef uint8_t scan_vec __attribute__((vector_size(SCAN_STEP)));

static inline scan_vec scan_load(const char *p)
{
    scan_vec v;

    memcpy(&v, p, sizeof v);
    return v;
}

/* One or four bits for each lane that is set (0xff), the first lane lowest. */
static inline uint64_t scan_bits(scan_vec bad)
{
#if defined(__SSE2__)
    return (unsigned)_mm_movemask_epi8((__m128i)bad);
#else
    return vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(
                             vreinterpretq_u16_u8((uint8x16_t)bad), 4)),
                         0);
#endif
}

#if defined(__SSE2__)
#define SCAN_BITS_PER_LANE 1
#else
#define SCAN_BITS_PER_LANE 4
#endif

static inline scan_vec scan_bad_value(scan_vec v)
{
    return (scan_vec)(((v < 0x20) & (v != '\t')) | (v == 0x7f));
}

/* all but letters and '-': nearly every name has nothing else */
static inline scan_vec scan_bad_name(scan_vec v)
{
    return (scan_vec)((((v | 0x20) - (uint8_t)'a') > 25) & (v != '-'));
}

/* outside 0x21..0x7e, and  " #  < >  \ ^  `  { | } */
static inline scan_vec scan_bad_target(scan_vec v)
{
    return (scan_vec)(((v - (uint8_t)0x21) > 0x7e - 0x21) |
                      ((v & 0xfe) == 0x22) | ((v & 0xfd) == 0x3c) |
                      ((v & 0xfd) == 0x5c) | (v == 0x60) |
                      ((v - (uint8_t)0x7b) <= 2));
}

static inline scan_vec scan_bad_plain(scan_vec v)
{
    return (scan_vec)(((v - (uint8_t)0x20) > 0x7e - 0x20) | (v == '"') |
                      (v == '\\'));
}

/* Returns the first bad byte; what is left behind the loop is too short for a
 * vector. */
#define SCAN_LOOP(p, end, bad)                                           \
    for (; (end) - (p) >= SCAN_STEP; (p) += SCAN_STEP) {                 \
        uint64_t scan_set = scan_bits(bad(scan_load(p)));                \
        if (scan_set)                                                    \
            return (p) + __builtin_ctzll(scan_set) / SCAN_BITS_PER_LANE; \
    }

static inline const char *scan_value(const char *p, const char *end)
{
    SCAN_LOOP(p, end, scan_bad_value)
    return scan_value_scalar(p, end);
}

static inline const char *scan_target(const char *p, const char *end)
{
    SCAN_LOOP(p, end, scan_bad_target)
    return scan_target_scalar(p, end);
}

/* The first of [p, stop) at which a path is to be worked on before it can be
 * looked up, or where it ends: '%', '?', and '/' or '.' behind a '/'.  Vectors
 * may reach to `end`. */
static inline const char *scan_path(const char *p, const char *stop,
                                    const char *end)
{
    const char *start = p;
    uint64_t behind = 0; /* was the last byte a '/'? */

    for (; p < stop && end - p >= SCAN_STEP; p += SCAN_STEP) {
        scan_vec v = scan_load(p);
        uint64_t slash = scan_bits((scan_vec)(v == '/'));
        uint64_t either = scan_bits((scan_vec)((v & 0xfe) == '.'));
        uint64_t set = scan_bits((scan_vec)((v == '%') | (v == '?')));
        set |= either & (slash << SCAN_BITS_PER_LANE | behind);
        if (set) {
            p += __builtin_ctzll(set) / SCAN_BITS_PER_LANE;
            return p < stop ? p : stop;
        }
        behind = slash >> (SCAN_STEP - 1) * SCAN_BITS_PER_LANE;
    }
    return p < stop ? scan_path_scalar(start, p, stop) : stop;
}

static inline const char *scan_letters(const char *p, const char *end)
{
    SCAN_LOOP(p, end, scan_bad_name)
    return p;
}

static inline const char *scan_name(const char *p, const char *end)
{
    p = scan_letters(p, end);
    if (p < end && *p == ':')
        return p;
    return scan_name_scalar(p, end); /* digits, '_' and the other tchars */
}

static inline const char *scan_plain(const char *p, const char *end)
{
    SCAN_LOOP(p, end, scan_bad_plain)
    return scan_plain_scalar(p, end);
}

#else
#define scan_plain scan_plain_scalar
#define scan_path(p, stop, end) scan_path_scalar(p, p, stop)
#define scan_value scan_value_scalar
#define scan_target scan_target_scalar
#define scan_name scan_name_scalar
#endif

#endif
