/* SPDX-License-Identifier: MIT
 *
 * method: one row per method that etagd knows by name (RFC 9110 section 9,
 * RFC 5789 for PATCH) and what a server of files does with it.
 * Layer: http (pure).
 */
#include "http/method.h"

#include "base/check.h"

static const struct {
    struct span name;
    enum method_support support;
} rows[METHOD_COUNT] = {
    [METHOD_GET] = { SPAN("GET"), METHOD_SERVED },
    [METHOD_HEAD] = { SPAN("HEAD"), METHOD_SERVED },
    [METHOD_OPTIONS] = { SPAN("OPTIONS"), METHOD_SERVED },
    [METHOD_POST] = { SPAN("POST"), METHOD_NOT_ALLOWED },
    [METHOD_PUT] = { SPAN("PUT"), METHOD_NOT_ALLOWED },
    [METHOD_DELETE] = { SPAN("DELETE"), METHOD_NOT_ALLOWED },
    [METHOD_PATCH] = { SPAN("PATCH"), METHOD_NOT_ALLOWED },
    [METHOD_TRACE] = { SPAN("TRACE"), METHOD_NOT_ALLOWED },
    [METHOD_CONNECT] = { SPAN("CONNECT"), METHOD_NOT_ALLOWED },
    [METHOD_OTHER] = { SPAN("-"), METHOD_UNKNOWN },
};

enum method method_of(struct span text)
{
    for (enum method m = METHOD_GET; m < METHOD_OTHER; m++) {
        if (span_eq(text, rows[m].name))
            return m;
    }
    return METHOD_OTHER;
}

enum method_support method_support(enum method m)
{
    CHECK(m < METHOD_COUNT);
    return rows[m].support;
}

struct span method_allow(void)
{
    return SPAN("GET, HEAD, OPTIONS");
}
