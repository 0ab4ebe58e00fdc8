/* SPDX-License-Identifier: MIT
 *
 * etag: entity tags, their two comparisons, and the lists of If-Match and
 * If-None-Match.
 * Layer: http (pure).  The lists are walked here and not by head_next(): a
 * backslash within an opaque tag is a plain character and escapes no quote
 * (RFC 9110 8.8.3), unlike in a quoted string.
 */
#include "http/etag.h"

#include <string.h>

#include "base/chars.h"

/* Takes one entity-tag off the front of *text; false: there is none. */
static bool take(struct span *text, struct etag *out)
{
    struct span s = *text;
    bool weak = span_starts(s, SPAN("W/")); /* case-sensitive, 8.8.3 */
    size_t n = 0;

    if (weak)
        s = span_from(s, 2);
    if (!s.n || s.p[0] != '"')
        return false;
    s = span_from(s, 1);
    while (n < s.n && chars_is(s.p[n], CHAR_ETAGC))
        n++;
    if (n == s.n || s.p[n] != '"')
        return false;
    *out = (struct etag){ span_to(s, n), weak };
    *text = span_from(s, n + 1);
    return true;
}

bool etag_parse(struct span text, struct etag *out)
{
    struct etag tag;

    if (!take(&text, &tag) || text.n)
        return false;
    *out = tag;
    return true;
}

bool etag_weak_eq(struct etag a, struct etag b)
{
    return a.opaque.p && b.opaque.p && span_eq(a.opaque, b.opaque);
}

bool etag_strong_eq(struct etag a, struct etag b)
{
    return !a.weak && !b.weak && etag_weak_eq(a, b);
}

/* Compares the members of one field line's value. */
static enum etag_list line_match(struct span line, struct etag tag, bool strong)
{
    for (;;) {
        struct etag member;

        line = span_trim(line);
        if (line.n == 0)
            return ETAG_LIST_NO_MATCH;
        if (line.p[0] == ',') { /* an empty member, RFC 9110 5.6.1.2 */
            line = span_from(line, 1);
            continue;
        }
        if (!take(&line, &member))
            return ETAG_LIST_MALFORMED;
        line = span_trim(line);
        if (line.n && line.p[0] != ',')
            return ETAG_LIST_MALFORMED;
        if (strong ? etag_strong_eq(member, tag) : etag_weak_eq(member, tag))
            return ETAG_LIST_MATCH;
    }
}

/* The usual value is one tag as it was sent: then bytes alone decide. */
static bool is_just(struct span value, struct etag tag, bool strong)
{
    size_t n = tag.opaque.n;

    return tag.opaque.p && !(tag.weak && strong) && value.p &&
           value.n == n + 2 && value.p[0] == '"' && value.p[n + 1] == '"' &&
           memcmp(value.p + 1, tag.opaque.p, n) == 0;
}

enum etag_list etag_list_match(const struct head *h, enum field_id id,
                               struct etag tag, bool strong)
{
    if (!head_has(h, id))
        return ETAG_LIST_ABSENT;
    if (!((h->repeated >> id) & 1) && is_just(head_value(h, id), tag, strong))
        return ETAG_LIST_MATCH;
    /* "*" is a value of its own, no member: not beside tags, not twice */
    if (!((h->repeated >> id) & 1) &&
        span_eq(span_trim(head_value(h, id)), SPAN("*")))
        return ETAG_LIST_ANY;
    for (size_t i = h->first[id]; i < h->n_fields; i++) {
        enum etag_list line;

        if (h->fields[i].id != id)
            continue;
        line = line_match(h->fields[i].value, tag, strong);
        if (line != ETAG_LIST_NO_MATCH)
            return line;
    }
    return ETAG_LIST_NO_MATCH;
}
