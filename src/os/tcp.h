/* SPDX-License-Identifier: MIT
 *
 * tcp: what the kernel knows of a TCP connection.
 * Layer: os.  Returns 0 or -errno.
 */
#ifndef ETAGD_OS_TCP_H
#define ETAGD_OS_TCP_H

#include <stdint.h>

/* Bytes that the other side has acknowledged so far (RFC 4898
 * tcpEStatsAppHCThruOctetsAcked).  Fails on unix sockets: *bytes stays. */
int tcp_acknowledged(int fd, uint64_t *bytes);

#endif
