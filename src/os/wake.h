/* SPDX-License-Identifier: MIT
 *
 * wake: a call from one process to another that waits in its poll set.
 * Layer: os.  An eventfd: calls add up until they are taken.
 */
#ifndef ETAGD_OS_WAKE_H
#define ETAGD_OS_WAKE_H

int wake_new(void); /* descriptor or -errno */
void wake_call(int fd);
void wake_take(int fd);

#endif
