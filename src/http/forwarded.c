/* SPDX-License-Identifier: MIT
 *
 * forwarded: lists from their end to their front, nodes, the walk along them.
 * Layer: http (pure).
 */
#include "http/forwarded.h"

#include "base/chars.h"
#include "base/num.h"
#include "http/target.h"

#define NODE_MAX 64 /* bytes of a node without its quotes */

const char *forwarded_end_text(enum forwarded_end end)
{
    static const char *const texts[] = {
#define X(id, text) [FORWARDED_##id] = text,
        FORWARDED_ROWS(X)
#undef X
    };

    return texts[end];
}

/* A place in a list-valued field, from its last line's end on. */
struct back {
    const struct head *h;
    enum field_id id;
    size_t field; /* lines before it are still to come */
    struct span rest;
};

static struct back back_from_end(const struct head *h, enum field_id id)
{
    return (struct back){ h, id, head_has(h, id) ? h->n_fields : 0, SPAN_NONE };
}

/* Where the quoted string begins whose closing quote is at `end`; `end` when
 * nothing opens it.  A quote with an odd number of backslashes before it is
 * quoted itself; one that opens follows a "=". */
static size_t opening(struct span s, size_t end)
{
    for (size_t i = end; i > 0; i--) {
        size_t slashes = 0;

        if (s.p[i - 1] != '"')
            continue;
        while (slashes < i - 1 && s.p[i - 2 - slashes] == '\\')
            slashes++;
        if (slashes % 2 == 0)
            return i - 1;
    }
    return end;
}

/* Index behind the last comma outside quotes.  What follows a string that
 * nothing opens is one member, of no form, with all before it: so each byte is
 * looked at once. */
static size_t member_start(struct span s)
{
    size_t i = s.n;

    while (i > 0 && s.p[i - 1] != ',') {
        size_t open = s.p[i - 1] == '"' ? opening(s, i - 1) : 0;
        if (s.p[i - 1] != '"')
            i--;
        else if (open == i - 1)
            return 0;
        else
            i = open;
    }
    return i;
}

/* The member before the last one; empty ones do not count (RFC 9110 5.6.1). */
static bool back_next(struct back *at, struct span *member)
{
    for (;;) {
        while (at->rest.n == 0) {
            if (at->field == 0)
                return false;
            if (at->h->fields[--at->field].id == at->id)
                at->rest = at->h->fields[at->field].value;
        }
        size_t start = member_start(at->rest);
        *member = span_trim(span_from(at->rest, start));
        at->rest = span_to(at->rest, start ? start - 1 : 0);
        if (member->n)
            return true;
    }
}

/* What one member says. */
struct told {
    bool has_node;
    struct ip ip; /* family 0: "unknown", or hidden */
    uint16_t port;
    enum forwarded_scheme scheme;
    struct span host;
};

/* obfnode, obfport: "_" and letters, digits, ".", "_", "-" (RFC 7239 6.3) */
static bool hidden(struct span s)
{
    if (s.n < 2 || s.p[0] != '_')
        return false;
    for (size_t i = 1; i < s.n; i++) {
        if (!chars_is(s.p[i], CHAR_ALPHA | CHAR_DIGIT) && s.p[i] != '.' &&
            s.p[i] != '_' && s.p[i] != '-')
            return false;
    }
    return true;
}

static bool port(struct span s, uint16_t *out)
{
    uint64_t v;

    *out = 0;
    if (hidden(s))
        return true;
    if (s.n == 0 || s.n > 5 || !num_u64(s, &v) || v > 65535)
        return false;
    *out = (uint16_t)v;
    return true;
}

/* Name and port of a node; a bare IPv6 address has neither brackets nor a port
 * (X-Forwarded-For alone knows those). */
static bool split(struct span node, bool bare, struct span *name,
                  struct span *rest, bool *v6)
{
    size_t end = span_find(node, ']'), colon = span_find(node, ':');

    *v6 = node.p[0] == '[';
    if (*v6) {
        if (end == node.n)
            return false;
        *name = span_of(node.p + 1, end - 1);
        *rest = span_from(node, end + 1);
        return true;
    }
    *v6 = bare && colon < node.n &&
          span_find(span_from(node, colon + 1), ':') < node.n - colon - 1;
    *name = *v6 ? node : span_to(node, colon);
    *rest = *v6 ? SPAN("") : span_from(node, colon);
    return true;
}

/* RFC 7239 6: node = nodename [ ":" node-port ] */
static bool node(struct span text, bool bare, struct told *out)
{
    struct span name, rest;
    bool v6;

    out->has_node = true;
    if (text.n == 0 || !split(text, bare, &name, &rest, &v6))
        return false;
    if (rest.n && (rest.p[0] != ':' || !port(span_from(rest, 1), &out->port)))
        return false;
    if (!v6 && (span_eq_nocase(name, SPAN("unknown")) || hidden(name))) {
        out->port = 0;
        return true;
    }
    return (span_find(name, ':') < name.n) == v6 && ip_parse(name, &out->ip);
}

static enum forwarded_scheme scheme_of(struct span s)
{
    return span_eq_nocase(s, SPAN("https"))  ? FORWARDED_HTTPS
           : span_eq_nocase(s, SPAN("http")) ? FORWARDED_HTTP
                                             : FORWARDED_UNTOLD;
}

static struct span host_of(struct span s)
{
    struct span name;

    return target_authority(s, &name) && name.n ? s : SPAN_NONE;
}

