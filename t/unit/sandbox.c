/* SPDX-License-Identifier: MIT
 *
 * Tests of sandbox_enter(): a child of each role gives up its rights, under
 * each ABI of Landlock, and then tries what it must not be able to do.
 */
#include "config.h"

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/built.h"
#include "os/beneath.h"
#include "os/directory.h"
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
static int root = -1, outside = -1, listener = -1, log_fd = -1, unix_fd = -1;
static int pair[2] = { -1, -1 };
static int slab_fd = -1;

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

/* Allowed: a unix socket has none (EOPNOTSUPP). */
static bool take_more(void)
{
    errno = 0;
    net_long(pair[0], true);
    return errno == EOPNOTSUPP;
}

static int ended[2] = { -1, -1 }; /* of one child */

/* The other side sees that nothing more comes, and a reset may be asked for. */
static bool end(void)
{
    char byte;

    net_finish(ended[0]);
    errno = 0;
    net_abort(ended[0]);
    return errno == 0 && net_recv(ended[1], &byte, 1) == 0;
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
           net_recv(pair[0], bytes, sizeof bytes) == 2 &&
           net_send_sealed(pair[1], slab_fd, 0, 1) == 1 &&
           net_recv(pair[0], bytes, sizeof bytes) == 1 && take_more() && end();
}

/* -- what other processes have open as well: the log, the listening socket */

static bool empty_log(void)
{
    return ftruncate(log_fd, 0) == 0;
}

static bool seek_in_log(void)
{
    return lseek(log_fd, 0, SEEK_SET) == 0;
}

static bool write_not_at_end(void)
{
    return fcntl(log_fd, F_SETFL, 0) == 0;
}

static bool write_over_log(void)
{
    struct iovec iov = { .iov_base = victim, .iov_len = 1 };

    return syscall(SYS_pwritev2, log_fd, &iov, 1, 0, 0, 0x20 /* NOAPPEND */) >
           0;
}

/* A preparer gives slabs their size by it; of a log it makes one that grows, as
 * log_is_whole() sees. */
static bool write_at_place(void)
{
    return pwrite(log_fd, "x", 1, 0) == 1;
}

static bool punch_log(void)
{
    return fallocate(log_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
                     1) == 0;
}

static bool map_log(void)
{
    return mmap(NULL, 4, PROT_READ | PROT_WRITE, MAP_SHARED, log_fd, 0) !=
           MAP_FAILED;
}

static bool deafen_listener(void)
{
    return shutdown(listener, SHUT_RD) == 0 ||
           shutdown(listener, SHUT_RDWR) == 0;
}

static bool disconnect_listener(void)
{
    const struct sockaddr none = { .sa_family = AF_UNSPEC };

    return connect(listener, &none, sizeof none) == 0;
}

static bool shorten_listener(void)
{
    return listen(listener, 0) == 0;
}

static bool filter_listener(void)
{
    struct sock_filter none = { BPF_RET | BPF_K, 0, 0, 0 };
    struct sock_fprog p = { 1, &none };
    int seconds = 1;

    return setsockopt(listener, SOL_SOCKET, SO_ATTACH_FILTER, &p, sizeof p) ==
               0 ||
           setsockopt(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds,
                      sizeof seconds) == 0;
}

static bool block_listener(void)
{
    int off = 0;

    return fcntl(listener, F_SETFL, 0) == 0 ||
           ioctl(listener, FIONBIO, &off) == 0;
}

static bool have_parent_signalled(void)
{
    const struct f_owner_ex owner = { F_OWNER_PID, getppid() };

    return fcntl(listener, F_SETOWN, getppid()) == 0 ||
           fcntl(listener, F_SETOWN, -getpgrp()) == 0 ||
           fcntl(listener, F_SETOWN_EX, &owner) == 0;
}

static bool choose_signal(void)
{
    return fcntl(listener, F_SETSIG, SIGKILL) == 0;
}

static bool have_itself_signalled(void)
{
    int on = 1;

    return fcntl(listener, F_SETOWN, getpid()) == 0 ||
           ioctl(listener, FIOASYNC, &on) == 0;
}

static bool watch_by_fcntl(void)
{
    return fcntl(root, F_NOTIFY, DN_MODIFY) == 0 ||
           fcntl(log_fd, F_SETLEASE, F_WRLCK) == 0;
}

