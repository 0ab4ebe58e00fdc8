/* SPDX-License-Identifier: MIT
 *
 * target: which form a request target has (RFC 9112 3.2), and its parts.
 * Layer: http (pure).  The path is target_path.c's, the host authority.c's.
 */
#include "http/target.h"

#include "base/chars.h"
#include "base/check.h"
#include "http/target_path.h"

static bool is_served_scheme(struct span name)
{
    return span_eq_nocase(name, SPAN("http")) ||
           span_eq_nocase(name, SPAN("https"));
}

/* scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ) (RFC 3986 3.1) */
static bool is_scheme(struct span s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!chars_is(s.p[i], CHAR_ALPHA) &&
            (i == 0 || !(chars_is(s.p[i], CHAR_DIGIT) || s.p[i] == '+' ||
                         s.p[i] == '-' || s.p[i] == '.')))
            return false;
    }
    return s.n > 0;
}

/* uri-host ":" port, the port being there (RFC 9112 3.2.3) */
static bool authority_form(struct span raw, struct span *host)
{
    return target_authority(raw, host) && raw.n > host->n + 1;
}

static struct span split_query(struct span raw, struct span *query)
{
    size_t n = span_find(raw, '?');

    *query = n < raw.n ? span_from(raw, n + 1) : SPAN_NONE;
    return span_to(raw, n);
}

/* The authority of "scheme://authority..." to t->host; *rest is what follows.
 */
static enum fault absolute_form(struct target *t, struct span raw,
                                struct span *rest)
{
    size_t colon = span_find(raw, ':');
    struct span name = span_to(raw, colon);

    if (colon == raw.n || !is_scheme(name))
        return FAULT_TARGET_FORM;
    if (!is_served_scheme(name)) /* "localhost:80" looks like a scheme, too */
        return authority_form(raw, &t->host) ? FAULT_TARGET_FORM
                                             : FAULT_TARGET_SCHEME;
    *rest = span_from(raw, colon + 1);
    if (!span_starts(*rest, SPAN("//")))
        return FAULT_HOST_MALFORMED;
    *rest = span_from(*rest, 2);

    size_t n = 0;
    while (n < rest->n && rest->p[n] != '/' && rest->p[n] != '?')
        n++;
    struct span authority = span_to(*rest, n);
    *rest = span_from(*rest, n);
    t->form = TARGET_ABSOLUTE;
    /* RFC 9110 4.2.1: an http URI without a host is invalid */
    return target_authority(authority, &t->host) ? FAULT_NONE
                                                 : FAULT_HOST_MALFORMED;
}

enum fault target_decode(struct target *out, const struct head *h,
                         char *storage, size_t cap)
{
    struct span raw = h->target;

    CHECK(cap >= raw.n + 2);
    if (h->simple && h->method != METHOD_CONNECT) {
        *out = (struct target){ .path = span_of(storage, h->simple),
                                .directory = raw.p[h->simple - 1] == '/',
                                .plain = true };
        if (h->simple < raw.n)
            out->query = span_from(raw, h->simple + 1);
        memcpy(storage, raw.p, h->simple);
        storage[h->simple] = '\0';
        return FAULT_NONE;
    }
    *out =
        (struct target){ .form = TARGET_ORIGIN, .path = span_of(storage, 0) };
    storage[0] = '\0';
    if (h->method == METHOD_CONNECT) {
        out->form = TARGET_AUTHORITY;
        return authority_form(raw, &out->host) ? FAULT_NONE : FAULT_TARGET_FORM;
    }
    if (span_eq(raw, SPAN("*"))) {
        out->form = TARGET_ASTERISK;
        return h->method == METHOD_OPTIONS ? FAULT_NONE : FAULT_TARGET_FORM;
    }
    if (raw.n == 0 || raw.p[0] != '/') {
        enum fault f = absolute_form(out, raw, &raw);
        if (f != FAULT_NONE)
            return f;
    }
    return target_path_decode(out, split_query(raw, &out->query), storage);
}

enum fault target_host(const struct target *t, const struct head *h,
                       struct span *host)
{
    enum fault f = head_host(h, host);

    if (f == FAULT_NONE && t->host.p)
        *host = t->host;
    /* RFC 9112 3.2: empty where the target's URI has no authority; that of
     * "/path" has one (RFC 9110 4.2.1), which HTTP/1.0 need not tell */
    if (f == FAULT_NONE && t->form == TARGET_ORIGIN && h->minor >= 1 &&
        host->n == 0)
        return FAULT_HOST_EMPTY;
    return f;
}
