/* SPDX-License-Identifier: MIT
 *
 * filter: a seccomp filter from one table.
 * Layer: os.  How the rows were found: from the calls that the code makes, with
 * what libc, libmagic and the encoders do when memory is short or a check
 * fails; the live tests run under them.
 */
#include "os/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/file.h"

#if __SIZEOF_POINTER__ == 4
#define SHORT 1 /* a processor of 32 bits has two calls for much */
#endif

#define W (1u << SANDBOX_WORKER)
#define P (1u << SANDBOX_PREPARER)
#define O (1u << SANDBOX_OBSERVER)
#define ALL (W | P | O)

/* Where file_fstat() is not a call of its own. */
#ifdef FILE_FSTAT_CALL
#define FSTAT_BY_PATH 0
#else
#define FSTAT_BY_PATH ALL
#endif

/* Processors of 32 bits have these by other names. */
#ifdef SHORT
#define CALL_FCNTL SCMP_SYS(fcntl64)
#define CALL_MMAP SCMP_SYS(mmap2)
#else
#define CALL_FCNTL SCMP_SYS(fcntl)
#define CALL_MMAP SCMP_SYS(mmap)
#endif

struct row {
    int call;
    unsigned roles;
};

static const struct row allowed[] = {
    /* the loop, channels and clocks */
    { SCMP_SYS(epoll_wait), ALL },
    { SCMP_SYS(epoll_pwait), ALL },
    { SCMP_SYS(epoll_ctl), ALL },
    { SCMP_SYS(epoll_create1), P | O },
    { SCMP_SYS(eventfd2), P },
    { SCMP_SYS(sendmsg), ALL },
    { SCMP_SYS(recvmsg), ALL },
    { SCMP_SYS(sendto), ALL },
    { SCMP_SYS(recvfrom), ALL },
    { SCMP_SYS(close), ALL },
    { SCMP_SYS(clock_gettime), ALL },
    { SCMP_SYS(clock_getres), ALL },
    { SCMP_SYS(gettimeofday), ALL },
    { SCMP_SYS(time), ALL },
    { SCMP_SYS(getrandom), ALL },
    /* bytes of descriptors that are there: logs, files, slabs; a log is open to
     * append, which nothing below can change, so there is no place to choose */
    { SCMP_SYS(read), ALL },
    { SCMP_SYS(write), ALL },
    { SCMP_SYS(writev), ALL },
    { SCMP_SYS(pread64), W | P },
    { SCMP_SYS(preadv2), W },
    { SCMP_SYS(sendfile), W },
    { SCMP_SYS(pwrite64), P },
    { SCMP_SYS(fstat), ALL },
    { SCMP_SYS(fstatfs), W },
    /* files: Landlock limits where */
    { SCMP_SYS(openat2), W },
    { SCMP_SYS(getdents64), W },
    { SCMP_SYS(readlinkat), W },
    /* changes of files; the directory is named by a descriptor */
    { SCMP_SYS(fchdir), W },
    { SCMP_SYS(inotify_init1), W },
    { SCMP_SYS(inotify_add_watch), W | P },
    { SCMP_SYS(inotify_rm_watch), W | P },
    /* connections: they come from accept alone, there is no socket() */
    { SCMP_SYS(accept4), W | O },
    { SCMP_SYS(getsockopt), W | O },
    { SCMP_SYS(getsockname), W | O },
    { SCMP_SYS(getpeername), W | O },
    /* memory; see special[] for mmap and mprotect */
    { SCMP_SYS(munmap), ALL },
    { SCMP_SYS(mremap), ALL },
    { SCMP_SYS(madvise), ALL },
    { SCMP_SYS(brk), ALL },
    { SCMP_SYS(memfd_create), P },
    /* threads, and what libc does by itself */
    { SCMP_SYS(futex), ALL },
    { SCMP_SYS(set_robust_list), W | P },
    { SCMP_SYS(rseq), W | P },
    { SCMP_SYS(sched_yield), ALL },
    { SCMP_SYS(sched_getaffinity), ALL },
    { SCMP_SYS(getrlimit), ALL },
    { SCMP_SYS(getpid), ALL },
    { SCMP_SYS(gettid), ALL },
    { SCMP_SYS(getuid), ALL },
    { SCMP_SYS(geteuid), ALL },
    { SCMP_SYS(rt_sigaction), ALL },
    { SCMP_SYS(rt_sigprocmask), ALL },
    { SCMP_SYS(rt_sigreturn), ALL },
    { SCMP_SYS(restart_syscall), ALL },
    { SCMP_SYS(sigaltstack), ALL },
    { SCMP_SYS(exit), ALL },
    { SCMP_SYS(exit_group), ALL },
#ifdef SHORT
    /* the same with offsets, times and numbers of users that are whole */
    { SCMP_SYS(clock_gettime64), ALL },
    { SCMP_SYS(clock_getres_time64), ALL },
    { SCMP_SYS(fstat64), ALL },
    { SCMP_SYS(fstatfs64), W },
    { SCMP_SYS(sendfile64), W },
    { SCMP_SYS(futex_time64), ALL },
    { SCMP_SYS(ugetrlimit), ALL },
    { SCMP_SYS(getuid32), ALL },
    { SCMP_SYS(geteuid32), ALL },
    { SCMP_SYS(sigreturn), ALL },
    /* libc has these in calls of their own */
    { SCMP_SYS(recv), ALL },
    { SCMP_SYS(send), ALL },
#endif
};

