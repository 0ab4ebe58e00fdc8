/* SPDX-License-Identifier: MIT
 *
 * Tests of src/os/marks: each file is told apart, whoever shares its mark,
 * and only the end of a writer is remembered.
 */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "os/marks.h"
#include "os/watch.h"

#define FILES 100

static char folder[] = "/tmp/etagd-marks-XXXXXX";
static int dir = -1, fd[FILES];

static int make_files(void **state)
{
    char name[16];

    (void)state;
    if (!mkdtemp(folder))
        return -1;
    dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; i < FILES; i++) {
        snprintf(name, sizeof name, "%d", i);
        fd[i] = openat(dir, name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (fd[i] < 0)
            return -1;
    }
    return 0;
}

static int remove_files(void **state)
{
    char name[16];

    (void)state;
    for (int i = 0; i < FILES; i++) {
        snprintf(name, sizeof name, "%d", i);
        unlinkat(dir, name, 0);
        close(fd[i]);
    }
    close(dir);
    return rmdir(folder);
}

static void write_and_close(int i)
{
    char name[16];

    snprintf(name, sizeof name, "%d", i);
    int writer = openat(dir, name, O_WRONLY | O_CLOEXEC);
    assert_int_equal(write(writer, "x", 1), 1);
    close(writer);
}

/* Whoever forgets a file to make room for another hears of that from the
 * kernel, too: all others would be looked at again each time. */
static void letting_go_is_no_news(void **state)
{
    struct marks *m = marks_new(FILES);

    (void)state;
    assert_non_null(m);
    int a = marks_add(m, fd[0]), b = marks_add(m, fd[1]);
    marks_drop(m, a);
    assert_false(marks_news(m, 1));
    assert_int_equal(marks_closed(m, b), 0);
    a = marks_add(m, fd[2]);
    write_and_close(2);
    marks_drop(m, a);
    assert_true(marks_news(m, 2)); /* what happened before is */
    assert_false(marks_news(m, 3));
    /* that it ended by itself is, too: it can't be told from a change */
    char name[] = "gone";
    int gone = openat(dir, name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    int c = marks_add(m, gone);
    assert_true(c > 0);
    unlinkat(dir, name, 0);
    assert_true(marks_news(m, 4));
    close(gone);
    assert_true(marks_news(m, 5));
    assert_int_equal(marks_closed(m, c), 5);
    marks_drop(m, b);
    marks_drop(m, c);
    marks_free(m);
}

static void the_end_of_a_writer(void **state)
{
    struct marks *m = marks_new(FILES);

    (void)state;
    assert_non_null(m);
    int a = marks_add(m, fd[0]), b = marks_add(m, fd[1]);
    assert_true(a > 0 && b > 0 && a != b);
    assert_int_equal(marks_add(m, fd[0]), a);
    assert_false(marks_news(m, 1));
    assert_int_equal(pwrite(fd[0], "x", 1, 0), 1);
    assert_true(marks_news(m, 2)); /* news, but the writer goes on */
    assert_int_equal(marks_closed(m, a), 0);
    write_and_close(0);
    assert_true(marks_news(m, 3));
    assert_false(marks_news(m, 4));
    assert_int_equal(marks_closed(m, a), 3);
    assert_int_equal(marks_closed(m, b), 0);
    marks_drop(m, a);
    write_and_close(0); /* its other user still wants to know */
    assert_true(marks_news(m, 5));
    assert_int_equal(marks_closed(m, a), 5);
    marks_drop(m, a);
    assert_int_equal(marks_closed(m, a), 0);
    marks_free(m);
}

/* Whatever goes, the rest is found; and no more than fit are taken. */
static void every_one_is_found(void **state)
{
    struct marks *m = marks_new(FILES);
    int number[FILES];

    (void)state;
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < FILES; i++) {
            number[i] = marks_add(m, fd[i]);
            assert_true(number[i] > 0);
        }
        for (int i = 0; i < FILES; i++) {
            if ((i * 7 + round) % 3 == 0) {
                marks_drop(m, number[i]);
                number[i] = 0;
            }
        }
        for (int i = 0; i < FILES; i += 9)
            write_and_close(i);
        /* else nobody watches any of those that were written */
        assert_int_equal(marks_news(m, (uint64_t)round + 1), round % 3 != 0);
        for (int i = 0; i < FILES; i++)
            assert_int_equal(marks_closed(m, number[i]),
                             number[i] && i % 9 == 0 ? round + 1 : 0);
        for (int i = 0; i < FILES; i++)
            marks_drop(m, number[i]);
    }
    marks_free(m);
    m = marks_new(2);
    assert_true(marks_add(m, fd[0]) > 0 && marks_add(m, fd[1]) > 0);
    assert_int_equal(marks_add(m, fd[2]), 0);
    marks_drop(m, 0);
    marks_free(m);
    assert_int_equal(marks_add(NULL, fd[0]), 0);
    assert_false(marks_news(NULL, 1));
}

/* The same once more, by numbers alone; watching a directory leads away. */
static void from_where_files_are(void **state)
{
    int watch = watch_new(WATCH_NAMES);
    char *was = getcwd(NULL, 0), *is;

    (void)state;
    assert_true(was && watch >= 0);
    assert_true(watch_stand());
    assert_int_equal(watch_add_directory(watch, dir, dir), 0);
    is = getcwd(NULL, 0);
    assert_non_null(is);
    assert_string_not_equal(is, was);
    assert_non_null(strstr(is, "/fd"));
    free(is);
    free(was);
    close(watch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letting_go_is_no_news),
        cmocka_unit_test(the_end_of_a_writer),
        cmocka_unit_test(every_one_is_found),
        cmocka_unit_test(from_where_files_are),
        cmocka_unit_test(letting_go_is_no_news),
        cmocka_unit_test(the_end_of_a_writer),
        cmocka_unit_test(every_one_is_found),
    };

    return cmocka_run_group_tests(tests, make_files, remove_files);
}
