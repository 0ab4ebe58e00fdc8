/* SPDX-License-Identifier: MIT
 *
 * lifetime: how long a cache may use a response without asking.
 * Layer: http (pure).  RFC 9111 sections 4.2 and 5.2, seen from the server that
 * sends the fields; RFC 5861 for stale-while-revalidate.
 */
#ifndef ETAGD_HTTP_LIFETIME_H
#define ETAGD_HTTP_LIFETIME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

#define LIFETIME_NONE INT64_MIN

/* The caching fields of one response, as they are sent. */
struct lifetime_source {
    struct span cache_control; /* p NULL: no such field, also below */
    struct span pragma, vary, age;
    int64_t expires;       /* seconds; LIFETIME_NONE: no such field */
    int64_t last_modified; /* the same */
    int64_t date;          /* the response's Date */
    int64_t now;           /* the time at which it is really received */
};

enum lifetime_kind {
    LIFETIME_EXPLICIT,  /* max-age or Expires */
    LIFETIME_HEURISTIC, /* a tenth of the file's age, as browsers guess */
    LIFETIME_UNKNOWN    /* nothing to guess from: ask each time */
};

struct lifetime {
    enum lifetime_kind kind;
    bool no_store, no_cache, immutable, is_private, must_revalidate;
    bool vary_any;     /* Vary: *: no stored answer ever fits */
    int64_t max_age;   /* LIFETIME_NONE: no such directive, also below */
    int64_t s_maxage;  /* for shared caches only */
    int64_t swr_s;     /* stale-while-revalidate */
    int64_t expires_s; /* Expires - Date */
    int64_t fresh_s;   /* a browser uses it for so long without asking, >= 0 */
    int64_t stale_s;   /* and shows it for so long after that while it asks */
    int64_t unasked_s; /* the longest time that any cache may show it before an
                          answer to its question can be there: fresh_s, or a
                          shared cache's, and stale-while-revalidate */
};

struct lifetime lifetime_of(const struct lifetime_source *s);

/* One directive of a Cache-Control value: name and argument (p NULL: none,
 * quotes taken off).  Cuts it off *rest; false at the end. */
struct lifetime_directive {
    struct span name, value;
};
bool lifetime_next(struct span *rest, struct lifetime_directive *out);

/* delta-seconds (RFC 9111 1.2.2): a number too large counts as 2^31;
 * LIFETIME_NONE when it is none. */
int64_t lifetime_seconds(struct span text);

/* ---- what a browser will put on the wire ---- */

enum visit {
    VISIT_FIRST,
    VISIT_LINK,   /* a link to the page, on itself or from elsewhere */
    VISIT_RELOAD, /* F5 */
    VISIT_HARD,   /* reload, cache ignored */
    VISIT_TAB,    /* the address in a new tab */
    VISIT_RESTART /* the same with another browser process, same profile */
};
#define VISIT_COUNT 6

enum wire {
    WIRE_200,
    WIRE_304,
    WIRE_NONE,          /* nothing: a cache answers */
    WIRE_NONE_THEN_304, /* shown at once, asked behind it */
    WIRE_NONE_THEN_200
};

struct visit_facts {
    const struct lifetime *lifetime;
    bool validator;  /* a tag or a date by which a 304 is possible */
    bool page;       /* a document of its own, not a part of one */
    int64_t after_s; /* time since the first visit */
};

enum wire lifetime_visit(const struct visit_facts *f, enum visit v);

const char *visit_word(enum visit v);
const char *wire_word(enum wire w);

#endif