struct argument {
    unsigned number;
    scmp_datum_t mask, value; /* mask 0: any value */
};

#define EXACTLY ((scmp_datum_t)0xffffffff) /* int and unsigned have 32 bits */
#define THIS(number, value)         \
    {                               \
        (number), EXACTLY, (value), \
    }

/* Allowed with certain arguments only.  What is shared with other processes
 * (logs, listening sockets) can't be changed under them. */
static const struct special {
    struct row row;
    struct argument argument[2];
} special[] = {
    /* no executable memory, and no file but a slab is written by mapping it */
    { { CALL_MMAP, ALL }, { { 2, PROT_EXEC | PROT_WRITE, 0 } } },
    { { CALL_MMAP, ALL }, { { 2, PROT_EXEC, 0 }, { 3, MAP_SHARED, 0 } } },
    { { CALL_MMAP, P }, { { 2, PROT_EXEC, 0 } } },
    { { SCMP_SYS(mprotect), ALL }, { { 2, PROT_EXEC, 0 } } },
    /* a log stays open to append, and signals go nowhere: no F_SETFL, F_SETOWN,
     * F_SETSIG, F_NOTIFY, F_SETLEASE */
    { { CALL_FCNTL, ALL }, { THIS(1, F_GETFD) } },
    { { CALL_FCNTL, ALL }, { THIS(1, F_GETFL) } },
    { { CALL_FCNTL, W }, { THIS(1, F_DUPFD_CLOEXEC) } },
    { { CALL_FCNTL, W }, { THIS(1, F_GET_SEALS) } },
    { { CALL_FCNTL, W }, { THIS(1, F_SETFD) } }, /* of fdopendir() */
    { { CALL_FCNTL, P }, { THIS(1, F_ADD_SEALS) } },
    /* inotify's announcements, to this process (see add_own) */
    { { SCMP_SYS(ioctl), W }, { THIS(1, FIOASYNC) } },
    /* the end of what is sent: of a listening socket it changes nothing */
    { { SCMP_SYS(shutdown), W | O }, { THIS(1, SHUT_WR) } },
    { { SCMP_SYS(setsockopt), W | O },
      { THIS(1, SOL_SOCKET), THIS(2, SO_LINGER) } },
    { { SCMP_SYS(setsockopt), W },
      { THIS(1, IPPROTO_TCP), THIS(2, TCP_NOTSENT_LOWAT) } },
    /* where openat2 is refused: single names for reading (os/beneath.c); musl
     * counts O_PATH to O_ACCMODE */
    { { SCMP_SYS(openat), W },
      { { 2, O_NOFOLLOW | O_WRONLY | O_RDWR | O_CREAT | O_TRUNC,
          O_NOFOLLOW } } },
    /* the preparer's coder stands back behind everybody; nobody else does */
    { { SCMP_SYS(sched_setscheduler), P },
      { THIS(0, 0), THIS(1, SCHED_IDLE) } },
    { { SCMP_SYS(setpriority), P }, { THIS(0, PRIO_PROCESS), THIS(1, 0) } },
    /* threads, no processes */
    { { SCMP_SYS(clone), W | P }, { { 0, CLONE_THREAD, CLONE_THREAD } } },
    /* stat of a descriptor (libc's own), and listings: names of a directory.
     * A path can't be seen from here: what that leaves a worker is told in
     * SECURITY.md. */
    { { SCMP_SYS(newfstatat), W | FSTAT_BY_PATH },
      { { 3, AT_EMPTY_PATH, AT_EMPTY_PATH } } },
    { { SCMP_SYS(newfstatat), W },
      { { 3, AT_SYMLINK_NOFOLLOW, AT_SYMLINK_NOFOLLOW } } },
#ifdef SHORT
    { { SCMP_SYS(fstatat64), ALL }, { { 3, AT_EMPTY_PATH, AT_EMPTY_PATH } } },
    { { SCMP_SYS(fstatat64), W },
      { { 3, AT_SYMLINK_NOFOLLOW, AT_SYMLINK_NOFOLLOW } } },
    { { SCMP_SYS(statx), ALL }, { { 2, AT_EMPTY_PATH, AT_EMPTY_PATH } } },
    { { SCMP_SYS(statx), W },
      { { 2, AT_SYMLINK_NOFOLLOW, AT_SYMLINK_NOFOLLOW } } },
#endif
    /* limits of this process; setting them needs rights that are gone */
    { { SCMP_SYS(prlimit64), ALL }, { { 2, ~(scmp_datum_t)0, 0 } } },
};

