/* SPDX-License-Identifier: MIT
 *
 * Tests of src/os/mounts: which mounts may keep one waiting.
 */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "os/mounts.h"

static const char TABLE[] =
    "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
    "23 22 0:21 / /proc rw - proc proc rw\n"
    "30 22 0:40 / /srv/films rw,nosuid shared:9 master:3 - nfs4 nas:/f rw\n"
    "31 30 0:41 / /srv/films/new rw - tmpfs tmpfs rw\n"
    "32 22 0:42 / /srv/my\\040pictures rw - fuse.sshfs me@nas: rw\n"
    "33 22 0:43 / /srv/over rw - fuse.bindfs /a rw\n"
    "34 33 0:44 / /srv/over rw - xfs /dev/sdb rw\n"
    "a line that nobody knows\n"
    "35 22 0:45 / /srv/odd rw - novelfs x rw\n";

static int table(const char *text)
{
    FILE *f = tmpfile();

    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fflush(f), 0);
    int fd = dup(fileno(f));
    fclose(f);
    return fd;
}

static void each_path_has_its_mount(void **state)
{
    static const struct {
        const char *path, *mount;
        bool foreign, below;
    } rows[] = {
        { "/", "/", false, true },
        { "/srv", "/", false, true },
        { "/srv/filmsx", "/", false, false },
        { "/srv/films", "/srv/films", true, false },
        { "/srv/films/a/b", "/srv/films", true, false },
        { "/srv/films/new/b", "/srv/films/new", false, false },
        { "/srv/my pictures/1.png", "/srv/my pictures", true, false },
        { "/srv/over/x", "/srv/over", false, false }, /* the later one */
        { "/srv/odd", "/srv/odd", true, false },
        { "/proc/1", "/proc", false, false },
    };
    int fd = table(TABLE);
    struct mounts m;

    (void)state;
    for (int again = 0; again < 2; again++) { /* from its beginning */
        assert_true(mounts_read(fd, &m));
        assert_int_equal(m.n, 8);
        for (size_t i = 0; i < ROWS(rows); i++) {
            size_t n = strlen(rows[i].path);
            int on = mounts_of(&m, rows[i].path, n);
            ROW_CHECK(rows[i].path, on >= 0);
            ROW_CHECK(rows[i].path,
                      strcmp(m.mount[on].path, rows[i].mount) == 0);
            ROW_CHECK(rows[i].path, m.mount[on].foreign == rows[i].foreign);
            ROW_CHECK(rows[i].path, mounts_foreign_below(&m, rows[i].path, n) ==
                                        rows[i].below);
        }
        mounts_free(&m);
    }
    close(fd);
}

static void this_machine_has_mounts(void **state)
{
    char path[4096];
    struct mounts m;
    int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
    int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    (void)state;
    assert_true(fd >= 0 && root >= 0);
    assert_true(mounts_read(fd, &m));
    /* within a chroot "/" may be no mount, but then something else is */
    assert_true(mounts_of(&m, "/", 1) >= 0 || m.n > 0);
    assert_true(mounts_of(&m, "/proc", 5) >= 0);
    assert_int_equal(mounts_path(root, path, sizeof path), 1);
    assert_int_equal(path[0], '/');
    mounts_free(&m);
    close(root);
    close(fd);
}

static void proc_is_of_this_machine(void **state)
{
    int fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    (void)state;
    assert_true(mounts_local(fd));
    close(fd);
    assert_false(mounts_local(-1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_path_has_its_mount),
        cmocka_unit_test(this_machine_has_mounts),
        cmocka_unit_test(proc_is_of_this_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
