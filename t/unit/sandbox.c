/* SPDX-License-Identifier: MIT
 *
 * Tests of sandbox_enter(): a child of each role gives up its rights, under
 * each ABI of Landlock, and then tries what it must not be able to do.
 */
#include "config.h"

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/beneath.h"
#include "os/file.h"
#include "os/landlock.h"
#include "os/net.h"
#include "os/sandbox.h"
#include "os/watch.h"

#if defined ETAGD_SANITIZE || defined ETAGD_COVERAGE
#define FULL 0
#else
#define FULL 1
#endif

/* A root with a file and a directory, and a file beside it. */
static char folder[] = "/tmp/etagd-sandbox-XXXXXX";
static char victim[64];
static int root = -1, outside = -1, listener = -1;
static int pair[2] = { -1, -1 };

/* Each returns true when it got what it must not get. */
static bool open_file(void)
{
    return open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0;
}

static bool open_directory(void)
{
    return open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC) >= 0;
}

static bool open_beside_root(void)
{
    return file_open_beneath(outside, "secret", FILE_LINKS_BENEATH) >= 0;
}

static bool open_by_link(void)
{
    return file_open_beneath(root, "link", FILE_LINKS_BENEATH) >= 0;
}

static bool open_anywhere(void)
{
    struct open_how how = { .flags = O_RDONLY | O_CLOEXEC };

    return syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", &how, sizeof how) >= 0;
}

static bool openat_anywhere(void)
{
    return openat(root, "/etc/passwd", O_RDONLY | O_NOFOLLOW | O_CLOEXEC) >= 0;
}

static bool openat_to_write(void)
{
    return openat(root, "file", O_RDWR | O_NOFOLLOW | O_CLOEXEC) >= 0;
}

static bool write_below_root(void)
{
    struct open_how how = { .flags = O_WRONLY | O_CLOEXEC };

    return syscall(SYS_openat2, root, "file", &how, sizeof how) >= 0;
}

static bool make_below_root(void)
{
    struct open_how how = { .flags = O_WRONLY | O_CREAT | O_CLOEXEC,
                            .mode = 0600 };

    return syscall(SYS_openat2, root, "new", &how, sizeof how) >= 0;
}

static bool make_file(void)
{
    return open("/tmp/etagd-sandbox", O_CREAT | O_WRONLY | O_CLOEXEC, 0600) >=
           0;
}

