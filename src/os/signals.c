/* SPDX-License-Identifier: MIT
 *
 * signals: signalfd for the master, plain defaults for its children.
 * Layer: os.  Returns >= 0 or -errno.
 */
#include "os/signals.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

static const int taken[] = { SIGTERM, SIGINT,  SIGQUIT, SIGHUP,
                             SIGUSR1, SIGUSR2, SIGCHLD };

static void taken_set(sigset_t *set)
{
    sigemptyset(set);
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++)
        sigaddset(set, taken[i]);
}

static void dispose(int number, void (*how)(int))
{
    struct sigaction action = { .sa_handler = how };

    sigaction(number, &action, NULL);
}

int signals_open(void)
{
    sigset_t set;

    taken_set(&set);
    dispose(SIGPIPE, SIG_IGN);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return -errno;
    int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

int signals_take(int fd)
{
    struct signalfd_siginfo info;

    if (read(fd, &info, sizeof info) != (ssize_t)sizeof info)
        return 0;
    return (int)info.ssi_signo;
}

void signals_child(void)
{
    sigset_t set;

    dispose(SIGPIPE, SIG_IGN);
    /* Ctrl-C reaches the whole foreground group; the master decides */
    dispose(SIGINT, SIG_IGN);
    dispose(SIGQUIT, SIG_IGN);
    dispose(SIGHUP, SIG_IGN);
    dispose(SIGUSR1, SIG_IGN);
    dispose(SIGUSR2, SIG_IGN);
    taken_set(&set);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}
