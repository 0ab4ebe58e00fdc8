/* SPDX-License-Identifier: MIT
 *
 * fuzz_head: a request head, under limits that the first byte chooses.
 * Properties: a verdict, once fallen, stays for every longer input; a complete
 * head is found at its last byte; spans lie within the input and hold what
 * their grammar allows; the vector scans say what their twins say; what a head
 * says (members, host, persistence, framing) is the same for any position in
 * memory; a path that the parser calls simple is what decoding makes of it.
 */
#include <stdbool.h>
#include <string.h>

#include "base/chars.h"
#include "fuzz.h"
#include "http/body.h"
#include "http/head.h"
#include "http/scan.h"
#include "http/target.h"

static const struct head_limits choices[] = {
    { 8192, 8192, 32768, 100 },
    { 16, 24, 96, 3 },
    { 64, 16, 4096, HEAD_FIELDS_MAX },
    { 1, 1, 1, 0 },
};

static bool within(struct span s, const char *p, size_t n)
{
    return s.p >= p && s.n <= n && (size_t)(s.p - p) <= n - s.n;
}

static bool all(struct span s, enum char_class set)
{
    return scan_while(s.p, s.p + s.n, set) == s.p + s.n;
}

static void check_members(const struct head *h, const char *p)
{
    for (enum field_id id = 0; id < FIELD_OTHER; id++) {
        struct head_cursor at = { 0 };
        struct span member;
        size_t count = 0;
        while (head_next(h, id, &at, &member)) {
            PROPERTY(within(member, p, h->bytes) && member.n);
            PROPERTY(member.n == span_trim(member).n);
            PROPERTY(++count <= h->bytes);
        }
    }
}

static void check_head(const struct head *h, const char *p, size_t n,
                       const struct head_limits *limits)
{
    uint64_t present = 0, repeated = 0;

    PROPERTY(h->bytes <= n && h->bytes <= limits->head_bytes_max);
    PROPERTY(within(h->target, p, h->bytes) && h->target.n);
    PROPERTY(h->target.n <= limits->target_bytes_max);
    for (size_t i = 0; i < h->target.n; i++) {
        char c = h->target.p[i];
        bool late = memchr(h->target.p, '?', i) != NULL;
        PROPERTY(chars_is(c, CHAR_TARGET) || c == '|' || c == '^' ||
                 (late && (c == '{' || c == '}' || c == '`' || c == '\\')));
    }
    PROPERTY(within(h->method_text, p, h->bytes) && h->method_text.n);
    PROPERTY(all(h->method_text, CHAR_TOKEN));
    PROPERTY(method_of(h->method_text) == h->method);
    PROPERTY(h->minor == 0 || h->minor == 1);
    PROPERTY(h->n_fields <= limits->fields_max);
    for (size_t i = 0; i < h->n_fields; i++) {
        const struct head_field *f = &h->fields[i];
        uint64_t bit = (uint64_t)1 << f->id;
        PROPERTY(within(f->name, p, h->bytes) && f->name.n);
        PROPERTY(all(f->name, CHAR_TOKEN) && field_of(f->name) == f->id);
        PROPERTY(within(f->value, p, h->bytes) && all(f->value, CHAR_FIELD));
        PROPERTY(f->value.n == span_trim(f->value).n);
        PROPERTY((present & bit) || h->first[f->id] == i);
        repeated |= present & bit;
        present |= bit;
    }
    PROPERTY(present == h->present && repeated == h->repeated);
    check_members(h, p);
}

/* A simple path is what decoding it makes of it. */
static void check_target(const struct head *h)
{
    static char simple[32770], decoded[32770];
    static struct head slow;
    struct target a, b;

    slow.method = h->method;
    slow.target = h->target;
    enum fault f = target_decode(&b, &slow, decoded, sizeof decoded);
    PROPERTY(target_decode(&a, h, simple, sizeof simple) == f);
    PROPERTY(h->simple <= h->target.n);
    if (h->simple == 0 || f != FAULT_NONE)
        return;
    PROPERTY(a.form == b.form && a.form == TARGET_ORIGIN);
    PROPERTY(span_eq(a.path, b.path) && a.path.n == h->simple);
    PROPERTY(a.path.p[a.path.n] == '\0');
    PROPERTY(a.directory == b.directory && a.dotted == b.dotted);
    PROPERTY(a.plain && b.plain && !a.host.p && !b.host.p);
    PROPERTY(a.query.p == b.query.p && a.query.n == b.query.n);
}

/* The same answers from a copy elsewhere, whose unused fields differ. */
static void check_meaning(const struct head *a, const char *p,
                          const struct head_limits *limits)
{
    static struct head b;
    struct span host_a, host_b;
    struct body body_a, body_b;
    bool wanted_a, wanted_b;
    char *copy = malloc(a->bytes);

    PROPERTY(copy);
    memcpy(copy, p, a->bytes);
    memset(&b, 0xa5, sizeof b);
    PROPERTY(head_parse(&b, copy, a->bytes, limits) == FAULT_NONE);
    PROPERTY(head_persists(a) == head_persists(&b));
    PROPERTY(head_host(a, &host_a) == head_host(&b, &host_b));
    PROPERTY(span_eq(host_a, host_b) && !host_a.p == !host_b.p);
    PROPERTY(head_expect(a, &wanted_a) == head_expect(&b, &wanted_b));
    PROPERTY(wanted_a == wanted_b);
    PROPERTY(body_framing(a, 1000, &body_a) == body_framing(&b, 1000, &body_b));
    PROPERTY(body_a.kind == body_b.kind && body_a.left == body_b.left);
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct head h;

    if (size < 1)
        return 0;
    const struct head_limits *limits = &choices[data[0] & 3];
    const char *p = (const char *)data + 1, *end = p + size - 1;
    size_t n = size - 1;
    enum fault whole = head_parse(&h, p, n, limits);

    PROPERTY(whole < FAULT_COUNT);
    PROPERTY((h.bytes != 0) == (whole == FAULT_NONE));
    if (whole == FAULT_NONE) {
        check_head(&h, p, n, limits);
        check_target(&h);
        check_meaning(&h, p, limits);
    }

    size_t bytes = whole == FAULT_NONE ? h.bytes : n, fell = n + 1;
    size_t step = n > 2048 ? n / 512 : 1;
    for (size_t i = 0; i <= n; i += step) {
        enum fault f = head_parse(&h, p, i, limits);
        PROPERTY(f == FAULT_MORE || f == whole);
        PROPERTY(fell > n || f == whole);
        PROPERTY(f != FAULT_NONE || h.bytes == bytes);
        PROPERTY(whole != FAULT_NONE || (f == FAULT_NONE) == (i >= bytes));
        if (f != FAULT_MORE && fell > n)
            fell = i;
    }
    for (const char *at = p; end - at > 0; at += 7) {
        PROPERTY(scan_name(at, end) == scan_name_scalar(at, end));
        PROPERTY(scan_value(at, end) == scan_value_scalar(at, end));
        PROPERTY(scan_target(at, end) == scan_target_scalar(at, end));
        PROPERTY(scan_plain(at, end) == scan_plain_scalar(at, end));
    }
    return 0;
}
