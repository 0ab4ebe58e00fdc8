/* SPDX-License-Identifier: MIT
 *
 * watch: inotify, reduced to the one question that is asked of it.
 * Layer: os.  Returns >= 0 or -errno.
 */
#include "os/watch.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/uninit.h"

#define FILE_EVENTS                                                         \
    (IN_MODIFY | IN_ATTRIB | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | \
     IN_CREATE | IN_DELETE)
#define SELF_EVENTS (IN_DELETE_SELF | IN_MOVE_SELF)

int watch_new(void)
{
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

    return fd < 0 ? -errno : fd;
}

int watch_add_directory(int watch, int dir)
{
    if (fchdir(dir) != 0)
        return -errno;
    int wd =
        inotify_add_watch(watch, ".", FILE_EVENTS | SELF_EVENTS | IN_ONLYDIR);
    return wd < 0 ? -errno : 0;
}

static enum watch_news weigh(const struct inotify_event *e)
{
    unsigned moved = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO;

    if (e->mask & (SELF_EVENTS | IN_UNMOUNT | IN_IGNORED | IN_Q_OVERFLOW))
        return WATCH_DIRECTORIES;
    if ((e->mask & IN_ISDIR) && (e->mask & (moved | IN_ATTRIB)))
        return WATCH_DIRECTORIES;
    return WATCH_CHANGED;
}

enum watch_news watch_take(int watch)
{
    UNINIT union {
        struct inotify_event align;
        char bytes[16384];
    } events;
    enum watch_news news = WATCH_NOTHING;

    for (;;) {
        ssize_t n = read(watch, events.bytes, sizeof events.bytes);
        if (n <= 0)
            return news;
        for (ssize_t at = 0; at < n;) {
            struct inotify_event e;
            memcpy(&e, events.bytes + at, offsetof(struct inotify_event, name));
            enum watch_news this = weigh(&e);
            if (this > news)
                news = this;
            at += (ssize_t)(offsetof(struct inotify_event, name) + e.len);
        }
    }
}
