/* SPDX-License-Identifier: MIT
 *
 * walk: component by component, each opened without following links.
 * Layer: os.  What is compared is always an open descriptor, so a name that is
 * exchanged meanwhile can't pass with another's owner; ".." goes back to the
 * directory that was walked through, so a directory that is moved meanwhile
 * can't lead out of the root.
 */
#include "os/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MAX 64 /* directories below the root, each an open descriptor */
#define LINKS_MAX 40 /* as the kernel's own limit */

/* A link that was followed: what is reached when `left` bytes of the text are
 * left must belong to `owner`. */
struct claim {
    uid_t owner;
    size_t left;
};

struct walk {
    int dir[DEPTH_MAX + 1]; /* the root (borrowed), then one a component */
    unsigned depth;
    int leaf; /* O_PATH of what is no directory, or -1 */
    char name[NAME_MAX + 1];
    struct claim claim[LINKS_MAX];
    unsigned links, claims;
    size_t n;            /* bytes in text */
    char text[PATH_MAX]; /* what is still to be walked */
};

/* Takes the first component of the text into w->name. */
static int take_component(struct walk *w)
{
    size_t from = strspn(w->text, "/"), n = strcspn(w->text + from, "/");

    if (n > NAME_MAX)
        return -ENAMETOOLONG;
    memcpy(w->name, w->text + from, n);
    w->name[n] = '\0';
    w->n -= from + n;
    memmove(w->text, w->text + from + n, w->n + 1);
    return 0;
}

/* Puts the link's target in front of what is left. */
static int follow(struct walk *w, int link, uid_t owner)
{
    char target[PATH_MAX];
    ssize_t n = readlinkat(link, "", target, sizeof target);

    if (n < 0)
        return -errno;
    if (n == 0)
        return -ENOENT;
    if (target[0] == '/')
        return -EXDEV;
    while (n > 1 && target[n - 1] == '/')
        n--;
    if (w->links == LINKS_MAX)
        return -ELOOP;
    if ((size_t)n + w->n >= sizeof w->text)
        return -ENAMETOOLONG;
    w->links++;
    w->claim[w->claims++] = (struct claim){ owner, w->n };
    memmove(w->text + n, w->text, w->n + 1);
    memcpy(w->text, target, (size_t)n);
    w->n += (size_t)n;
    return 0;
}

/* Every link whose target ends here must be of this owner. */
static int settle_claims(struct walk *w, uid_t owner)
{
    while (w->claims && w->claim[w->claims - 1].left == w->n) {
        if (w->claim[--w->claims].owner != owner)
            return -EPERM;
    }
    return 0;
}

static int stay(struct walk *w)
{
    struct stat s;

    if (fstat(w->dir[w->depth], &s) != 0)
        return -errno;
    return settle_claims(w, s.st_uid);
}

static int climb(struct walk *w)
{
    if (w->depth == 0)
        return -EXDEV;
    close(w->dir[w->depth--]);
    return stay(w);
}

static int step(struct walk *w)
{
    struct stat s;
    int rc = take_component(w);

    if (rc < 0)
        return rc;
    if (w->name[0] == '\0' || strcmp(w->name, ".") == 0)
        return stay(w);
    if (strcmp(w->name, "..") == 0)
        return climb(w);
    int fd = openat(w->dir[w->depth], w->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    if (fstat(fd, &s) != 0)
        rc = -errno;
    else if (S_ISLNK(s.st_mode))
        rc = follow(w, fd, s.st_uid);
    else if ((rc = settle_claims(w, s.st_uid)) == 0 && S_ISDIR(s.st_mode)) {
        if (w->depth < DEPTH_MAX) {
            w->dir[++w->depth] = fd;
            return 0;
        }
        rc = -ENAMETOOLONG;
    } else if (rc == 0 && w->n > 0)
        rc = -ENOTDIR;
    else if (rc == 0) {
        w->leaf = fd;
        return 0;
    }
    close(fd);
    return rc;
}

/* O_PATH descriptors can't be read: opens what was reached again and makes sure
 * that it is the same. */
static int open_reached(const struct walk *w)
{
    int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW;
    int from = w->leaf >= 0 ? w->leaf : w->dir[w->depth];
    struct stat want, got;

    if (fstat(from, &want) != 0)
        return -errno;
    int fd = openat(w->dir[w->depth], w->leaf >= 0 ? w->name : ".", flags);
    if (fd < 0)
        return -errno;
    if (fstat(fd, &got) == 0 && got.st_dev == want.st_dev &&
        got.st_ino == want.st_ino)
        return fd;
    close(fd);
    return -EAGAIN;
}

int walk_open(int root, const char *path)
{
    struct walk w = { .dir = { root }, .leaf = -1, .n = strlen(path) };
    int rc = 0;

    if (w.n >= sizeof w.text)
        return -ENAMETOOLONG;
    memcpy(w.text, path, w.n + 1);
    while (rc == 0 && w.n > 0 && w.leaf < 0)
        rc = step(&w);
    if (rc == 0)
        rc = open_reached(&w);
    if (w.leaf >= 0)
        close(w.leaf);
    while (w.depth > 0)
        close(w.dir[w.depth--]);
    return rc;
}
