/* SPDX-License-Identifier: MIT
 *
 * tcpinfo: what the kernel knows about a TCP connection.
 * Layer: os.  The kernel's own header is used here alone (the C library's is
 * older and shorter, and the two can't be had together).
 */
#ifndef ETAGD_OS_TCPINFO_H
#define ETAGD_OS_TCPINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define TCPINFO_SYN_MAX 120 /* IP and TCP header with all options */

/* Times in microseconds, windows as shifts; a field that this kernel does not
 * know is 0.  It goes from process to process, so what is true or false is a
 * number: 0 or another one. */
struct tcpinfo {
    uint64_t bytes_acked, bytes_received;
    uint32_t rtt_us, min_rtt_us; /* min_rtt after accept: SYN-ACK to ACK */
    uint32_t segs_out, segs_in, data_segs_in, retransmits;
    uint32_t waited_ms; /* since the last data (after accept: in the queue) */
    uint16_t mss_out, mss_in;
    uint8_t scale_out, scale_in;
    uint8_t timestamps, sack, window_scale;
    uint8_t known; /* 0: no TCP connection */
};

/* Listening sockets: keep the SYN of each connection (or no longer do). */
void tcpinfo_save_syn(int listener, bool on);

/* 0 or -errno (then all is zero). */
int tcpinfo_read(int fd, struct tcpinfo *out);

/* Headers of the SYN packet, once per connection; 0 when there is none. */
size_t tcpinfo_syn(int fd, char out[TCPINFO_SYN_MAX]);

/* Connections that wait to be accepted, and how many may; left as they are
 * where it is no TCP socket. */
void tcpinfo_queue(int listener, uint32_t *now, uint32_t *most);

#endif
