/* SPDX-License-Identifier: MIT
 *
 * Tests of src/os/watch: a change that is complete is news to whoever hears of
 * it, however closely the word follows the change.
 */
#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/watch.h"

#define ROUNDS 20000

static char folder[] = "/tmp/etagd-watch-XXXXXX";
static int dir = -1;

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return dir < 0 ? -1 : 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlinkat(dir, "file", 0);
    close(dir);
    return rmdir(folder);
}

static int watch_folder(void)
{
    int watch = watch_new(WATCH_NAMES);

    assert_true(watch >= 0);
    assert_int_equal(watch_add_directory(watch, dir, dir), 0);
    return watch;
}

static void write_file(void)
{
    int fd = openat(dir, "file", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    assert_int_equal(write(fd, "x", 1), 1);
    close(fd);
}

static void news_is_told_once(void **state)
{
    int watch = watch_folder();

    (void)state;
    assert_int_equal(watch_take(watch), WATCH_NOTHING);
    write_file();
    assert_int_equal(watch_take(watch), WATCH_CHANGED);
    assert_int_equal(watch_take(watch), WATCH_NOTHING);
    close(watch);
}

/* Another process changes the file and says so; whoever hears it asks. */
static void change_comes_before_its_word(void **state)
{
    int watch = watch_folder();
    int pair[2];
    char c = 0;

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    pid_t pid = fork();
    if (pid == 0) {
        int fd = openat(dir, "file", O_WRONLY | O_CREAT, 0600);
        for (int i = 0; i < ROUNDS; i++) {
            if (pwrite(fd, "y", 1, 0) != 1 || write(pair[1], "y", 1) != 1 ||
                read(pair[1], &c, 1) != 1)
                _exit(1);
        }
        _exit(0);
    }
    close(pair[1]);
    for (int i = 0; i < ROUNDS; i++) {
        assert_int_equal(read(pair[0], &c, 1), 1);
        if (watch_take(watch) != WATCH_CHANGED)
            fail_msg("round %d: nothing seen", i);
        assert_int_equal(write(pair[0], "n", 1), 1);
    }
    int status = 1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    close(pair[0]);
    close(watch);
}

/* Whoever starts it may have blocked every signal. */
static void blocked_signals_hide_nothing(void **state)
{
    sigset_t all, old;

    (void)state;
    sigfillset(&all);
    assert_int_equal(sigprocmask(SIG_SETMASK, &all, &old), 0);
    news_is_told_once(state);
    assert_int_equal(sigprocmask(SIG_SETMASK, &old, NULL), 0);
}

/* A descriptor that takes the place of another announces its events, too. */
static void successor_tells(void **state)
{
    int watch = watch_folder();
    int fresh = watch_new(WATCH_NAMES);

    (void)state;
    assert_true(fresh >= 0);
    assert_true(dup3(fresh, watch, O_CLOEXEC) >= 0);
    close(fresh);
    assert_int_equal(watch_take(watch), WATCH_NOTHING);
    assert_int_equal(watch_add_directory(watch, dir, dir), 0);
    write_file();
    assert_int_equal(watch_take(watch), WATCH_CHANGED);
    assert_int_equal(watch_take(watch), WATCH_NOTHING);
    close(watch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(news_is_told_once),
        cmocka_unit_test(change_comes_before_its_word),
        cmocka_unit_test(blocked_signals_hide_nothing),
        cmocka_unit_test(successor_tells),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
