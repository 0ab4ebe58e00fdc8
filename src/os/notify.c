/* SPDX-License-Identifier: MIT
 *
 * notify: datagrams to $NOTIFY_SOCKET, as sd_notify(3) describes them.
 * Layer: os.  The protocol is a few lines of text; a library for it would be
 * most of what this program loads.
 */
#include "os/notify.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/num.h"

static int notify_fd = -1;

bool notify_open(void)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    size_t n = path ? strlen(path) : 0;

    if (n < 2 || n >= sizeof to.sun_path || (path[0] != '/' && path[0] != '@'))
        return false;
    memcpy(to.sun_path, path, n);
    if (path[0] == '@') /* an abstract name */
        to.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return false;
    socklen_t bytes = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
    if (connect(fd, (const struct sockaddr *)&to, bytes) != 0) {
        close(fd);
        return false;
    }
    notify_fd = fd;
    return true;
}

void notify_send(const char *fmt, ...)
{
    char text[512];
    va_list ap;

    if (notify_fd < 0)
        return;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (n > 0 && (size_t)n < sizeof text)
        (void)!send(notify_fd, text, (size_t)n, MSG_NOSIGNAL);
}

uint64_t notify_watchdog_us(void)
{
    const char *us = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
    uint64_t interval, whose;

    if (notify_fd < 0 || !us || !num_u64(span_str(us), &interval))
        return 0;
    if (pid && (!num_u64(span_str(pid), &whose) || whose != (uint64_t)getpid()))
        return 0;
    return interval;
}
