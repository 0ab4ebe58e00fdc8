/* SPDX-License-Identifier: MIT
 *
 * fuzz_range: 8 bytes of a size, then the Range field's value.
 */
#include "fuzz.h"

#include <string.h>

#include "http/range.h"

static bool same(const struct range_plan *a, const struct range_plan *b)
{
    if (a->verdict != b->verdict || a->n != b->n)
        return false;
    for (unsigned i = 0; i < a->n; i++) {
        if (a->piece[i].first != b->piece[i].first ||
            a->piece[i].bytes != b->piece[i].bytes)
            return false;
    }
    return true;
}

static void properties(const struct range_plan *p, uint64_t size)
{
    uint64_t left = size;

    PROPERTY(p->n <= RANGE_PIECES_MAX);
    PROPERTY((p->verdict == RANGE_SATISFIABLE) == (p->n > 0));
    for (unsigned i = 0; i < p->n; i++) {
        const struct range_piece *a = &p->piece[i];
        PROPERTY(a->bytes > 0);
        PROPERTY(a->first < size && a->bytes <= size - a->first);
        PROPERTY(a->bytes <= left); /* never more than the file in all */
        left -= a->bytes;
        for (unsigned k = 0; k < i; k++) {
            const struct range_piece *b = &p->piece[k];
            PROPERTY(a->first < b->first
                         ? b->first - (a->first + a->bytes) >= 80
                         : a->first - (b->first + b->bytes) >= 80);
            PROPERTY(a->first >= b->first + b->bytes ||
                     b->first >= a->first + a->bytes);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char copy[512];
    uint64_t file;
    struct span value;
    struct range_plan p, again;

    if (size < sizeof file || size - sizeof file >= sizeof copy - 1)
        return 0;
    memcpy(&file, data, sizeof file);
    value = span_of((const char *)data + sizeof file, size - sizeof file);
    p = range_plan(value, file);
    properties(&p, file);
    if (p.verdict == RANGE_IGNORE)
        return 0;
    /* an empty member more and a unit in capitals change nothing */
    memcpy(copy, value.p, value.n);
    memcpy(copy, "BYTES=", 6);
    copy[value.n] = ',';
    again = range_plan(span_of(copy, value.n + 1), file);
    PROPERTY(same(&p, &again));
    /* an empty file is had as a whole */
    again = range_plan(value, 0);
    PROPERTY(again.verdict == RANGE_IGNORE);
    /* a malformed member voids the field */
    copy[value.n + 1] = 'x';
    PROPERTY(range_plan(span_of(copy, value.n + 2), file).verdict ==
             RANGE_IGNORE);
    return 0;
}
