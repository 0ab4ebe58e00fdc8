/* SPDX-License-Identifier: MIT
 *
 * notify: tells the service manager how this service is (sd_notify's protocol).
 * Layer: os.  Owns one datagram socket; without $NOTIFY_SOCKET every call does
 * nothing.  What cannot be sent is lost, never waited for.
 */
#ifndef ETAGD_OS_NOTIFY_H
#define ETAGD_OS_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

/* Once, at the start.  False: nobody listens. */
bool notify_open(void);

/* Lines such as "READY=1\nSTATUS=serving". */
void notify_send(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* How often WATCHDOG=1 is expected of this process at least; 0: never. */
uint64_t notify_watchdog_us(void);

#endif
