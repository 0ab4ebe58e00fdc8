/* SPDX-License-Identifier: MIT
 *
 * head_use: what a parsed head says: members of list fields, persistence, Host
 * and Expect (RFC 9110 5.6.1, 7.2, 7.6.1, 10.1.1; RFC 9112 9.3).
 * Layer: http (pure).
 */
#include "http/head.h"
#include "http/target.h"

/* Entity tags have no escapes: a backslash is an etagc (RFC 9110 8.8.3). */
static bool has_escapes(enum field_id id)
{
    return id != FIELD_IF_MATCH && id != FIELD_IF_NONE_MATCH &&
           id != FIELD_IF_RANGE;
}

/* Index of the first comma outside quotes, or s.n.  A quote that nothing closes
 * reaches to the end of the field line. */
static size_t member_end(struct span s, bool escapes)
{
    bool quoted = false;
    size_t i;

    for (i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            quoted = !quoted;
        else if (quoted && escapes && s.p[i] == '\\')
            i++;
        else if (!quoted && s.p[i] == ',')
            return i;
    }
    return s.n;
}

/* The next field line of that name; false when there is none. */
static bool next_line(const struct head *h, enum field_id id,
                      struct head_cursor *at)
{
    if (at->field == 0 && head_has(h, id))
        at->field = h->first[id];
    for (; at->field < h->n_fields; at->field++) {
        if (h->fields[at->field].id == id) {
            at->rest = h->fields[at->field++].value;
            return true;
        }
    }
    return false;
}

bool head_next(const struct head *h, enum field_id id, struct head_cursor *at,
               struct span *member)
{
    bool escapes = has_escapes(id);

    if (!head_has(h, id))
        return false;
    for (;;) {
        while (at->rest.n == 0) {
            if (!next_line(h, id, at))
                return false;
        }
        size_t end = member_end(at->rest, escapes);
        *member = span_trim(span_to(at->rest, end));
        at->rest = span_from(at->rest, end + 1);
        if (member->n)
            return true;
    }
}

bool head_persists_listed(const struct head *h)
{
    struct head_cursor at = { 0 };
    struct span option;
    bool keep = h->minor >= 1;

    while (head_next(h, FIELD_CONNECTION, &at, &option)) {
        if (span_eq_nocase(option, SPAN("close")))
            return false;
        if (span_eq_nocase(option, SPAN("keep-alive")))
            keep = true;
    }
    return keep;
}

enum fault head_host(const struct head *h, struct span *host)
{
    *host = SPAN_NONE;
    if (!head_has(h, FIELD_HOST))
        return h->minor >= 1 ? FAULT_HOST_MISSING : FAULT_NONE;
    if ((h->repeated >> FIELD_HOST) & 1)
        return FAULT_HOST_REPEATED;

    struct span value = head_value(h, FIELD_HOST);
    if (value.n == 0) { /* a target without authority, RFC 9112 3.2 */
        *host = value;
        return FAULT_NONE;
    }
    return target_authority(value, host) ? FAULT_NONE : FAULT_HOST_MALFORMED;
}

enum fault head_expect_listed(const struct head *h, bool *wanted)
{
    struct head_cursor at = { 0 };
    struct span member;

    /* RFC 9110 10.1.1: ignored in HTTP/1.0 */
    if (h->minor < 1)
        return FAULT_NONE;
    while (head_next(h, FIELD_EXPECT, &at, &member)) {
        if (!span_eq_nocase(member, SPAN("100-continue"))) {
            *wanted = false;
            return FAULT_EXPECT_UNKNOWN;
        }
        *wanted = true;
    }
    return FAULT_NONE;
}
