/* SPDX-License-Identifier: MIT
 *
 * cmdline: options of a command and of its sub-commands.  Whatever is wrong
 * with them is said in one line: what it is, what was meant, where to read on.
 * Layer: base (libc only).
 */
#ifndef ETAGD_BASE_CMDLINE_H
#define ETAGD_BASE_CMDLINE_H

#include <getopt.h>

/* What cmdline_next() returns after it has said what is wrong. */
#define CMDLINE_WRONG '?'

/* As getopt_long(): the next option, -1 behind the last.  `command` is what the
 * user typed: "etagd check".  `shorts` begins with a colon. */
int cmdline_next(const char *command, int argc, char **argv, const char *shorts,
                 const struct option *longs);

/* Prints one line: "COMMAND: WHY (see COMMAND --help)".  Always 2, the exit
 * status of a mistake in use. */
int cmdline_wrong(const char *command, const char *why, ...)
    __attribute__((format(printf, 2, 3)));

#endif
