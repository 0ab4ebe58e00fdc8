/* SPDX-License-Identifier: MIT
 *
 * fuzz_body: chunked (or counted) content.  Byte 0: the limit; byte 1: the kind
 * and where and how it is cut.  Properties: any cut gives the same verdict,
 * the same bytes used and the same content; used is all of it when more is
 * needed; a finished body takes nothing.
 */
#include <stdbool.h>
#include <string.h>

#include "fuzz.h"
#include "http/body.h"

struct outcome {
    enum fault fault;
    size_t used;
    uint64_t taken;
};

static struct outcome take(struct body b, const char *p, size_t n, size_t first,
                           size_t step)
{
    struct outcome out = { FAULT_MORE, 0, 0 };
    uint64_t bytes_max = b.bytes_max;

    for (size_t portion = first; out.fault == FAULT_MORE; portion = step) {
        size_t used;
        if (portion > n - out.used)
            portion = n - out.used;
        /* an exact copy: reading past the portion is a fault of ours */
        char *copy = malloc(portion ? portion : 1);
        PROPERTY(copy);
        memcpy(copy, p + out.used, portion);
        out.fault = body_take(&b, copy, portion, &used);
        free(copy);
        PROPERTY(used <= portion);
        PROPERTY(out.fault != FAULT_MORE || used == portion);
        out.used += used;
        if (out.used == n && out.fault == FAULT_MORE)
            break;
    }
    out.taken = b.taken;
    PROPERTY(out.taken <= bytes_max && out.taken <= out.used);
    if (out.fault == FAULT_NONE) {
        size_t used = 1;
        PROPERTY(body_take(&b, "5\r\n", 3, &used) == FAULT_NONE && used == 0);
    }
    return out;
}

static bool same(struct outcome a, struct outcome b)
{
    return a.fault == b.fault && a.used == b.used && a.taken == b.taken;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3)
        return 0;
    struct body b = { .kind = BODY_CHUNKED,
                      .bytes_max = (uint64_t)data[0] * data[0] };
    const char *p = (const char *)data + 2;
    size_t n = size - 2;
    if (data[1] & 0x80) {
        b.kind = BODY_LENGTH;
        b.left = b.bytes_max = data[0];
    }

    struct outcome whole = take(b, p, n, n, n);
    PROPERTY(whole.fault == FAULT_NONE || whole.fault == FAULT_MORE ||
             !fault_row(whole.fault)->lives);
    PROPERTY(b.kind == BODY_CHUNKED || whole.used <= data[0]);
    PROPERTY(same(whole, take(b, p, n, 1, 1)));
    PROPERTY(same(whole, take(b, p, n, data[1] & 0x7f, n)));
    PROPERTY(same(whole, take(b, p, n, n / 2, 1 + (data[1] & 7))));
    /* what follows is not looked at */
    if (whole.fault == FAULT_NONE && whole.used < n)
        PROPERTY(same(whole, take(b, p, whole.used, n, n)));
    return 0;
}
