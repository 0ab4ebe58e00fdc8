/* SPDX-License-Identifier: MIT
 *
 * walk: which links are followed for which owner, and what the root keeps in.
 */
#include "os/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/file.h"
#include "unit.h"

static char top[] = "/tmp/etagd-walk-XXXXXX";
static int root;

static void make_file(const char *name)
{
    int fd = openat(root, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, name, strlen(name)), (ssize_t)strlen(name));
    close(fd);
}

static void make_link(const char *name, const char *to)
{
    assert_int_equal(symlinkat(to, root, name), 0);
}

static int setup(void **state)
{
    char name[256];

    (void)state;
    if (!mkdtemp(top))
        return -1;
    root = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    mkdirat(root, "in", 0755);
    mkdirat(root, "in/a", 0755);
    mkdirat(root, "in/a/b", 0755);
    make_file("in/file");
    make_file("in/a/b/deep");
    make_link("in/same", "file");
    make_link("in/dir", "a/b/");
    make_link("in/dots", "./a/../a/./b/deep");
    make_link("in/a/up", "../file");
    make_link("in/self", ".");
    make_link("in/chain", "dir/../../same");
    make_link("in/out", "../../etc");
    make_link("in/absolute", "/etc/passwd");
    make_link("in/loop", "loop");
    make_link("in/dangling", "none");
    for (int i = 0; i < 45; i++) {
        char to[256];
        snprintf(name, sizeof name, "in/l%d", i);
        snprintf(to, sizeof to, "l%d", i + 1);
        make_link(name, i == 44 ? "file" : to);
    }
    return 0;
}

static int teardown(void **state)
{
    char command[64];

    (void)state;
    close(root);
    snprintf(command, sizeof command, "rm -rf %s", top);
    return system(command);
}

/* What the file at `path` says, or the error. */
static int content_of(const char *path, char *out, size_t cap)
{
    int in = openat(root, "in", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int fd = walk_open(in, path);

    close(in);
    out[0] = '\0';
    if (fd < 0)
        return fd;
    ssize_t n = file_read_at(fd, out, cap - 1, 0);
    if (n >= 0)
        out[n] = '\0';
    close(fd);
    return 0;
}

static void rows(void **state)
{
    static const struct {
        const char *path;
        int rc;
        const char *content;
    } table[] = {
        { "file", 0, "in/file" },
        { "//file", 0, "in/file" },
        { "same", 0, "in/file" },
        { "dir/deep", 0, "in/a/b/deep" },
        { "dir//./deep", 0, "in/a/b/deep" },
        { "dots", 0, "in/a/b/deep" },
        { "a/up", 0, "in/file" },
        { "chain", 0, "in/file" },
        { "self/self/self/file", 0, "in/file" },
        { "", 0, "" },
        { "dir/", 0, "" },
        { "a/b/../../file", 0, "in/file" },
        { "l10", 0, "in/file" },
        { "l0", -ELOOP, "" },
        { "loop", -ELOOP, "" },
        { "out", -EXDEV, "" },
        { "out/passwd", -EXDEV, "" },
        { "absolute", -EXDEV, "" },
        { "..", -EXDEV, "" },
        { "a/../../in/file", -EXDEV, "" },
        { "dangling", -ENOENT, "" },
        { "none", -ENOENT, "" },
        { "file/", -ENOTDIR, "" },
        { "file/x", -ENOTDIR, "" },
        { "same/x", -ENOTDIR, "" },
    };
    char text[64];

    (void)state;
    for (size_t i = 0; i < ROWS(table); i++) {
        ROW_CHECK(table[i].path,
                  content_of(table[i].path, text, sizeof text) == table[i].rc);
        ROW_CHECK(table[i].path, strcmp(text, table[i].content) == 0);
    }
}

static void bounds(void **state)
{
    char path[5000], text[64];

    (void)state;
    memset(path, 'n', sizeof path);
    path[256] = '\0';
    assert_int_equal(content_of(path, text, sizeof text), -ENAMETOOLONG);
    path[256] = 'n';
    path[4999] = '\0';
    assert_int_equal(content_of(path, text, sizeof text), -ENAMETOOLONG);
    /* as many directories as there are descriptors for, and one more */
    size_t n = 0;
    for (int i = 0; i < 70; i++, n += 2) {
        snprintf(path + n, sizeof path - n, "%sd", i ? "/" : "");
        n -= i == 0;
        char at[5100];
        snprintf(at, sizeof at, "in/%s", path);
        mkdirat(root, at, 0755);
        int rc = content_of(path, text, sizeof text);
        assert_int_equal(rc, i < 64 ? 0 : -ENAMETOOLONG);
    }
}

static void give(const char *name, uid_t uid)
{
    assert_int_equal(fchownat(root, name, uid, (gid_t)-1, AT_SYMLINK_NOFOLLOW),
                     0);
}

static void owners(void **state)
{
    char text[64];

    (void)state;
    if (geteuid() != 0)
        skip();
    give("in/same", 12345);
    assert_int_equal(content_of("same", text, sizeof text), -EPERM);
    assert_int_equal(content_of("chain", text, sizeof text), -EPERM);
    assert_int_equal(content_of("a/up", text, sizeof text), 0);
    give("in/file", 12345);
    assert_int_equal(content_of("same", text, sizeof text), 0);
    assert_int_equal(content_of("a/up", text, sizeof text), -EPERM);
    /* every link on the way has to belong to the owner of what it leads to */
    assert_int_equal(content_of("chain", text, sizeof text), -EPERM);
    give("in/chain", 12345);
    assert_int_equal(content_of("chain", text, sizeof text), 0);
    /* a link to a directory, with more of the path behind it */
    give("in/dir", 12345);
    assert_int_equal(content_of("dir/deep", text, sizeof text), -EPERM);
    assert_int_equal(content_of("dir/", text, sizeof text), -EPERM);
    give("in/a/b", 12345);
    assert_int_equal(content_of("dir/deep", text, sizeof text), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows),
        cmocka_unit_test(bounds),
        cmocka_unit_test(owners),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