#ifdef FILE_FSTAT_CALL
static bool stat_path_by_empty(void)
{
    struct stat st;

    return fstatat(AT_FDCWD, "/etc/passwd", &st, AT_EMPTY_PATH) == 0;
}
#endif

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
    { "have more taken by a socket", take_more, REFUSED, P | O },
    { "empty a log", empty_log, REFUSED, ALL },
    { "seek in a log", seek_in_log, REFUSED, ALL },
    { "have a log written to at its place", write_not_at_end, REFUSED, ALL },
    { "write over a log", write_over_log, REFUSED, ALL },
    { "write at a place of a log", write_at_place, REFUSED, W | O },
    { "make a hole in a log", punch_log, REFUSED, ALL },
    { "map a log", map_log, REFUSED, ALL },
    { "shut the listener down", deafen_listener, REFUSED, ALL },
    { "disconnect the listener", disconnect_listener, REFUSED, ALL },
    { "shorten the listener's queue", shorten_listener, REFUSED, ALL },
    { "filter what the listener hears", filter_listener, REFUSED, ALL },
    { "make the listener block", block_listener, REFUSED, ALL },
    { "have another process signalled", have_parent_signalled, REFUSED, ALL },
    { "choose the signal", choose_signal, REFUSED, ALL },
    { "have itself signalled", have_itself_signalled, REFUSED, P | O },
    { "watch by fcntl", watch_by_fcntl, REFUSED, ALL },
#ifdef FILE_FSTAT_CALL
    { "stat a path as if it were empty", stat_path_by_empty, REFUSED, P | O },
#endif
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

static bool place_in_log(void)
{
    return write_at_place() && write(log_fd, "y", 1) == 1;
}

/* The preparer's pwrite appends, since the log is open to append. */
static void log_is_whole(void **state)
{
    char text[16] = "";
    int fd = openat(outside, "log", O_RDONLY | O_CLOEXEC);

    (void)state;
    assert_int_equal(
        try_in_child(SANDBOX_PREPARER, SANDBOX_ABI_ALL, place_in_log), 1);
    assert_int_equal(read(fd, text, sizeof text), 6);
    assert_string_equal(text, "textxy");
    close(fd);
}

static bool finish_listeners(void)
{
    return shutdown(listener, SHUT_WR) == 0 && shutdown(unix_fd, SHUT_WR) == 0;
}

static void assert_accepts(int fd)
{
    struct sockaddr_storage a;
    socklen_t n = sizeof a;

    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
    int c = socket(a.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(c, (struct sockaddr *)&a, n), 0);
    int s = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
    assert_true(s >= 0);
    close(s);
    close(c);
}

/* The one shutdown that is allowed does nothing to a listening socket. */
static void listeners_live_on(void **state)
{
    (void)state;
#ifdef ETAGD_COVERAGE
    skip();
#endif
    (void)try_in_child(SANDBOX_WORKER, SANDBOX_ABI_ALL, finish_listeners);
    assert_accepts(listener);
    assert_accepts(unix_fd);
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
    struct directory names;
    if (directory_read(sub, 10, false, &names) != 0 || names.n != 1)
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
    for (int most = 1; most <= abi; most++) {
        assert_int_equal(
            socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ended), 0);
        assert_int_equal(try_in_child(SANDBOX_WORKER, most, work), 1);
        close(ended[0]);
        close(ended[1]);
    }
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
    make(outside, "log");
    log_fd = openat(outside, "log", O_WRONLY | O_APPEND | O_CLOEXEC);
    assert_true(log_fd >= 0);
    snprintf(victim, sizeof victim, "%s/secret", folder);
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair),
                     0);
    slab_fd = memfd_create("slab", MFD_CLOEXEC);
    assert_int_equal(pwrite(slab_fd, "x", 1, 0), 1);
    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&any, sizeof any), 0);
    assert_int_equal(listen(listener, 1), 0);
    /* a name in no file system */
    struct sockaddr_un un = { .sun_family = AF_UNIX };
    snprintf(un.sun_path + 1, sizeof un.sun_path - 1, "%s", folder);
    unix_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(unix_fd, (struct sockaddr *)&un, sizeof un), 0);
    assert_int_equal(listen(unix_fd, 1), 0);
    return 0;
}

static int tear_down(void **state)
{
    static const struct {
        const char *name;
        int flag;
    } there[] = { { "root/sub/file", 0 },
                  { "root/sub", AT_REMOVEDIR },
                  { "root/file", 0 },
                  { "root/link", 0 },
                  { "root", AT_REMOVEDIR },
                  { "secret", 0 },
                  { "log", 0 } };

    (void)state;
    for (size_t i = 0; i < ROWS(there); i++)
        unlinkat(outside, there[i].name, there[i].flag);
    close(outside);
    close(root);
    close(listener);
    close(unix_fd);
    close(log_fd);
    close(slab_fd);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refused),           cmocka_unit_test(log_is_whole),
        cmocka_unit_test(listeners_live_on), cmocka_unit_test(worker_works),
        cmocka_unit_test(thread_inherits),   cmocka_unit_test(others_closed),
    };

    if (!built_with(BUILT_SECCOMP)) {
        puts("skipped: etagd was built without seccomp");
        return 77;
    }
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
