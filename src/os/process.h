/* SPDX-License-Identifier: MIT
 *
 * process: what a process has before it begins: standard descriptors, limits.
 * Layer: os.
 */
#ifndef ETAGD_OS_PROCESS_H
#define ETAGD_OS_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

/* Descriptors 0, 1 and 2 that were closed by whoever started us become ones
 * that cannot be written to: a connection must never get such a number, or log
 * lines would go to a client.  Once, first of all. */
void process_standard_descriptors(void);

/* A log that is a plain file behind descriptor 1 or 2 ("> log") is appended to
 * from here on: no process of ours can write over what is in it, nor lose lines
 * to another one's place in the file. */
void process_append_only(void);

/* Neither a terminal to read from nor another's standard output: for processes
 * that have a log, and descriptor 2. */
void process_without_terminal(void);

/* Raises the soft limit of descriptors to the hard one. */
void process_raise_descriptors(void);

/* Most descriptors that this process may have; 0: no limit. */
size_t process_descriptors(void);

/* Of those below 1,024, where a young process has all of them. */
size_t process_descriptors_open(void);

/* The state in a line of /proc/PID/stat ('R', 'S', 'D', ...); '\0' when it is
 * none.  The name before it may be anything, parentheses and blanks too. */
char process_state_of(struct span stat);

/* The same of a process; '\0' when it cannot be told. */
char process_state(int pid);

/* Is there a process of that number? */
bool process_lives(int pid);

#endif
