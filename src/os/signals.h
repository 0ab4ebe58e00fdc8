/* SPDX-License-Identifier: MIT
 *
 * signals: the master's signals as messages on a descriptor.
 * Layer: os.
 */
#ifndef ETAGD_OS_SIGNALS_H
#define ETAGD_OS_SIGNALS_H

/* Blocks the signals of the table below and gives a descriptor from which
 * signals_take() reads them; -errno on failure. */
int signals_open(void);

/* Number of the next pending signal, 0 when there is none. */
int signals_take(int fd);

/* In a child: default actions, nothing blocked, SIGPIPE ignored; the terminal's
 * interrupt is left to the master. */
void signals_child(void);

#endif
