/* SPDX-License-Identifier: MIT
 *
 * refs_parts: what refs.c and the scanners of its languages share.
 * Layer: http (pure).
 */
#ifndef ETAGD_HTTP_REFS_PARTS_H
#define ETAGD_HTTP_REFS_PARTS_H

#include "http/refs.h"

/* The next tag that refers to something leaves its parts in r; false: none. */
bool refs_html_next(struct refs *r);

/* The next reference of a text, which moves on; false: none is left. */
bool refs_css_next(struct refs_css *c, struct span *s, struct ref *out);
bool refs_js_next(struct refs_js *j, struct span *s, struct ref *out);

static inline bool refs_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static inline struct span refs_skip_space(struct span s)
{
    while (s.n && refs_space(s.p[0]))
        s = span_from(s, 1);
    return s;
}

static inline struct span refs_trim(struct span s)
{
    s = refs_skip_space(s);
    while (s.n && refs_space(s.p[s.n - 1]))
        s.n--;
    return s;
}

/* Index of `what`, or s.n. */
static inline size_t refs_find(struct span s, struct span what)
{
    for (size_t i = 0; i + what.n <= s.n; i++) {
        i += span_find(span_from(s, i), what.p[0]);
        if (i + what.n <= s.n && memcmp(s.p + i, what.p, what.n) == 0)
            return i;
    }
    return s.n;
}

/* s points at a quote: what is between it and the next one, both passed.  A
 * string that is not closed ends with its line.  Escapes stay as they are. */
static inline struct span refs_string(struct span *s)
{
    char quote = s->p[0];
    struct span rest = span_from(*s, 1);
    size_t n = 0;

    while (n < rest.n && rest.p[n] != quote &&
           (rest.p[n] != '\n' || quote == '`'))
        n += rest.p[n] == '\\' ? 2 : 1;
    *s = span_from(rest, n + 1);
    return span_to(rest, n);
}

#endif
