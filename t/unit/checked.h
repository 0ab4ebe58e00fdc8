/* SPDX-License-Identifier: MIT
 *
 * checked: does a CHECK end what it should?  Tried in a process of its own.
 */
#ifndef ETAGD_UNIT_CHECKED_H
#define ETAGD_UNIT_CHECKED_H

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "unit.h"

static int checked_ends[2];

static inline void checked_tell(const char *text)
{
    (void)!write(checked_ends[1], text, strlen(text));
}

/* `act` fails a CHECK whose condition contains `what`; "": it fails none. */
static inline void assert_checked(void (*act)(void *), void *with,
                                  const char *what)
{
    char said[1024];
    size_t at = 0;
    ssize_t n;
    int status;

    assert_int_equal(pipe(checked_ends), 0);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        check_teller(checked_tell);
        act(with);
        _exit(0);
    }
    close(checked_ends[1]);
    while ((n = read(checked_ends[0], said + at, sizeof said - 1 - at)) > 0)
        at += (size_t)n;
    said[at] = '\0';
    close(checked_ends[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (*what == '\0') {
        assert_string_equal(said, "");
        assert_int_equal(status, 0);
        return;
    }
    if (!strstr(said, what))
        fail_msg("\"%s\" failed, not \"%s\"", said, what);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

#endif
