/* SPDX-License-Identifier: MIT
 *
 * lab: finds the helper of `etagd lab` and `etagd annotate` and becomes it.
 * Layer: tool.
 *
 * The helper is looked for in $ETAGD_LIBEXEC, beside the program (a build
 * folder has a link to it), and where it was installed.  It is told which etagd
 * called it and where its data are.
 */
#include "tool/lab.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"

enum { PATH_BYTES = 4096 };

static const char *const words[] = { "lab", "annotate" };

bool lab_knows(const char *word)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(word, words[i]) == 0)
            return true;
    }
    return false;
}

/* Is there such a program in $PATH? */
static bool in_path(const char *program)
{
    const char *at = getenv("PATH");
    char path[PATH_BYTES];

    while (at && *at) {
        size_t n = strcspn(at, ":");
        int m = snprintf(path, sizeof path, "%.*s/%s", (int)n, at, program);
        if (m < (int)sizeof path && access(path, X_OK) == 0)
            return true;
        at += n + (at[n] == ':');
    }
    return false;
}

/* Becomes dir + tail, if that is there. */
static void try(char **argv, const char *dir, size_t n, const char *tail)
{
    char path[PATH_BYTES];
    struct buf b = buf_over(path, sizeof path - 1);

    buf_put(&b, dir, n);
    buf_str(&b, tail);
    if (b.overflow)
        return;
    path[b.n] = '\0';
    if (access(path, X_OK) == 0 && !in_path("python3")) {
        fputs("etagd: python3 is not installed (Debian: apt-get install "
              "python3); the helper is written in it\n",
              stderr);
        exit(1);
    }
    argv[0] = path;
    execv(path, argv);
    if (errno != ENOENT && errno != ENOTDIR) {
        fprintf(stderr, "etagd: %s: %s\n", path, strerror(errno));
        exit(1);
    }
}

int lab_become(char **argv)
{
    const char *from = getenv("ETAGD_LIBEXEC");
    char self[PATH_BYTES];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    /* The helper's argv[0] is its own path; the word stays as argument 1. */
    char **all = argv - 1;

    self[n > 0 ? n : 0] = '\0';
    if ((n > 0 && setenv("ETAGD", self, 0) != 0) ||
        setenv("ETAGD_DATADIR", ETAGD_DATADIR, 0) != 0) {
        perror("etagd: setenv");
        return 1;
    }
    if (from) {
        try(all, from, strlen(from), "/lab");
    } else {
        const char *slash = strrchr(self, '/');
        if (slash)
            try(all, self, (size_t)(slash - self), "/etagd-lab");
        try(all, ETAGD_LIBEXECDIR, strlen(ETAGD_LIBEXECDIR), "/lab");
    }
    fprintf(stderr, "etagd %s: its helper is not installed in %s\n", argv[0],
            from ? from : ETAGD_LIBEXECDIR);
    return 1;
}
