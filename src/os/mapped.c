/* SPDX-License-Identifier: MIT
 *
 * mapped: looks through /proc/self/maps.
 * Layer: os.
 */
#include "os/mapped.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define LINE_MAX_BYTES 4352 /* a path, and what is in front of it */

/* A line: "FROM-TO RIGHTS OFFSET DEV INODE   PATH". */
static bool is_of(char *line, const char *end, struct mapped *out)
{
    uintptr_t from, to;
    char rights[5];
    size_t n = strcspn(line, "\n"), k = strlen(end);

    line[n] = '\0';
    if (n < k || strcmp(line + n - k, end) != 0 ||
        sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s", &from, &to, rights) !=
            3 ||
        strncmp(rights, "r-", 2) != 0)
        return false;
    *out = (struct mapped){ (char *)from, to - from };
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
