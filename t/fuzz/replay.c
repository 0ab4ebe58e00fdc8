/* SPDX-License-Identifier: MIT
 *
 * replay: runs a fuzz target over its corpus with any compiler.
 * Without arguments: every file of $srcdir/t/fuzz/corpus/NAME, NAME being this
 * program's; with arguments: those files.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static int run_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    size_t n = 0, cap = 1 << 16;
    uint8_t *p = malloc(cap);

    if (!f || !p) {
        perror(path);
        exit(1);
    }
    for (size_t got; (got = fread(p + n, 1, cap - n, f)) > 0;) {
        n += got;
        if (n == cap && !(p = realloc(p, cap *= 2)))
            exit(1);
    }
    fclose(f);
    /* an exact copy, so that an over-read is one for the sanitizer too */
    uint8_t *exact = malloc(n ? n : 1);
    if (!exact)
        exit(1);
    memcpy(exact, p, n);
    free(p);
    LLVMFuzzerTestOneInput(exact, n);
    free(exact);
    return 0;
}

static int run_corpus(const char *program)
{
    const char *base = strrchr(program, '/'), *srcdir = getenv("srcdir");
    char dir[1024];
    int count = 0;

    base = base ? base + 1 : program;
    snprintf(dir, sizeof dir, "%s/t/fuzz/corpus/%s", srcdir ? srcdir : ".",
             base);
    DIR *d = opendir(dir);
    if (!d) {
        perror(dir);
        return 1;
    }
    for (struct dirent *e; (e = readdir(d));) {
        char path[2048];
        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        run_file(path);
        count++;
    }
    closedir(d);
    printf("%s: %d inputs\n", base, count);
    return count ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc == 1)
        return run_corpus(argv[0]);
    for (int i = 1; i < argc; i++)
        run_file(argv[i]);
    return 0;
}
