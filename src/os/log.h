/* SPDX-License-Identifier: MIT
 *
 * log: the error log: one line a message, with a level and a stable id.
 * Layer: os.  Owns the descriptor of the log (standard error until log_open).
 * A line that cannot be written is counted, never waited for; the next one that
 * can be is followed by the count.
 */
#ifndef ETAGD_OS_LOG_H
#define ETAGD_OS_LOG_H

#include <stdint.h>

/* Same order and values as enum log_level of conf.h. */
enum log_severity { LOG_DEBUG_, LOG_INFO_, LOG_WARN_, LOG_ERROR_ };

/* Names this process in every line: "master", "worker 2", "preparer". */
void log_role(const char *role);
void log_threshold(enum log_severity lowest);

/* path "-": standard error.  0 or -errno, then the old log goes on. */
int log_open(const char *path);

/* The same with a descriptor that somebody else opened (owned from here on). */
void log_adopt(int fd);
int log_descriptor(void);

/* id: "M012": letter of the area and three digits, never reused.  Control
 * characters in the text are escaped; a line is cut at 1 KiB. */
void log_line(enum log_severity level, const char *id, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* From now on a full pipe or a halted terminal at standard error costs lines,
 * not time.  For programs that go on for long. */
void log_without_waiting(void);
/* While set, what warnings and errors say goes there too, a line each. */
struct buf;
void log_tee(struct buf *copy);

/* Lines lost so far because the log could not be written. */
uint64_t log_lost(void);

#define log_debug(...) log_line(LOG_DEBUG_, __VA_ARGS__)
#define log_info(...) log_line(LOG_INFO_, __VA_ARGS__)
#define log_warn(...) log_line(LOG_WARN_, __VA_ARGS__)
#define log_error(...) log_line(LOG_ERROR_, __VA_ARGS__)

#endif
