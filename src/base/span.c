/* SPDX-License-Identifier: MIT
 *
 * span: comparisons and trimming of borrowed bytes.
 * Layer: base.  Pure.
 */
#include "base/span.h"

#include "base/chars.h"

bool span_eq_nocase(struct span a, struct span b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++) {
        if (chars_lower(a.p[i]) != chars_lower(b.p[i]))
            return false;
    }
    return true;
}

bool span_starts(struct span s, struct span prefix)
{
    return s.n >= prefix.n && span_eq(span_to(s, prefix.n), prefix);
}

bool span_ends(struct span s, struct span suffix)
{
    return s.n >= suffix.n &&
           span_eq(span_of(s.p + s.n - suffix.n, suffix.n), suffix);
}

struct span span_trim(struct span s)
{
    while (s.n && (s.p[0] == ' ' || s.p[0] == '\t')) {
        s.p++;
        s.n--;
    }
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return s;
}