/* No library tries these and goes on without: whoever makes one of them is not
 * our code. */
static const int hostile[] = {
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(setns),
    SCMP_SYS(unshare),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(open_by_handle_at),
};

/* -EDOM: this processor has no such call. */
static int rule(scmp_filter_ctx ctx, uint32_t action, int call, unsigned n,
                const struct scmp_arg_cmp *args)
{
    int error = seccomp_rule_add_array(ctx, action, call, n, args);

    return error == -EDOM ? 0 : error;
}

/* Signals to this process: of abort(), and of inotify. */
static int add_own(scmp_filter_ctx ctx, unsigned role)
{
    const scmp_datum_t pid = (scmp_datum_t)getpid();
    const struct scmp_arg_cmp abort = SCMP_A0(SCMP_CMP_EQ, pid);
    const struct scmp_arg_cmp owner[] = {
        SCMP_A1(SCMP_CMP_MASKED_EQ, EXACTLY, F_SETOWN),
        SCMP_A2(SCMP_CMP_EQ, pid),
    };
    int error = rule(ctx, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, &abort);

    if (!error && (role & W))
        error = rule(ctx, SCMP_ACT_ALLOW, CALL_FCNTL, 2, owner);
    return error;
}

static int add_special(scmp_filter_ctx ctx, const struct special *s)
{
    struct scmp_arg_cmp args[2];
    unsigned n = 0;

    for (; n < 2 && s->argument[n].mask; n++) {
        const struct argument *a = &s->argument[n];
        args[n] = (struct scmp_arg_cmp){ a->number, SCMP_CMP_MASKED_EQ, a->mask,
                                         a->value };
    }
    return rule(ctx, SCMP_ACT_ALLOW, s->row.call, n, args);
}

static int add_rules(scmp_filter_ctx ctx, unsigned role)
{
    /* Linux 4.14; before that it is the thread's end */
    const uint32_t deadly =
        seccomp_api_get() >= 3 ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_KILL_THREAD;
    int error = add_own(ctx, role);

    for (size_t i = 0; i < sizeof allowed / sizeof *allowed && !error; i++) {
        if (allowed[i].roles & role)
            error = rule(ctx, SCMP_ACT_ALLOW, allowed[i].call, 0, NULL);
    }
    for (size_t i = 0; i < sizeof special / sizeof *special && !error; i++) {
        if (special[i].row.roles & role)
            error = add_special(ctx, &special[i]);
    }
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile && !error; i++)
        error = rule(ctx, deadly, hostile[i], 0, NULL);
    /* its flags can't be seen from here: libc then uses clone */
    if (!error)
        error = rule(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0, NULL);
    return error;
}

/* Where they are known there is none at NULL; where not, nobody looks there. */
bool filter_known(void)
{
    return (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, NULL) < 0 &&
            errno == EFAULT) ||
           (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0) < 0 &&
            errno == EFAULT);
}

int filter_enter(enum sandbox_role role)
{
    if (!filter_known()) /* Landlock and the user have to do */
        return 0;
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    int error = ctx ? add_rules(ctx, 1u << role) : -ENOMEM;

#if SCMP_VER_MAJOR > 2 || SCMP_VER_MINOR >= 5
    /* a tree of calls instead of a list: the kernel tries each number there is
     * when it takes the filter */
    if (!error)
        (void)seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    /* the kernel's own word, not ECANCELED */
    if (!error)
        (void)seccomp_attr_set(ctx, SCMP_FLTATR_API_SYSRAWRC, 1);
#endif
    if (!error)
        error = seccomp_load(ctx);
    seccomp_release(ctx);
    return error;
}