static bool unlink_file(void)
{
    return unlink(victim) == 0;
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

static bool choose_scheduler(void)
{
    struct sched_param none = { 0 };

    return sched_setscheduler(0, SCHED_BATCH, &none) == 0;
}

static bool stat_path(void)
{
    struct stat st;

    return stat("/etc/passwd", &st) == 0;
}

static bool mount_something(void)
{
    return mount("none", "/mnt", "tmpfs", 0, NULL) == 0;
}

static bool scheduled(int policy, int priority)
{
    const struct sched_param p = { priority };

    return sched_setscheduler(0, policy, &p) == 0;
}

static bool step_forward(void)
{
    return scheduled(SCHED_FIFO, 1) || scheduled(SCHED_BATCH, 0) ||
           scheduled(SCHED_OTHER, 0);
}

static bool step_back(void)
{
    return scheduled(SCHED_IDLE, 0);
}

static bool accept_connection(void)
{
    /* refused: EPERM; allowed: there is none (EAGAIN) */
    return accept4(listener, NULL, NULL, SOCK_CLOEXEC) < 0 && errno == EAGAIN;
}

/* Bytes go and come, in one piece and in several. */
static bool talk(void)
{
    char bytes[8];
    struct iovec parts[] = { { bytes, 1 }, { bytes + 1, 1 } };

    memset(bytes, 'x', sizeof bytes);
    return net_send(pair[0], "ab", 2, false) == 2 &&
           net_recv(pair[1], bytes, sizeof bytes) == 2 &&
           net_sendv(pair[1], parts, 2, false) == 2 &&
           net_recv(pair[0], bytes, sizeof bytes) == 2;
}

enum how {
    REFUSED,   /* by the list of calls: EPERM */
    KILLED,    /* by the list of calls: SIGSYS */
    UNREADABLE /* by Landlock's first ABI, even where the call is allowed */
};

#define W (1u << SANDBOX_WORKER)
#define P (1u << SANDBOX_PREPARER)
#define O (1u << SANDBOX_OBSERVER)
#define ALL (W | P | O)

static const struct {
    const char *row;
    bool (*got)(void);
    enum how how;
    unsigned roles;
} rows[] = {
    { "open a file", open_file, UNREADABLE, ALL },
    { "open a directory", open_directory, UNREADABLE, ALL },
    { "open beside the root", open_beside_root, UNREADABLE, ALL },
    { "open by a link out of the root", open_by_link, UNREADABLE, ALL },
    { "open by openat2", open_anywhere, UNREADABLE, ALL },
    { "open by openat", openat_anywhere, UNREADABLE, ALL },
    { "write by openat", openat_to_write, UNREADABLE, ALL },
    { "write below the root", write_below_root, UNREADABLE, ALL },
    { "make a file below the root", make_below_root, UNREADABLE, ALL },
    { "make a file", make_file, UNREADABLE, ALL },
    { "unlink a file", unlink_file, UNREADABLE, ALL },
    { "run a program", run_program, KILLED, ALL },
    { "make an internet socket", make_socket, REFUSED, ALL },
    { "make a unix socket", make_unix_socket, REFUSED, ALL },
    { "fork", fork_process, REFUSED, ALL },
    { "signal another process", signal_parent, REFUSED, ALL },
    { "trace another process", trace_parent, KILLED, ALL },
    { "mount", mount_something, KILLED, ALL },
    { "map executable memory", map_code, REFUSED, ALL },
    { "become dumpable", dump_again, REFUSED, ALL },
    { "change a limit", raise_limit, REFUSED, ALL },
    { "choose a scheduler", choose_scheduler, REFUSED, ALL },
    { "stat a path", stat_path, REFUSED, ALL },
    { "be scheduled before others", step_forward, REFUSED, ALL },
    { "be scheduled behind others", step_back, REFUSED, W | O },
    { "accept", accept_connection, REFUSED, P },
};

static const char *const roles[] = { "worker", "preparer", "observer" };

/* 7: refused; 1: got it; 0: became another program; 3: not confined;
 * 100 + signal */
static int try_in_child(enum sandbox_role role, int abi, bool (*got)(void))
{
    struct sandbox s = { .role = role, .landlock_most = abi };
    int status;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        if (role == SANDBOX_WORKER) {
            s.below = &root;
            s.n_below = 1;
        }
        if (sandbox_enter(&s) != 0)
            _exit(3);
        _exit(got() ? 1 : 7);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

static void try_row(size_t i, enum sandbox_role role, int abi)
{
    int want = rows[i].how == KILLED ? 100 + SIGSYS : 7;

    if (!FULL && (rows[i].how != UNREADABLE || abi == 0))
        return;
    /* openat2 is on a worker's list: Landlock alone says where */
    if (role == SANDBOX_WORKER && abi == 0 &&
        (rows[i].got == open_beside_root || rows[i].got == open_anywhere ||
         rows[i].got == openat_anywhere || rows[i].got == write_below_root ||
         rows[i].got == make_below_root))
        return;
    int outcome = try_in_child(role, abi, rows[i].got);
    if (outcome != want)
        fail_msg("%s, Landlock %d, %s: outcome %d", roles[role], abi,
                 rows[i].row, outcome);
}

/* Each role under all ABIs of this kernel, and without any. */
static void refused(void **state)
{
    int abi = landlock_abi();

    (void)state;
#ifdef ETAGD_COVERAGE
    skip();
#endif
    for (unsigned role = 0; role < ROWS(roles); role++) {
        for (size_t i = 0; i < ROWS(rows); i++) {
            if (!(rows[i].roles & (1u << role)))
                continue;
            for (int most = 0; most <= abi; most++)
                try_row(i, (enum sandbox_role)role, most);
        }
    }
}

/* What a worker lives on goes on working: files, changes, connections. */
static bool work(void)
{
    char bytes[8];
    int w = watch_new(WATCH_NAMES);
    int file = file_open_beneath(root, "sub/file", FILE_LINKS_BENEATH);
    int sub = file_open_beneath(root, "sub", FILE_LINKS_BENEATH);
    struct file_stat st;

    if (beneath_open(root, "sub/file", FILE_LINKS_BENEATH) < 0)
        return false;
    if (file < 0 || sub < 0 || w < 0 || file_stat(file, &st) != 0 ||
        file_read_at(file, bytes, sizeof bytes, 0) != 4)
        return false;
    if (watch_add_directory(w, root, root) != 0 ||
        watch_add_directory(w, sub, root) != 0)
        return false;
    return accept_connection() && talk() && open("/etc/passwd", O_RDONLY) < 0;
}

static void worker_works(void **state)
{
    int abi = landlock_abi();

    (void)state;
#ifdef ETAGD_COVERAGE
    skip();
#endif
    for (int most = 1; most <= abi; most++)
        assert_int_equal(try_in_child(SANDBOX_WORKER, most, work), 1);
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

/* The preparer's thread can be had, and is confined too. */
static void thread_inherits(void **state)
{
    (void)state;
#ifdef ETAGD_COVERAGE
    skip();
#endif
    if (landlock_abi() == 0)
        skip();
    assert_int_equal(
        try_in_child(SANDBOX_PREPARER, SANDBOX_ABI_ALL, open_in_thread), 7);
}

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

static void others_closed(void **state)
{
    int status, fd[6];
    pid_t pid;

    (void)state;
    for (size_t i = 0; i < ROWS(fd); i++)
        fd[i] = fcntl(1, F_DUPFD_CLOEXEC, 40 + 2 * (int)i);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        int keep[] = { fd[4], -1, fd[1], fd[1], 2 };
        sandbox_close_others(keep, ROWS(keep));
        _exit(is_open(0) && is_open(2) && is_open(fd[1]) && is_open(fd[4]) &&
                      !is_open(fd[0]) && !is_open(fd[2]) && !is_open(fd[3]) &&
                      !is_open(fd[5]) && !is_open(root)
                  ? 0
                  : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    for (size_t i = 0; i < ROWS(fd); i++)
        close(fd[i]);
}

static void make(int dir, const char *name)
{
    int fd = openat(dir, name, O_CREAT | O_CLOEXEC | O_RDWR, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, "text", 4), 4);
    close(fd);
}

static int set_up(void **state)
{
    struct sockaddr_in any = { .sin_family = AF_INET };

    (void)state;
    assert_non_null(mkdtemp(folder));
    outside = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(outside >= 0);
    assert_int_equal(mkdirat(outside, "root", 0700), 0);
    assert_int_equal(mkdirat(outside, "root/sub", 0700), 0);
    root = openat(outside, "root", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(root >= 0);
    make(root, "file");
    make(root, "sub/file");
    make(outside, "secret");
    assert_int_equal(symlinkat("../secret", root, "link"), 0);
    snprintf(victim, sizeof victim, "%s/secret", folder);
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair),
                     0);
    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&any, sizeof any), 0);
    assert_int_equal(listen(listener, 1), 0);
    return 0;
}

static int tear_down(void **state)
{
    static const struct {
        const char *name;
        int flag;
    } there[] = { { "root/sub/file", 0 },   { "root/sub", AT_REMOVEDIR },
                  { "root/file", 0 },       { "root/link", 0 },
                  { "root", AT_REMOVEDIR }, { "secret", 0 } };

    (void)state;
    for (size_t i = 0; i < ROWS(there); i++)
        unlinkat(outside, there[i].name, there[i].flag);
    close(outside);
    close(root);
    close(listener);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refused),
        cmocka_unit_test(worker_works),
        cmocka_unit_test(thread_inherits),
        cmocka_unit_test(others_closed),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
