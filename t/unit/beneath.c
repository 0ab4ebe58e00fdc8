/* SPDX-License-Identifier: MIT
 *
 * Tests of beneath_open(): it does what openat2 does, row by row.
 */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/beneath.h"

static char folder[] = "/tmp/etagd-beneath-XXXXXX";
static int top = -1, root = -1;

static const char *const dirs[] = { "root", "root/a", "root/a/b", "beside" };
static const char *const files[] = { "root/f", "root/a/b/f", "beside/f" };
static const struct {
    const char *name, *to;
} links[] = {
    { "root/l", "f" },
    { "root/a/up", "../f" },
    { "root/a/dir", "b" },
    { "root/a/around", "../a/./b/../b/f" },
    { "root/out", "../beside/f" },
    { "root/abs", "/etc/passwd" },
    { "root/loop", "loop" },
    { "root/two", "a/up" },
    { "root/gone", "nothing" },
    { "root/updir", ".." },
    { "root/slash", "a/b/" },
    { "root/a/b/far", "../../.." },
    { "root/proc", "/proc/self/cwd" },
};

static const char *const paths[] = {
    "",
    ".",
    "f",
    "f/",
    "a",
    "a/",
    "a/b/f",
    "a//b///f",
    "a/./b/f",
    "./f",
    "a/../f",
    "..",
    "../beside/f",
    "a/../../beside/f",
    "/etc/passwd",
    "l",
    "l/",
    "a/up",
    "a/dir/f",
    "a/dir",
    "a/dir/",
    "a/around",
    "out",
    "abs",
    "loop",
    "two",
    "gone",
    "updir",
    "updir/root/f",
    "slash",
    "slash/f",
    "slash/up",
    "f/x",
    "nothing",
    "a/nothing/f",
    "a/b/far",
    "a/b/far/f",
    "proc",
    "proc/x",
    "a/b/..",
    "a/b/../",
    "a/b/f/.",
    "a/b/f/..",
};

/* The file's identity, or -errno. */
static long long identity(int fd)
{
    struct stat st;

    if (fd < 0)
        return fd;
    assert_int_equal(fstat(fd, &st), 0);
    close(fd);
    return (long long)st.st_ino;
}

static int by_kernel(const char *path, bool follow)
{
    struct open_how how = {
        .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS |
                   (follow ? 0u : RESOLVE_NO_SYMLINKS),
    };
    long fd =
        syscall(SYS_openat2, root, path[0] ? path : ".", &how, sizeof how);

    return fd < 0 ? -errno : (int)fd;
}

static void as_the_kernel(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(paths); i++) {
        for (int follow = 0; follow < 2; follow++) {
            long long want = identity(by_kernel(paths[i], follow));
            long long got = identity(beneath_open(
                root, paths[i], follow ? FILE_LINKS_BENEATH : FILE_LINKS_NONE));
            if (want != got)
                fail_msg("\"%s\", links %d: %lld, the kernel: %lld", paths[i],
                         follow, got, want);
        }
    }
}

static void bounded(void **state)
{
    char deep[400], name[400];

    (void)state;
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_int_equal(beneath_open(root, name, FILE_LINKS_BENEATH),
                     -ENAMETOOLONG);
    deep[0] = '\0';
    for (size_t i = 0; i + 5 < sizeof deep; i += 5)
        memcpy(deep + i, "a/../", 6);
    close(beneath_open(root, deep, FILE_LINKS_BENEATH));
    /* nothing was left open on the way */
    int next = dup(0);
    close(next);
    for (size_t i = 0; i < ROWS(paths); i++) {
        int fd = beneath_open(root, paths[i], FILE_LINKS_BENEATH);
        if (fd >= 0)
            close(fd);
    }
    int after = dup(0);
    close(after);
    assert_int_equal(next, after);
}

static int set_up(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    top = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (size_t i = 0; i < ROWS(dirs); i++)
        assert_int_equal(mkdirat(top, dirs[i], 0700), 0);
    for (size_t i = 0; i < ROWS(files); i++)
        close(openat(top, files[i], O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    for (size_t i = 0; i < ROWS(links); i++)
        assert_int_equal(symlinkat(links[i].to, top, links[i].name), 0);
    root = openat(top, "root", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return root < 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(links); i++)
        unlinkat(top, links[i].name, 0);
    for (size_t i = 0; i < ROWS(files); i++)
        unlinkat(top, files[i], 0);
    for (size_t i = ROWS(dirs); i-- > 0;)
        unlinkat(top, dirs[i], AT_REMOVEDIR);
    close(root);
    close(top);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_the_kernel),
        cmocka_unit_test(bounded),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
