/* SPDX-License-Identifier: MIT
 *
 * Tests of preparer_confine(): a child gives up its rights and then tries what
 * it must not be able to do.
 */
#include "config.h"

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/log.h"
#include "prepare/preparer.h"

/* Each returns true when it got what it must not get. */
static bool open_file(void)
{
    return open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0;
}

static bool open_directory(void)
{
    return open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC) >= 0;
}

static bool make_file(void)
{
    return open("/tmp/etagd-confine", O_CREAT | O_WRONLY | O_CLOEXEC, 0600) >=
           0;
}

static bool run_program(void)
{
    char word[] = "true", *argv[] = { word, NULL };

    execv("/bin/true", argv);
    return false; /* the child is still here; success ends it with 0 */
}

static bool make_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) >= 0;
}

static bool make_unix_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
}

static bool fork_process(void)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(0);
    return pid > 0;
}

static bool signal_parent(void)
{
    return kill(getppid(), 0) == 0;
}

static bool trace_parent(void)
{
    return ptrace(PTRACE_SEIZE, getppid(), 0, 0) == 0;
}

static bool map_code(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
                -1, 0) != MAP_FAILED;
}

static bool dump_again(void)
{
    return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0;
}

static bool raise_limit(void)
{
    struct rlimit r = { 100000, 100000 };

    return setrlimit(RLIMIT_NOFILE, &r) == 0;
}

static bool unlink_file(void)
{
    return unlink("/tmp/etagd-confine-victim") == 0;
}

static const struct {
    const char *row;
    bool (*got)(void);
    bool by_landlock; /* refused even without a system-call filter */
} rows[] = {
    { "open a file", open_file, true },
    { "open a directory", open_directory, true },
    { "make a file", make_file, true },
    { "unlink a file", unlink_file, true },
    { "run a program", run_program, true },
    { "make an internet socket", make_socket, false },
    { "make a unix socket", make_unix_socket, false },
    { "fork", fork_process, false },
    { "signal another process", signal_parent, false },
    { "trace another process", trace_parent, true },
    { "map executable memory", map_code, false },
    { "become dumpable", dump_again, false },
    { "change a limit", raise_limit, false },
};

static bool has_landlock(void)
{
    return syscall(SYS_landlock_create_ruleset, NULL, 0, 1) >= 1;
}

/* 7: refused; 1: got it; 0: became another program; 3: not confined */
static int try_in_child(bool (*got)(void))
{
    int status;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        log_threshold(LOG_ERROR_);
        if (preparer_confine() != 0)
            _exit(3);
        _exit(got() ? 1 : 7);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

static void refused(void **state)
{
    bool full = true;

    (void)state;
#ifdef ETAGD_COVERAGE
    skip();
#endif
#ifdef ETAGD_SANITIZE
    full = false;
#endif
    int fd =
        open("/tmp/etagd-confine-victim", O_CREAT | O_CLOEXEC | O_RDWR, 0600);
    assert_true(fd >= 0);
    close(fd);
    for (size_t i = 0; i < ROWS(rows); i++) {
        if (!full && (!rows[i].by_landlock || !has_landlock()))
            continue;
        int outcome = try_in_child(rows[i].got);
        if (outcome != 7)
            fail_msg("%s: outcome %d", rows[i].row, outcome);
    }
    unlink("/tmp/etagd-confine-victim");
}

static void *in_thread(void *arg)
{
    bool *got = arg;

    *got = open_file();
    return NULL;
}

static bool open_in_thread(void)
{
    bool got = true;
    pthread_t t;

    if (pthread_create(&t, NULL, in_thread, &got) != 0)
        return true;
    pthread_join(t, NULL);
    return got;
}

/* A thread can be had, and is confined too. */
static void thread_inherits(void **state)
{
    (void)state;
#ifdef ETAGD_COVERAGE
    skip();
#endif
    if (!has_landlock())
        skip();
    assert_int_equal(try_in_child(open_in_thread), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refused),
        cmocka_unit_test(thread_inherits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
