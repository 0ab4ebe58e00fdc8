/* SPDX-License-Identifier: MIT
 *
 * userns: reads uid_map, gid_map and setgroups of /proc/self.
 * Layer: os.
 */
#include "os/userns.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"

/* A map has 340 lines at most (user_namespaces(7)) of 33 bytes. */
#define MAP_BYTES 16384

static struct span word(struct span *line)
{
    *line = span_trim(*line);
    struct span w = span_to(*line, span_find(*line, ' '));
    *line = span_from(*line, w.n);
    return w;
}

/* "         0       1000          1": first here, first outside, how many */
static bool line_has(struct span line, uint64_t id)
{
    uint64_t first, outside, count;

    return num_u64(word(&line), &first) && num_u64(word(&line), &outside) &&
           num_u64(word(&line), &count) && id >= first && id - first < count;
}

bool userns_map_has(const char *map, unsigned id)
{
    struct span rest = span_str(map);

    while (rest.n) {
        size_t end = span_find(rest, '\n');
        if (line_has(span_to(rest, end), id))
            return true;
        rest = span_from(rest, end + 1);
    }
    return false;
}

/* False: it is not there, or empty. */
static bool read_text(const char *path, char *out, size_t cap)
{
    size_t at = 0;
    ssize_t n = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return false;
    while (at < cap - 1 && (n = read(fd, out + at, cap - 1 - at)) > 0)
        at += (size_t)n;
    close(fd);
    out[at] = '\0';
    return at > 0 && n >= 0;
}

static bool has(const char *path, unsigned id)
{
    char map[MAP_BYTES];

    return !read_text(path, map, sizeof map) || userns_map_has(map, id);
}

bool userns_has_user(uid_t uid)
{
    return has("/proc/self/uid_map", uid);
}

bool userns_has_group(gid_t gid)
{
    return has("/proc/self/gid_map", gid);
}

bool userns_setgroups(void)
{
    char word[16];

    return !read_text("/proc/self/setgroups", word, sizeof word) ||
           strncmp(word, "deny", 4) != 0;
}
