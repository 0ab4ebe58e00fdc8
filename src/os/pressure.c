/* SPDX-License-Identifier: MIT
 *
 * pressure: triggers of pressure stall information.
 * Layer: os.
 */
#include "os/pressure.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "os/box.h"

/* Two seconds are the shortest time that needs no rights. */
#define TRIGGER "some 200000 2000000"

static int open_one(const char *prefix, const char *folder, const char *file)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s%s/%s", prefix, folder, file);

    if (n < 0 || (size_t)n >= sizeof path)
        return -1;
    int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return -1;
    if (write(fd, TRIGGER, sizeof TRIGGER) == (ssize_t)sizeof TRIGGER)
        return fd;
    close(fd);
    return -1;
}

void pressure_open(const char *prefix, int fd[PRESSURE_MOST])
{
    char folder[PATH_MAX];

    fd[0] = open_one(prefix, "/proc/pressure", "memory");
    fd[1] = box_group(prefix, folder)
                ? open_one(prefix, folder, "memory.pressure")
                : -1;
}
