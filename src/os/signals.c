/* SPDX-License-Identifier: MIT
 *
 * signals: defaults for the program, signalfd for the master.
 * Layer: os.  Returns >= 0 or -errno.
 */
#include "os/signals.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <unistd.h>

static const int taken[] = { SIGTERM, SIGINT,  SIGQUIT, SIGHUP,
                             SIGUSR1, SIGUSR2, SIGCHLD };

static bool hangup_ignored; /* when the program began */

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

/* An exec keeps what was ignored and blocked, and a running alarm.  What has a
 * handler already is a sanitizer's. */
void signals_own(void)
{
    const struct itimerval never = { { 0, 0 }, { 0, 0 } };
    struct sigaction now;
    sigset_t none;

    for (int number = 1; number <= SIGRTMAX; number++) {
        if (sigaction(number, NULL, &now) != 0 || now.sa_handler != SIG_IGN)
            continue;
        hangup_ignored = hangup_ignored || number == SIGHUP;
        dispose(number, SIG_DFL);
    }
    /* a file at its limit is a write that fails, not a death */
    dispose(SIGXFSZ, SIG_IGN);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    (void)setitimer(ITIMER_REAL, &never, NULL);
}

bool signals_outlive_terminal(void)
{
    return hangup_ignored;
}

void signals_pass(void)
{
    if (hangup_ignored)
        dispose(SIGHUP, SIG_IGN);
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
