/* SPDX-License-Identifier: MIT
 *
 * authority: target_authority(), the grammar of uri-host [":" port] (RFC 3986
 * 3.2.2 and 3.2.3, without userinfo: RFC 9110 4.2.4).
 * Layer: http (pure).
 */
#include "http/target.h"

#include "base/chars.h"
#include "base/num.h"

#define PORT_MAX 65535

/* dec-octet "." dec-octet "." dec-octet "." dec-octet, no leading zeros */
static bool is_ipv4(struct span s)
{
    for (int octet = 0; octet < 4; octet++) {
        struct span digits = octet < 3 ? span_to(s, span_find(s, '.')) : s;
        uint64_t v;
        if (!num_u64(digits, &v) || v > 255 ||
            (digits.n > 1 && digits.p[0] == '0'))
            return false;
        if (octet < 3 && digits.n == s.n)
            return false;
        s = span_from(s, digits.n + 1);
    }
    return true;
}

/* Groups of one side of "::" (or of the whole): *groups counts 16-bit units.
 * An IPv4 address may come last where `ipv4` says so. */
static bool count_groups(struct span s, bool ipv4, int *groups)
{
    *groups = 0;
    if (s.n == 0)
        return true;
    for (;;) {
        size_t n = span_find(s, ':');
        struct span group = span_to(s, n);
        uint64_t v;
        if (n == s.n && ipv4 && is_ipv4(group)) {
            *groups += 2;
            return true;
        }
        if (n > 4 || !num_hex(group, &v))
            return false;
        ++*groups;
        if (n == s.n)
            return true;
        s = span_from(s, n + 1);
    }
}

/* Index of "::", or s.n. */
static size_t find_gap(struct span s)
{
    for (size_t i = 0; i + 1 < s.n; i++) {
        if (s.p[i] == ':' && s.p[i + 1] == ':')
            return i;
    }
    return s.n;
}

/* RFC 3986 3.2.2 IPv6address; zone identifiers and IPvFuture are refused */
static bool is_ipv6(struct span s)
{
    size_t gap = find_gap(s);
    int before, after;

    if (gap == s.n)
        return count_groups(s, true, &before) && before == 8;
    /* "::" stands for at least one group */
    return count_groups(span_to(s, gap), false, &before) &&
           count_groups(span_from(s, gap + 2), true, &after) &&
           before + after <= 7;
}

/* reg-name = *( unreserved / pct-encoded / sub-delims ), here not empty */
static bool is_name(struct span s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '%') {
            if (s.n - i < 3 || !chars_is(s.p[i + 1], CHAR_HEX) ||
                !chars_is(s.p[i + 2], CHAR_HEX))
                return false;
            i += 2;
        } else if (!chars_is(c, CHAR_UNRESERVED) &&
                   !(c && strchr("!$&'()*+,;=", c))) {
            return false;
        }
    }
    return s.n > 0;
}

/* What follows the host: nothing, or ":" *DIGIT */
static bool is_port(struct span s)
{
    uint64_t port = 0;

    if (s.n == 0)
        return true;
    if (s.p[0] != ':')
        return false;
    s = span_from(s, 1);
    return s.n == 0 || (num_u64(s, &port) && port <= PORT_MAX);
}

bool target_authority(struct span text, struct span *host)
{
    size_t n;
    bool ok;

    *host = SPAN_NONE;
    if (text.n && text.p[0] == '[') {
        n = span_find(text, ']');
        if (n == text.n)
            return false;
        n++;
        ok = is_ipv6(span_of(text.p + 1, n - 2));
    } else {
        n = span_find(text, ':');
        ok = is_name(span_to(text, n));
    }
    if (!ok || !is_port(span_from(text, n)))
        return false;
    *host = span_to(text, n);
    return true;
}
