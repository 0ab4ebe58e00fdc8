/* SPDX-License-Identifier: MIT
 *
 * signals: the master's signals as messages on a descriptor.
 * Layer: os.
 */
#ifndef ETAGD_OS_SIGNALS_H
#define ETAGD_OS_SIGNALS_H

#include <stdbool.h>

/* First of all: whatever the caller ignored, blocked or set a timer for, this
 * program has default actions, an empty mask and no alarm; SIGXFSZ is ignored.
 */
void signals_own(void);

/* Whether SIGHUP was ignored when the program began (nohup): the user wants it
 * to outlive the terminal. */
bool signals_outlive_terminal(void);

/* For a process about to exec the same program: that is told, too. */
void signals_pass(void);

/* Blocks the signals of the table below and gives a descriptor from which
 * signals_take() reads them; -errno on failure. */
int signals_open(void);

/* Number of the next pending signal, 0 when there is none. */
int signals_take(int fd);

/* In a child: default actions, nothing blocked, SIGPIPE ignored; the terminal's
 * interrupt is left to the master. */
void signals_child(void);

#endif
