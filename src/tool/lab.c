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

/* dir + tail as a path, if that is a program. */
static bool found(char out[PATH_BYTES], const char *dir, size_t n,
                  const char *tail)
{
    struct buf b = buf_over(out, PATH_BYTES - 1);

    buf_put(&b, dir, n);
    buf_str(&b, tail);
    if (b.overflow)
        return false;
    out[b.n] = '\0';
    return access(out, X_OK) == 0;
}

static bool find_helper(char out[PATH_BYTES], const char *self)
{
    const char *from = getenv("ETAGD_LIBEXEC");
    const char *slash = strrchr(self, '/');

    if (from)
        return found(out, from, strlen(from), "/lab");
    return (slash &&
            found(out, self, (size_t)(slash - self), "/etagd-lab")) ||
           found(out, ETAGD_LIBEXECDIR, strlen(ETAGD_LIBEXECDIR), "/lab");
}

int lab_become(char **argv)
{
    char self[PATH_BYTES], helper[PATH_BYTES];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

    self[n > 0 ? n : 0] = '\0';
    if (!find_helper(helper, self)) {
        fprintf(stderr, "etagd %s: its helper is not installed in %s\n",
                argv[0],
                getenv("ETAGD_LIBEXEC") ? getenv("ETAGD_LIBEXEC")
                                        : ETAGD_LIBEXECDIR);
        return 1;
    }
    if ((n > 0 && setenv("ETAGD", self, 0) != 0) ||
        setenv("ETAGD_DATADIR", ETAGD_DATADIR, 0) != 0) {
        perror("etagd: setenv");
        return 1;
    }
    /* The helper's argv[0] is its own path; the word stays as argument 1. */
    argv[-1] = helper;
    execv(helper, argv - 1);
    fprintf(stderr, "etagd: %s: %s\n", helper, strerror(errno));
    return 1;
}
