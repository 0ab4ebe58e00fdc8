/* SPDX-License-Identifier: MIT
 *
 * beneath: walks a path by descriptors; no step follows a link by itself.
 * Layer: os.  Returns >= 0 or -errno.  Holds every directory on the way, so
 * that ".." in a link goes back to where the walk came from and never above the
 * root, whatever is renamed meanwhile.
 */
#include "os/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#define DEPTH_MAX 64
#define LINKS_MAX 40 /* as the kernel */

#define STEP (O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#define LAST (O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)

struct walk {
    int dir[DEPTH_MAX]; /* [0]: the root, borrowed */
    size_t depth;       /* index of where the walk is */
    unsigned links;     /* followed so far */
    bool follows;
    char rest[PATH_MAX], name[NAME_MAX + 1];
};

static int up(struct walk *w)
{
    if (w->depth == 0)
        return -EXDEV;
    close(w->dir[w->depth--]);
    return 0;
}

static int down(struct walk *w, int fd)
{
    if (w->depth + 1 == DEPTH_MAX) {
        close(fd);
        return -ENAMETOOLONG;
    }
    w->dir[++w->depth] = fd;
    return 0;
}

/* Moves the first name of rest to name; what is left begins with a slash or is
 * empty.  False: there is no name. */
static bool cut(struct walk *w, int *error)
{
    const char *p = w->rest + strspn(w->rest, "/");
    size_t n = strcspn(p, "/");

    *error = n > NAME_MAX ? -ENAMETOOLONG : 0;
    if (n == 0 || *error)
        return false;
    memcpy(w->name, p, n);
    w->name[n] = '\0';
    memmove(w->rest, p + n, strlen(p + n) + 1);
    return true;
}

/* The name was refused with `error`: if it is a link, puts where it points in
 * front of rest. */
static int follow(struct walk *w, int error)
{
    char target[PATH_MAX];
    ssize_t n = readlinkat(w->dir[w->depth], w->name, target, sizeof target);

    if (n < 0) /* no link: refused for what it is */
        return error;
    if (!w->follows || ++w->links > LINKS_MAX)
        return -ELOOP;
    if (n == 0 || target[0] == '/')
        return -EXDEV;
    size_t rest = strlen(w->rest) + 1;
    if ((size_t)n + rest > sizeof w->rest)
        return -ENAMETOOLONG;
    memmove(w->rest + n, w->rest, rest);
    memcpy(w->rest, target, (size_t)n);
    return 0;
}

/* One name on: 0, or the file (> 0) or -errno. */
static int step(struct walk *w)
{
    int dir = w->dir[w->depth];

    if (strcmp(w->name, ".") == 0)
        return 0;
    if (strcmp(w->name, "..") == 0)
        return up(w);
    bool last = w->rest[strspn(w->rest, "/")] == '\0';
    int flags = last ? LAST | (w->rest[0] ? O_DIRECTORY : 0) : STEP;
    int fd = openat(dir, w->name, flags);
    if (fd >= 0)
        return last ? fd : down(w, fd);
    if (errno == ELOOP || errno == ENOTDIR)
        return follow(w, -errno);
    return -errno;
}

int beneath_open(int root, const char *path, enum file_links links)
{
    struct walk w = { .dir = { root }, .follows = links == FILE_LINKS_BENEATH };
    size_t n = strlen(path);
    int fd = 0;

    if (n >= sizeof w.rest)
        return -ENAMETOOLONG;
    if (path[0] == '/')
        return -EXDEV;
    memcpy(w.rest, path, n + 1);
    while (fd == 0 && cut(&w, &fd))
        fd = step(&w);
    if (fd == 0) { /* it ends at a directory on the way */
        fd = openat(w.dir[w.depth], ".", LAST);
        fd = fd < 0 ? -errno : fd;
    }
    while (w.depth > 0)
        close(w.dir[w.depth--]);
    return fd;
}