/* token / quoted-string at the front of *s, without its quotes; *escaped: it
 * has backslashes left. */
static bool value(struct span *s, struct span *out, bool *escaped)
{
    size_t i = 0;

    *escaped = false;
    if (s->n == 0 || s->p[0] != '"') {
        while (i < s->n && chars_is(s->p[i], CHAR_TOKEN))
            i++;
        *out = span_to(*s, i);
        *s = span_from(*s, i);
        return i > 0;
    }
    for (i = 1; i < s->n && s->p[i] != '"'; i++) {
        if (s->p[i] == '\\') {
            *escaped = true;
            i++;
        }
    }
    if (i >= s->n)
        return false;
    *out = span_of(s->p + 1, i - 1);
    *s = span_from(*s, i + 1);
    return true;
}

/* Without the backslashes of quoted pairs; too long for a node: cut, so that it
 * is none. */
static struct span unescaped(struct span s, char *out)
{
    size_t n = 0;

    for (size_t i = 0; i < s.n && n < NODE_MAX; i++) {
        if (s.p[i] == '\\' && i + 1 < s.n)
            i++;
        out[n++] = s.p[i];
    }
    return span_of(out, n);
}

enum pair { PAIR_FOR, PAIR_PROTO, PAIR_HOST, PAIR_BY, PAIR_OTHER };

static enum pair pair_of(struct span name)
{
    static const struct span names[] = { SPAN("for"), SPAN("proto"),
                                         SPAN("host"), SPAN("by") };

    for (size_t i = 0; i < PAIR_OTHER; i++) {
        if (span_eq_nocase(name, names[i]))
            return (enum pair)i;
    }
    return PAIR_OTHER;
}

/* One forwarded-pair, and what it adds; each name once (RFC 7239 4). */
static bool pair(struct span *s, struct told *out, unsigned *seen)
{
    char storage[NODE_MAX];
    struct span name, text;
    bool escaped;

    if (s->p[0] == '"' || !value(s, &name, &escaped) || s->n == 0 ||
        s->p[0] != '=')
        return false;
    *s = span_from(*s, 1);
    if (!value(s, &text, &escaped))
        return false;
    enum pair which = pair_of(name);
    if (which != PAIR_OTHER && (*seen >> which & 1))
        return false;
    *seen |= 1u << which;
    if (which == PAIR_FOR)
        return node(escaped ? unescaped(text, storage) : text, false, out);
    if (which == PAIR_PROTO)
        out->scheme = scheme_of(text);
    if (which == PAIR_HOST && !escaped)
        out->host = host_of(text);
    return true;
}

/* forwarded-element = [ forwarded-pair ] *( ";" [ forwarded-pair ] ), with
 * white space around the semicolons, as many write it. */
static bool element(struct span s, struct told *out)
{
    unsigned seen = 0;

    while (s.n > 0) {
        if (s.p[0] != ';' && !pair(&s, out, &seen))
            return false;
        s = span_trim(s);
        if (s.n > 0 && s.p[0] != ';')
            return false;
        s = span_trim(span_from(s, 1));
    }
    return true;
}

/* One step to the front; false: the walk is over, out->end says why. */
static bool step(struct forwarded *out, const struct told *t,
                 const struct ip_net *trust, size_t n)
{
    if (!t->has_node || t->ip.family == 0) {
        out->end = FORWARDED_HIDDEN;
        return false;
    }
    out->client = t->ip;
    out->port = t->port;
    out->end = FORWARDED_START; /* unless there is more */
    if (ip_in(trust, n, &t->ip))
        return true;
    out->end = FORWARDED_CLIENT;
    return false;
}

void forwarded_standard(struct forwarded *out, const struct head *h,
                        const struct ip_net *trust, size_t n)
{
    struct back at = back_from_end(h, FIELD_FORWARDED);
    struct span member;
    bool on = true;

    *out = (struct forwarded){ .end = FORWARDED_ABSENT };
    while (on && back_next(&at, &member)) {
        struct told t = { 0 };
        if (!element(member, &t)) {
            out->end = FORWARDED_MALFORMED;
            return;
        }
        out->scheme = t.scheme;
        out->host = t.host;
        on = step(out, &t, trust, n);
    }
}

/* The member of a field at that place, counted from the end. */
static struct span member_at(const struct head *h, enum field_id id,
                             size_t place)
{
    struct back at = back_from_end(h, id);
    struct span last = SPAN_NONE, member;

    for (size_t i = 0; back_next(&at, &member); i++) {
        if (i == 0)
            last = member;
        if (i == place)
            return member;
    }
    return last;
}

void forwarded_x(struct forwarded *out, const struct head *h,
                 const struct ip_net *trust, size_t n)
{
    struct back at = back_from_end(h, FIELD_X_FORWARDED_FOR);
    struct span member;
    size_t seen = 0;
    bool on = true;

    *out = (struct forwarded){ .end = FORWARDED_ABSENT };
    while (on && back_next(&at, &member)) {
        struct told t = { 0 };
        if (!node(member, true, &t)) {
            out->end = FORWARDED_MALFORMED;
            break;
        }
        seen++;
        on = step(out, &t, trust, n);
    }
    size_t place = seen ? seen - 1 : 0;
    out->scheme = scheme_of(member_at(h, FIELD_X_FORWARDED_PROTO, place));
    out->host = host_of(member_at(h, FIELD_X_FORWARDED_HOST, place));
}
