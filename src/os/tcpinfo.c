/* SPDX-License-Identifier: MIT
 *
 * tcpinfo: TCP_INFO and TCP_SAVED_SYN.
 * Layer: os.
 */
#include "os/tcpinfo.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

void tcpinfo_save_syn(int listener, bool on)
{
    int value = on;

    (void)setsockopt(listener, IPPROTO_TCP, TCP_SAVE_SYN, &value, sizeof value);
}

int tcpinfo_read(int fd, struct tcpinfo *out)
{
    struct tcp_info in;
    socklen_t n = sizeof in;

    memset(out, 0, sizeof *out);
    /* an older kernel fills in less than this header knows */
    memset(&in, 0, sizeof in);
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &in, &n) != 0)
        return -errno;
    out->bytes_acked = in.tcpi_bytes_acked;
    out->bytes_received = in.tcpi_bytes_received;
    out->rtt_us = in.tcpi_rtt;
    /* "never measured" is all ones */
    out->min_rtt_us = in.tcpi_min_rtt == UINT32_MAX ? 0 : in.tcpi_min_rtt;
    out->segs_out = in.tcpi_segs_out;
    out->segs_in = in.tcpi_segs_in;
    out->data_segs_in = in.tcpi_data_segs_in;
    out->retransmits = in.tcpi_total_retrans;
    out->waited_ms = in.tcpi_last_data_recv;
    out->mss_out = (uint16_t)in.tcpi_snd_mss;
    out->mss_in = (uint16_t)in.tcpi_rcv_mss;
    out->scale_out = in.tcpi_snd_wscale;
    out->scale_in = in.tcpi_rcv_wscale;
    out->timestamps = (in.tcpi_options & TCPI_OPT_TIMESTAMPS) != 0;
    out->sack = (in.tcpi_options & TCPI_OPT_SACK) != 0;
    out->window_scale = (in.tcpi_options & TCPI_OPT_WSCALE) != 0;
    out->known = true;
    return 0;
}

void tcpinfo_queue(int listener, uint32_t *now, uint32_t *most)
{
    struct tcp_info in;
    socklen_t n = sizeof in;

    memset(&in, 0, sizeof in);
    if (getsockopt(listener, IPPROTO_TCP, TCP_INFO, &in, &n) != 0)
        return;
    *now = in.tcpi_unacked;
    *most = in.tcpi_sacked;
}

size_t tcpinfo_syn(int fd, char out[TCPINFO_SYN_MAX])
{
    socklen_t n = TCPINFO_SYN_MAX;

    if (getsockopt(fd, IPPROTO_TCP, TCP_SAVED_SYN, out, &n) != 0)
        return 0;
    return n;
}
