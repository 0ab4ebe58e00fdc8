/* SPDX-License-Identifier: MIT
 *
 * process: rlimits, and descriptors 0 to 2.
 * Layer: os.  Cannot fail in a way that matters.
 */
#include "os/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENOUGH (1u << 20)

void process_standard_descriptors(void)
{
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) >= 0)
            continue;
        /* the lowest free number is this one; without close-on-exec, as the
         * standard descriptors are */
        if (open("/dev/null", O_RDONLY) != fd)
            return;
    }
}

void process_append_only(void)
{
    struct stat s;

    for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++) {
        int flags = fcntl(fd, F_GETFL);
        if (flags >= 0 && fstat(fd, &s) == 0 && S_ISREG(s.st_mode))
            (void)fcntl(fd, F_SETFL, flags | O_APPEND);
    }
}

void process_without_terminal(void)
{
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (fd < 0)
        return;
    (void)dup2(fd, STDIN_FILENO);
    (void)dup2(fd, STDOUT_FILENO);
    if (fd > STDERR_FILENO)
        close(fd);
}

void process_raise_descriptors(void)
{
    struct rlimit r;

    if (getrlimit(RLIMIT_NOFILE, &r) != 0)
        return;
    /* some systems have a hard limit of 2^30, and sizes are made of it */
    rlim_t most = r.rlim_max < ENOUGH ? r.rlim_max : ENOUGH;
    if (r.rlim_cur >= most)
        return;
    r.rlim_cur = most;
    (void)setrlimit(RLIMIT_NOFILE, &r);
}

size_t process_descriptors(void)
{
    struct rlimit r;

    if (getrlimit(RLIMIT_NOFILE, &r) != 0 || r.rlim_cur == RLIM_INFINITY)
        return 0;
    return (size_t)r.rlim_cur;
}

char process_state_of(struct span stat)
{
    size_t at = stat.n;

    while (at > 0 && stat.p[at - 1] != ')')
        at--;
    struct span rest = span_from(stat, at);
    bool fine = at > 0 && rest.n >= 3 && rest.p[0] == ' ' && rest.p[2] == ' ';

    return fine ? rest.p[1] : '\0';
}

char process_state(int pid)
{
    char path[32], text[512];
    ssize_t n = -1;

    (void)snprintf(path, sizeof path, "/proc/%d/stat", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        n = read(fd, text, sizeof text);
        close(fd);
    }
    return n > 0 ? process_state_of(span_of(text, (size_t)n)) : '\0';
}

bool process_lives(int pid)
{
    return kill(pid, 0) == 0 || errno == EPERM;
}

size_t process_descriptors_open(void)
{
    size_t n = 0;

    for (int fd = 0; fd < 1024; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}
