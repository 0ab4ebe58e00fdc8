/* SPDX-License-Identifier: MIT
 *
 * wake: eventfd.
 * Layer: os.
 */
#include "os/wake.h"

#include <errno.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

int wake_new(void)
{
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

    return fd < 0 ? -errno : fd;
}

void wake_call(int fd)
{
    uint64_t one = 1;

    (void)!write(fd, &one, sizeof one);
}

void wake_take(int fd)
{
    uint64_t calls;

    (void)!read(fd, &calls, sizeof calls);
}
