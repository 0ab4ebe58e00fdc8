/* SPDX-License-Identifier: MIT
 *
 * own_host: compares Host with the observer's names.
 * Layer: observe.
 */
#include "observe/own_host.h"

#include "base/num.h"
#include "http/target.h"

static bool in_list(struct span name, const char *names)
{
    struct span rest = span_str(names);

    while (rest.n) {
        size_t n = 0;
        while (n < rest.n && rest.p[n] != ' ' && rest.p[n] != ',')
            n++;
        if (n && span_eq_nocase(span_to(rest, n), name))
            return true;
        rest = span_from(rest, n + 1);
    }
    return false;
}

bool guard_host(struct span value, uint16_t port, struct span address,
                const char *names)
{
    struct span host;
    uint64_t given = 80; /* RFC 9110 4.2.1: what a missing port means */

    if (port == 0)
        return true;
    if (!target_authority(value, &host))
        return false;
    struct span tail = span_from(value, host.n);
    if (tail.n > 1 && !num_u64(span_from(tail, 1), &given))
        return false;
    return given == port &&
           (span_eq_nocase(host, SPAN("localhost")) ||
            span_eq(host, SPAN("127.0.0.1")) || span_eq(host, SPAN("[::1]")) ||
            (address.n && span_eq_nocase(host, address)) ||
            in_list(host, names));
}
