/* SPDX-License-Identifier: MIT
 *
 * watch: inotify, reduced to the one question that is asked of it.
 * Layer: os.  Returns >= 0 or -errno.  Owns SIGIO of the process: it says that
 * there are events, so that asking costs no system call while there are none.
 */
#include "os/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/uninit.h"

#define FILE_EVENTS                                                         \
    (IN_MODIFY | IN_ATTRIB | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | \
     IN_CREATE | IN_DELETE)
#define NAME_EVENTS (IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE)
#define SELF_EVENTS (IN_DELETE_SELF | IN_MOVE_SELF)

volatile sig_atomic_t watch_pending[WATCH_KINDS] = { 1, 1, 1 };
static bool signalled[WATCH_KINDS];
static int stand = -1; /* our working directory, if it is for good */

static void note_events(int number)
{
    (void)number;
    for (int i = 0; i < WATCH_KINDS; i++)
        watch_pending[i] = 1;
}

static bool take_signal(void)
{
    struct sigaction act = { .sa_handler = note_events,
                             .sa_flags = SA_RESTART };
    sigset_t set;

    sigemptyset(&act.sa_mask);
    sigemptyset(&set);
    sigaddset(&set, SIGIO);
    return sigaction(SIGIO, &act, NULL) == 0 &&
           sigprocmask(SIG_UNBLOCK, &set, NULL) == 0;
}

int watch_new(enum watch_kind kind)
{
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC), on = 1;

    if (fd < 0)
        return -errno;
    signalled[kind] = take_signal() && fcntl(fd, F_SETOWN, getpid()) == 0 &&
                      ioctl(fd, FIOASYNC, &on) == 0;
    watch_pending[kind] = 1;
    return fd;
}

static bool due(enum watch_kind kind)
{
    if (!watch_pending[kind])
        return false;
    /* first: what comes after the last read raises it again */
    watch_pending[kind] = !signalled[kind];
    return true;
}

static int add(int watch, int dir, int home, uint32_t events)
{
    if (fchdir(dir) != 0)
        return -errno;
    int wd = inotify_add_watch(watch, ".", events | IN_ONLYDIR);
    int error = wd < 0 ? -errno : 0;
    if (stand >= 0 && fchdir(stand) == 0)
        return error;
    stand = -1;
    (void)!fchdir(home);
    return error;
}

int watch_add_directory(int watch, int dir, int home)
{
    return add(watch, dir, home, FILE_EVENTS | SELF_EVENTS);
}

int watch_add_folder(int watch, int dir, int home)
{
    return add(watch, dir, home, NAME_EVENTS | SELF_EVENTS);
}

bool watch_stand(void)
{
    stand = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (stand < 0)
        return false;
    if (fchdir(stand) == 0)
        return true;
    close(stand);
    stand = -1;
    return false;
}

int watch_add_file(int watch, int fd)
{
    char storage[32];
    struct buf name = buf_over(storage, sizeof storage);

    if (stand < 0)
        BUF_LIT(&name, "/proc/self/fd/");
    buf_u64(&name, (uint64_t)fd);
    if (!buf_cstr(&name))
        return -ENAMETOOLONG;
    int wd = inotify_add_watch(watch, storage,
                               IN_MODIFY | IN_ATTRIB | IN_CLOSE_WRITE);
    return wd < 0 ? -errno : wd;
}

void watch_remove(int watch, int number)
{
    (void)inotify_rm_watch(watch, number);
}

int watch_mounts(void)
{
    int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);

    return fd < 0 ? -errno : fd;
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

    if (!due(WATCH_NAMES))
        return news;
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

bool watch_take_files(int watch, struct watch_files *out)
{
    /* without names events are all of one size; the kernel gives whole ones */
    UNINIT struct inotify_event events[WATCH_FILES_MAX];
    static bool begun;

    out->any = out->lost = false;
    out->n = 0;
    begun = begun || due(WATCH_FILES);
    if (!begun)
        return false;
    ssize_t n = read(watch, events, sizeof events);
    begun = n > 0;
    for (ssize_t i = 0; i < n / (ssize_t)sizeof *events; i++) {
        /* that a watch has ended is news if it was not ended here */
        out->any = out->any || events[i].mask != IN_IGNORED;
        out->lost = out->lost || (events[i].mask & IN_Q_OVERFLOW);
        if (events[i].mask & (IN_CLOSE_WRITE | IN_IGNORED | IN_UNMOUNT))
            out->closed[out->n++] = events[i].wd;
    }
    return begun;
}

bool watch_take_names(int watch)
{
    UNINIT char events[4096];
    bool any = false;

    if (!due(WATCH_PLACES))
        return false;
    while (read(watch, events, sizeof events) > 0)
        any = true;
    return any;
}
