/* SPDX-License-Identifier: MIT
 *
 * log: gives the lines of the error log their form, and writes them.
 * Layer: os.  One write(2) a line, so that lines of several processes never
 * mix.  Under a service manager (JOURNAL_STREAM) each line starts with its
 * priority, "<4>", and text leaves time and process to the journal.
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
    log_form *form; /* NULL: text */
} state = { STDERR_FILENO, LOG_INFO_, 0, 0, false, "etagd", -1, NULL, NULL };

#define LINE_BYTES 4096 /* what a pipe takes from several writers unmixed */

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

void log_form_set(log_form *form)
{
    state.form = form;
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

static bool journal(void)
{
    if (state.journal < 0)
        state.journal = state.fd == STDERR_FILENO && getenv("JOURNAL_STREAM");
    return state.journal;
}

/* Control characters become '?': a client's bytes must not move a cursor. */
static void put_clean(struct buf *b, struct span text)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        buf_char(b, (unsigned char)c < 32 || c == 127 ? '?' : c);
    }
}

static void form_text(struct buf *b, const struct log_entry *e)
{
    time_t second = (time_t)(e->time_us / 1000000);
    struct tm tm;

    if (journal()) {
        buf_fmt(b, "%s: ", e->role);
    } else {
        gmtime_r(&second, &tm);
        buf_fmt(b, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ etagd[%d] %s %s ",
                tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
                tm.tm_min, tm.tm_sec, (int)(e->time_us / 1000 % 1000), e->pid,
                e->role, e->level);
    }
    buf_fmt(b, "%s: ", e->id);
    put_clean(b, e->text);
    buf_char(b, '\n');
}

/* As much as there is room for: what it is about goes first, for the text tells
 * that, too, then the text's end. */
static void form(struct buf *b, enum log_severity level, struct log_entry *e)
{
    log_form *put = state.form ? state.form : form_text;

    for (;;) {
        b->n = 0;
        b->overflow = false;
        if (journal())
            buf_fmt(b, "<%d>", levels[level].priority);
        put(b, e);
        if (!b->overflow || e->text.n == 0)
            return;
        if (e->about.site || e->about.file)
            e->about = (struct log_about){ NULL, NULL };
        else
            e->text.n -= e->text.n / 8 + 1;
    }
}

static struct log_entry entry(enum log_severity level, const char *id)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (struct log_entry){ .time_us = (int64_t)now.tv_sec * 1000000 +
                                          now.tv_nsec / 1000,
                               .level = levels[level].word,
                               .id = id,
                               .role = state.role,
                               .pid = (int)getpid() };
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
    char line[512], text[64];
    struct buf b = buf_over(line, sizeof line);
    struct buf said = buf_over(text, sizeof text);
    struct log_entry e = entry(LOG_WARN_, "W070");
    uint64_t n = state.lost - state.told;

    buf_u64(&said, n);
    BUF_LIT(&said, " lines of this log were lost");
    e.text = buf_span(&said);
    form(&b, LOG_WARN_, &e);
    if (put(b.p, b.n))
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

/* What whoever asked for a reload is told: always as text. */
static void copy(struct buf *to, const struct log_entry *e)
{
    buf_fmt(to, "%s: ", e->id);
    put_clean(to, e->text);
    buf_char(to, '\n');
}

void log_line(enum log_severity level, struct log_about about, const char *id,
              const char *fmt, ...)
{
    char line[LINE_BYTES], text[LOG_TEXT_BYTES];
    struct buf b = buf_over(line, sizeof line);
    int saved = errno;

    if (level < state.lowest)
        return;
    struct log_entry e = entry(level, id);
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (n < 0)
        return;
    e.about = about;
    e.text = span_to(span_of(text, (size_t)n), sizeof text - 1);
    if (state.tee && level >= LOG_WARN_)
        copy(state.tee, &e);
    form(&b, level, &e);
    bool gap = state.lost > state.told;
    if (!b.overflow && put(b.p, b.n) && gap)
        tell_lost();
    errno = saved;
}
