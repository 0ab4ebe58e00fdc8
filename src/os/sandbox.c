/* SPDX-License-Identifier: MIT
 *
 * sandbox: no new privileges, Landlock, and the filter of system calls
 * (os/filter) where there is one.
 * Layer: os.  Returns 0 or -errno.
 */
#include "os/sandbox.h"

#include "config.h"

#include <errno.h>
#include <linux/close_range.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/filter.h"
#include "os/landlock.h"
#include "os/log.h"

#if !defined ETAGD_SANITIZE && !defined ETAGD_COVERAGE
#define FULL 1
#else
#define FULL 0
#endif

#ifdef HAVE_SECCOMP
#define FILTERED FULL
#else
#define FILTERED 0
#endif

int sandbox_enter(const struct sandbox *s)
{
    int abi = landlock_abi();
    int error = 0;

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -errno;
#ifdef ETAGD_COVERAGE
    return 0; /* counters are written to files at the end */
#endif
    if (FULL && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
        return -errno;
    if (abi > s->landlock_most)
        abi = s->landlock_most;
    if (abi > 0)
        error = landlock_enter(abi, s->below, s->n_below);
#if FILTERED
    if (!error) {
        error = filter_enter(s->role);
        if (error)
            log_error("S004",
                      "the kernel refuses this process's filter of system "
                      "calls: %s",
                      strerror(-error));
    }
#endif
    return error;
}

static bool filters_known(void)
{
#if FILTERED
    return filter_known();
#else
    return false;
#endif
}

bool sandbox_whole(const char **what)
{
    *what = "";
    if (!FILTERED)
        *what = "this build has no filter of system calls";
    else if (!filters_known())
        *what = "this kernel has no filter of system calls";
    else if (landlock_abi() == 0)
        *what = "this kernel has no Landlock: workers can read every file "
                "that their user can";
    return **what == '\0';
}

static int by_number(const void *a, const void *b)
{
    const int *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

void sandbox_close_others(int *keep, size_t n)
{
    unsigned from = STDERR_FILENO + 1;

    qsort(keep, n, sizeof *keep, by_number);
    for (size_t i = 0; i < n; i++) {
        if (keep[i] < (int)from)
            continue;
        if ((unsigned)keep[i] > from)
            (void)syscall(SYS_close_range, from, (unsigned)keep[i] - 1, 0);
        from = (unsigned)keep[i] + 1;
    }
    (void)syscall(SYS_close_range, from, ~0u, 0);
}
