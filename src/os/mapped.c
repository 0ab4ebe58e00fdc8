/* SPDX-License-Identifier: MIT
 *
 * mapped: looks through /proc/self/maps.
 * Layer: os.
 */
#include "os/mapped.h"

#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>

#include "base/num.h"
#include "base/span.h"

#define LINE_MAX_BYTES 4352 /* a path, and what is in front of it */

/* A line: "FROM-TO RIGHTS OFFSET DEV INODE   PATH". */
static bool is_of(const char *text, const char *end, struct mapped *out)
{
    struct span line = span_str(text), tail = span_str(end);
    uint64_t from, to;

    line = span_to(line, span_find(line, '\n'));
    if (line.n < tail.n || !span_eq(span_from(line, line.n - tail.n), tail))
        return false;
    size_t dash = span_find(line, '-'), blank = span_find(line, ' ');
    if (dash >= blank || !num_hex(span_to(line, dash), &from) ||
        !num_hex(span_from(span_to(line, blank), dash + 1), &to) ||
        !span_starts(span_from(line, blank), SPAN(" r-")))
        return false;
    *out = (struct mapped){ (char *)(uintptr_t)from, (size_t)(to - from) };
    return true;
}

struct mapped mapped_find(const char *end)
{
    struct mapped found = { NULL, 0 };
    char line[LINE_MAX_BYTES];
    FILE *f = fopen("/proc/self/maps", "re");

    while (f && fgets(line, sizeof line, f) && !is_of(line, end, &found))
        ;
    if (f)
        fclose(f);
    return found;
}

void mapped_rest(const struct mapped *m)
{
    if (m->p)
        (void)madvise(m->p, m->n, MADV_DONTNEED);
}
