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

#include "base/logentry.h"

/* Same order and values as enum log_level of conf.h. */
enum log_severity { LOG_DEBUG_, LOG_INFO_, LOG_WARN_, LOG_ERROR_ };

/* Names this process in every line: "master", "worker 2", "preparer". */
void log_role(const char *role);
void log_threshold(enum log_severity lowest);
/* From now on lines look like that; NULL: text. */
void log_form_set(log_form *form);

/* path "-": standard error.  0 or -errno, then the old log goes on. */
int log_open(const char *path);

/* The same with a descriptor that somebody else opened (owned from here on). */
void log_adopt(int fd);
int log_descriptor(void);

#define LOG_TEXT_BYTES 1024 /* longer texts are cut */
/* about: for forms that have a place of its own for it; the text should tell of
 * it, too.  id: "M012": letter of the area and three digits, never reused.
 * Control characters in the text are made harmless. */
void log_line(enum log_severity level, struct log_about about, const char *id,
              const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* From now on a full pipe or a halted terminal at standard error costs lines,
 * not time.  For programs that go on for long. */
void log_without_waiting(void);
/* While set, what warnings and errors say goes there too, a line each. */
void log_tee(struct buf *copy);

#define LOG_ABOUT(...) ((struct log_about){ __VA_ARGS__ })
#define LOG_ON(path) LOG_ABOUT(.file = (path))
#define LOG_NOTHING LOG_ON(NULL)

#define log_debug(...) log_line(LOG_DEBUG_, LOG_NOTHING, __VA_ARGS__)
#define log_info(...) log_line(LOG_INFO_, LOG_NOTHING, __VA_ARGS__)
#define log_warn(...) log_line(LOG_WARN_, LOG_NOTHING, __VA_ARGS__)
#define log_error(...) log_line(LOG_ERROR_, LOG_NOTHING, __VA_ARGS__)

#endif
