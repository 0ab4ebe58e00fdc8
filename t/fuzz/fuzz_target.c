/* SPDX-License-Identifier: MIT
 *
 * fuzz_target: a request target; byte 0 chooses the method.  Properties: the
 * path starts with '/', has no empty, "." or ".." component, no component over
 * 255 bytes, no control character, and is one NUL-terminated string; the marks
 * are right; encoding a path and decoding it again gives the same path.
 */
#include <stdbool.h>
#include <string.h>

#include "base/chars.h"
#include "fuzz.h"
#include "http/scan.h"
#include "http/target.h"

static const enum method methods[] = { METHOD_GET, METHOD_OPTIONS,
                                       METHOD_CONNECT, METHOD_HEAD };

static void check_path(const struct target *t)
{
    struct span rest = t->path;
    bool dotted = false, first = true;

    PROPERTY(rest.n && rest.p[0] == '/');
    PROPERTY(rest.p[rest.n] == '\0' && strlen(rest.p) == rest.n);
    PROPERTY(t->directory == (rest.p[rest.n - 1] == '/'));
    for (size_t i = 0; i < rest.n; i++)
        PROPERTY((unsigned char)rest.p[i] >= 0x20 && rest.p[i] != 0x7f);
    rest = span_from(rest, 1);
    while (rest.n) {
        size_t n = span_find(rest, '/');
        struct span name = span_to(rest, n);
        PROPERTY(n > 0);
        PROPERTY(!span_eq(name, SPAN(".")) && !span_eq(name, SPAN("..")));
        if (name.p[0] == '.' &&
            !(first && n < rest.n && span_eq(name, SPAN(".well-known"))))
            dotted = true;
        first = false;
        rest = span_from(rest, n + 1);
    }
    PROPERTY(dotted == t->dotted);
}

static void check_again(const struct target *t)
{
    static char encoded[1 << 16], storage[1 << 16];
    static struct head h;
    struct buf b = buf_over(encoded, sizeof encoded);
    struct target again;

    target_encode(&b, t->path);
    if (b.overflow)
        return;
    h.method = METHOD_GET;
    h.target = buf_span(&b);
    PROPERTY(scan_target_scalar(b.p, b.p + b.n) == b.p + b.n);
    PROPERTY(target_decode(&again, &h, storage, sizeof storage) == FAULT_NONE);
    PROPERTY(again.form == TARGET_ORIGIN && !again.query.p);
    PROPERTY(span_eq(again.path, t->path));
    PROPERTY(again.dotted == t->dotted && again.directory == t->directory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct head h;

    if (size < 2 || size > 9000)
        return 0;
    h.method = methods[data[0] & 3];
    h.target = span_of((const char *)data + 1, size - 1);
    /* what head_parse() never lets through, but for its bytes */
    if (scan_target_scalar(h.target.p, h.target.p + h.target.n) !=
        h.target.p + h.target.n)
        return 0;

    size_t cap = h.target.n + 2;
    char *storage = malloc(cap);
    PROPERTY(storage);
    struct target t;
    enum fault f = target_decode(&t, &h, storage, cap);
    if (f == FAULT_NONE &&
        (t.form == TARGET_ORIGIN || t.form == TARGET_ABSOLUTE)) {
        check_path(&t);
        check_again(&t);
        if (t.form == TARGET_ORIGIN && t.plain)
            PROPERTY(span_starts(h.target, t.path));
    } else {
        PROPERTY(t.path.n == 0 && storage[0] == '\0');
    }
    if (f == FAULT_NONE && t.form == TARGET_ABSOLUTE) {
        struct span host;
        PROPERTY(target_authority(t.host, &host) && span_eq(host, t.host));
    }
    free(storage);
    return 0;
}
