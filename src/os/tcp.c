/* SPDX-License-Identifier: MIT
 *
 * tcp: asks for TCP_INFO.
 * Layer: os.  The kernel's own header, since libc's struct lacks the newer
 * fields and does not go together with it: hence a file of its own.
 */
#include "os/tcp.h"

#include <errno.h>
#include <linux/tcp.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#ifndef SOL_TCP
#define SOL_TCP 6
#endif

int tcp_acknowledged(int fd, uint64_t *bytes)
{
    struct tcp_info info;
    socklen_t n = sizeof info;

    memset(&info, 0, sizeof info);
    if (getsockopt(fd, SOL_TCP, TCP_INFO, &info, &n) != 0)
        return -errno;
    if (n < offsetof(struct tcp_info, tcpi_bytes_acked) + sizeof(uint64_t))
        return -ENOTSUP; /* before Linux 4.1 */
    *bytes = info.tcpi_bytes_acked;
    return 0;
}
