/* SPDX-License-Identifier: MIT
 *
 * secret: the terminal without echo, for one line.
 * Layer: os.
 */
#include "os/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };
#define SIGNALS (sizeof signals / sizeof signals[0])

/* Signals are let in while a line is waited for and at no other time, or one
 * that comes just before would be waited through. */
struct guard {
    struct sigaction old[SIGNALS];
    sigset_t before;
};

static volatile sig_atomic_t caught;

static void note(int number)
{
    caught = number;
}

static void catch_signals(struct guard *g)
{
    struct sigaction note_it = { .sa_handler = note };

    caught = 0;
    sigemptyset(&note_it.sa_mask);
    for (size_t i = 0; i < SIGNALS; i++)
        sigaddset(&note_it.sa_mask, signals[i]);
    (void)sigprocmask(SIG_BLOCK, &note_it.sa_mask, &g->before);
    for (size_t i = 0; i < SIGNALS; i++)
        (void)sigaction(signals[i], &note_it, &g->old[i]);
}

static void let_go(const struct guard *g)
{
    for (size_t i = 0; i < SIGNALS; i++)
        (void)sigaction(signals[i], &g->old[i], NULL);
    if (caught)
        (void)raise(caught);
    (void)sigprocmask(SIG_SETMASK, &g->before, NULL);
}

/* One byte; g: how to wait for it, NULL: at a call that may be interrupted. */
static ssize_t read_byte(int fd, const struct guard *g, char *c)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    ssize_t k;

    do {
        if (g && ppoll(&p, 1, NULL, &g->before) < 0)
            return -errno;
        k = read(fd, c, 1);
    } while (k < 0 && errno == EINTR);
    return k < 0 ? -errno : k;
}

/* A line's end is not part of it. */
static int read_line(int fd, const struct guard *g, char *out, size_t cap)
{
    size_t n = 0;

    for (;;) {
        char c;
        ssize_t k = read_byte(fd, g, &c);
        if (k < 0)
            return (int)k;
        if (k == 0 && n == 0)
            return -ENODATA;
        if (k == 0 || c == '\n')
            break;
        if (n + 1 == cap)
            return -E2BIG;
        out[n++] = c;
    }
    if (n > 0 && out[n - 1] == '\r')
        n--;
    out[n] = '\0';
    return (int)n;
}

int secret_from_stdin(char *out, size_t cap)
{
    return read_line(STDIN_FILENO, NULL, out, cap);
}

int secret_read(const char *prompt, char *out, size_t cap)
{
    struct guard guard;
    struct termios shown, hidden;
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    int n;

    if (fd < 0)
        return -ENXIO;
    catch_signals(&guard);
    n = tcgetattr(fd, &shown) == 0 ? 0 : -errno;
    if (n == 0) {
        hidden = shown;
        hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
        /* what was typed ahead was shown: it does not count */
        n = tcsetattr(fd, TCSAFLUSH, &hidden) == 0 ? 0 : -errno;
    }
    if (n == 0) {
        (void)!write(fd, prompt, strlen(prompt));
        n = read_line(fd, &guard, out, cap);
        (void)tcsetattr(fd, TCSAFLUSH, &shown);
        (void)!write(fd, "\n", 1);
    }
    let_go(&guard);
    close(fd);
    return n;
}
