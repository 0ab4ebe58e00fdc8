/* SPDX-License-Identifier: MIT
 *
 * head: the request head, strictly (RFC 9112 sections 2 to 5).
 * Layer: http (pure).  head_parse() is a function of the bytes alone: no state
 * is kept between calls, and the verdict is monotone: once a prefix is faulty,
 * every longer input has the same fault, so it does not matter how the bytes
 * were cut into packets.
 */
#ifndef ETAGD_HTTP_HEAD_H
#define ETAGD_HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "http/fault.h"
#include "http/field.h"
#include "http/method.h"

#define HEAD_FIELDS_MAX 256 /* room; the limit in force is head_limits's */
#define HEAD_METHOD_MAX 32  /* bytes; longer is METHOD_LONG */

struct head_limits {
    size_t target_bytes_max; /* request target; above: TARGET_LONG (414) */
    size_t line_bytes_max;   /* field line, CR LF included: FIELD_LONG (431) */
    size_t head_bytes_max;   /* whole head, blank line included: HEAD_LONG */
    size_t fields_max;       /* <= HEAD_FIELDS_MAX; above: FIELD_MANY (431) */
};

struct head_field {
    struct span name;  /* as sent */
    struct span value; /* trimmed of optional white space */
    enum field_id id;
};

/* All spans point into the bytes given to head_parse(). */
struct head {
    enum method method;
    struct span method_text;
    struct span target; /* raw request-target: visible ASCII, not empty */
    size_t simple;      /* bytes of its path, of origin form, if nothing in that
                           is to be decoded, merged or removed; else 0 */
    int minor;          /* HTTP/1.minor, 0 or 1; -1: not read */
    uint64_t present;   /* bit per enum field_id */
    uint64_t repeated;  /* bit set when it came more than once */
    uint8_t first[FIELD_COUNT]; /* index in fields[], valid when present */
    size_t n_fields;
    size_t bytes; /* consumed: leading empty line, lines and the blank line */
    struct head_field fields[HEAD_FIELDS_MAX];
};

/* FAULT_NONE: complete, *h is filled and h->bytes tells what was consumed.
 * FAULT_MORE: correct so far.  Else the first fault in byte order; then h holds
 * method, method_text, target and minor as far as they were read (for the log):
 * of a method or target that is none the bytes up to the one that settled it,
 * whatever they are.  No fields may be looked at.
 * One empty line (CR LF) before the request line is skipped (RFC 9112 2.2). */
enum fault head_parse(struct head *h, const char *p, size_t n,
                      const struct head_limits *limits);

static inline bool head_has(const struct head *h, enum field_id id)
{
    return (h->present >> id) & 1;
}

/* Value of the first field line of that name; p == NULL when absent. */
static inline struct span head_value(const struct head *h, enum field_id id)
{
    return head_has(h, id) ? h->fields[h->first[id]].value : SPAN_NONE;
}

/* Walks the members of a list-valued field over all its field lines (RFC 9110
 * 5.6.1): start with *at = {0}; false at the end.  Empty members are skipped;
 * commas within quoted strings do not split.  Members come trimmed. */
struct head_cursor {
    size_t field; /* next index in fields[] to look at */
    struct span rest;
};
bool head_next(const struct head *h, enum field_id id, struct head_cursor *at,
               struct span *member);

/* True when the connection is to persist after the response, as the client
 * wants it (RFC 9112 9.3): close wins; HTTP/1.0 needs keep-alive. */
bool head_persists_listed(const struct head *h); /* there is a Connection */
static inline bool head_persists(const struct head *h)
{
    return head_has(h, FIELD_CONNECTION) ? head_persists_listed(h)
                                         : h->minor >= 1;
}

/* Host and target authority in one: HTTP/1.1 needs exactly one Host, whose
 * value is empty or uri-host [":" port] (RFC 9112 3.2, 3.2.2).  On success
 * *host is the name without port ("[::1]" keeps its brackets), p == NULL when
 * a 1.0 request has none.  For an absolute-form target, whose authority wins,
 * call it through target.h. */
enum fault head_host(const struct head *h, struct span *host);

/* Expect: NONE and *wanted false when absent (or in HTTP/1.0, where it is
 * ignored); *wanted true for 100-continue; else EXPECT_UNKNOWN. */
enum fault head_expect_listed(const struct head *h, bool *wanted);
static inline enum fault head_expect(const struct head *h, bool *wanted)
{
    *wanted = false;
    return head_has(h, FIELD_EXPECT) ? head_expect_listed(h, wanted)
                                     : FAULT_NONE;
}

#endif
