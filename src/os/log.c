/* SPDX-License-Identifier: MIT
 *
 * log: formats and writes the lines of the error log.
 * Layer: os.  One write(2) a line, so that lines of several processes never
 * mix.  Under a service manager (JOURNAL_STREAM) each line starts with its
 * priority, "<4>", and leaves time and process to the journal.
 */
#include "os/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "os/file.h"

static struct {
    int fd;
    enum log_severity lowest;
    uint64_t lost, told;
    bool cut; /* the last line has no end */
    char role[32];
    signed char journal; /* -1: not looked at yet */
    struct buf *tee;
} state = { STDERR_FILENO, LOG_INFO_, 0, 0, false, "etagd", -1, NULL };

static const struct {
    const char *word;
    int priority; /* syslog's */
} levels[] = { { "debug", 7 }, { "info", 6 }, { "warn", 4 }, { "error", 3 } };

void log_role(const char *role)
{
    snprintf(state.role, sizeof state.role, "%s", role);
}

void log_threshold(enum log_severity lowest)
{
    state.lowest = lowest;
}

int log_open(const char *path)
{
    int fd = STDERR_FILENO;

    if (strcmp(path, "-") != 0) {
        fd = open(path,
                  O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY |
                      O_NONBLOCK,
                  0640);
        if (fd < 0)
            return -errno;
    }
    log_adopt(fd);
    return 0;
}

void log_adopt(int fd)
{
    if (state.fd != STDERR_FILENO)
        close(state.fd);
    state.fd = fd;
    state.journal = -1;
}

int log_descriptor(void)
{
    return state.fd;
}

void log_tee(struct buf *copy)
{
    state.tee = copy;
}

uint64_t log_lost(void)
{
    return state.lost;
}

static int prefix(char *out, size_t cap, enum log_severity level)
{
    if (state.journal < 0)
        state.journal = state.fd == STDERR_FILENO && getenv("JOURNAL_STREAM");
    if (state.journal)
        return snprintf(out, cap, "<%d>%s: ", levels[level].priority,
                        state.role);

    struct timespec now;
    struct tm tm;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &tm);
    return snprintf(out, cap,
                    "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ etagd[%d] %s %s ",
                    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
                    tm.tm_min, tm.tm_sec, now.tv_nsec / 1000000, (int)getpid(),
                    state.role, levels[level].word);
}

/* Control characters become '?': a client's bytes must not move a cursor. */
static void clean(char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)p[i] < 32 || p[i] == 127)
            p[i] = '?';
    }
}

/* The whole line or, as far as we can, none of it. */
static bool put(const char *line, size_t n)
{
    int error;

    /* the rest of a line that was cut by a full disk never comes */
    if (state.cut && file_append(state.fd, "\n", 1, &error) == 1)
        state.cut = false;
    size_t written = state.cut ? 0 : file_append(state.fd, line, n, &error);
    state.cut = state.cut || (written > 0 && written < n);
    state.lost += written < n;
    return written == n;
}

static void tell_lost(void)
{
    char line[128];
    uint64_t n = state.lost - state.told;
    int at = prefix(line, sizeof line, LOG_WARN_);

    at += snprintf(line + at, sizeof line - (size_t)at,
                   "W070: %llu lines of this log were lost\n",
                   (unsigned long long)n);
    if (put(line, (size_t)at))
        state.told += n;
}

void log_without_waiting(void)
{
    int fd = file_without_waiting(STDERR_FILENO);

    if (fd < 0)
        return;
    (void)dup2(fd, STDERR_FILENO);
    close(fd);
}

void log_line(enum log_severity level, const char *id, const char *fmt, ...)
{
    char line[1024];
    int saved = errno;

    if (level < state.lowest)
        return;
    size_t at = (size_t)prefix(line, sizeof line, level);
    at += (size_t)snprintf(line + at, sizeof line - at, "%s: ", id);

    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(line + at, sizeof line - at - 1, fmt, ap);
    va_end(ap);
    if (n < 0)
        return;
    size_t room = sizeof line - at - 2;
    size_t len = (size_t)n < room ? (size_t)n : room;
    clean(line + at, len);
    line[at + len] = '\n';
    if (state.tee && level >= LOG_WARN_)
        buf_put(state.tee, line + at, len + 1);
    bool gap = state.lost > state.told;
    if (put(line, at + len + 1) && gap)
        tell_lost();
    errno = saved;
}
