/* SPDX-License-Identifier: MIT
 *
 * confine: takes from this process what preparing files does not need.
 * Layer: prepare.  After it no file can be opened, no socket made, no program
 * run, no other process touched: what reads hostile bytes has nothing to give
 * away.  Builds with a sanitizer or with coverage keep what their runtimes
 * need.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/log.h"
#include "prepare/preparer.h"

#ifdef HAVE_LINUX_LANDLOCK_H
#include <linux/landlock.h>
#endif

#if !defined ETAGD_SANITIZE && !defined ETAGD_COVERAGE
#define FULL 1
#else
#define FULL 0
#endif

#ifdef HAVE_LINUX_LANDLOCK_H

/* The header may be older than the kernel: rights by the ABI that has them. */
struct ruleset {
    uint64_t fs, net, scoped;
};

static const struct {
    int abi;
    struct ruleset handled;
} abis[] = {
    { 1, { (1u << 13) - 1, 0, 0 } }, /* files: execute ... make_sym */
    { 2, { 1u << 13, 0, 0 } },       /* refer */
    { 3, { 1u << 14, 0, 0 } },       /* truncate */
    { 4, { 0, 3, 0 } },              /* TCP bind, connect */
    { 5, { 1u << 15, 0, 0 } },       /* device ioctl */
    { 6, { 0, 0, 3 } },              /* abstract sockets, signals */
};

static size_t ruleset_bytes(int abi)
{
    return abi < 4 ? 8 : abi < 6 ? 16 : 24;
}

/* Sanitizers look into /proc when they report. */
static void allow_proc(int ruleset)
{
#ifdef ETAGD_SANITIZE
    struct landlock_path_beneath_attr rule = {
        .allowed_access =
            LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
        .parent_fd = open("/proc", O_PATH | O_CLOEXEC)
    };
    syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule,
            0);
    close(rule.parent_fd);
#else
    (void)ruleset;
#endif
}

static int landlock(void)
{
    struct ruleset set = { 0, 0, 0 };
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
                       LANDLOCK_CREATE_RULESET_VERSION);

    if (abi < 1) { /* ENOSYS, EOPNOTSUPP: the system-call list has to do */
        log_info("P011", "no Landlock in this kernel");
        return 0;
    }
    for (size_t i = 0; i < sizeof abis / sizeof *abis; i++) {
        if (abis[i].abi > abi)
            break;
        set.fs |= abis[i].handled.fs;
        set.net |= abis[i].handled.net;
        set.scoped |= abis[i].handled.scoped;
    }
    long fd =
        syscall(SYS_landlock_create_ruleset, &set, ruleset_bytes((int)abi), 0);
    if (fd < 0)
        return -errno;
    allow_proc((int)fd);
    int error = syscall(SYS_landlock_restrict_self, fd, 0) < 0 ? -errno : 0;
    close((int)fd);
    return error;
}

#else

static int landlock(void)
{
    log_info("P011", "built without Landlock");
    return 0;
}

#endif

/* What the loop, libmagic on a buffer, the encoders and malloc call. */
static const int allowed[] = {
    SCMP_SYS(read),          SCMP_SYS(pread64),
    SCMP_SYS(write),         SCMP_SYS(writev),
    SCMP_SYS(sendmsg),       SCMP_SYS(recvmsg),
    SCMP_SYS(sendto),        SCMP_SYS(recvfrom),
    SCMP_SYS(epoll_wait),    SCMP_SYS(epoll_pwait),
    SCMP_SYS(epoll_ctl),     SCMP_SYS(epoll_create1),
    SCMP_SYS(eventfd2),      SCMP_SYS(memfd_create),
    SCMP_SYS(ftruncate),     SCMP_SYS(fcntl),
    SCMP_SYS(fstat),         SCMP_SYS(lseek),
    SCMP_SYS(close),         SCMP_SYS(munmap),
    SCMP_SYS(mremap),        SCMP_SYS(madvise),
    SCMP_SYS(brk),           SCMP_SYS(futex),
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres),
    SCMP_SYS(gettimeofday),  SCMP_SYS(getrandom),
    SCMP_SYS(getpid),        SCMP_SYS(gettid),
    SCMP_SYS(getrlimit),     SCMP_SYS(setpriority),
    SCMP_SYS(sched_yield),   SCMP_SYS(sched_getaffinity),
    SCMP_SYS(rt_sigaction),  SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),  SCMP_SYS(restart_syscall),
    SCMP_SYS(sigaltstack),   SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),          SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

/* Allowed only with certain arguments: no executable memory, no new process,
 * stat of descriptors alone, a signal (abort) only to this process. */
static int allow_some(scmp_filter_ctx ctx)
{
    const struct scmp_arg_cmp no_exec =
        SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    const struct scmp_arg_cmp thread =
        SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD);
    const struct scmp_arg_cmp by_fd =
        SCMP_A3(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, AT_EMPTY_PATH);
    const struct scmp_arg_cmp self =
        SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid());
    const struct scmp_arg_cmp own_limits = SCMP_A0(SCMP_CMP_EQ, 0);
    const struct scmp_arg_cmp no_new = SCMP_A2(SCMP_CMP_EQ, 0);

    return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, no_exec) |
           seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
                            no_exec) |
           seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, thread) |
           seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1,
                            by_fd) |
           seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, self) |
           seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 2,
                            own_limits, no_new) |
           /* its flags cannot be seen from here: libc then uses clone */
           seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
}

static int system_calls(void)
{
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    int error = ctx ? allow_some(ctx) : -ENOMEM;

    for (size_t i = 0; !error && i < sizeof allowed / sizeof *allowed; i++) {
        error = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i], 0);
        if (error == -EDOM) /* this processor has no such call */
            error = 0;
    }
    if (!error)
        error = seccomp_load(ctx);
    seccomp_release(ctx);
    if (error == -EINVAL || error == -ENOSYS) {
        log_warn("P012", "no system-call filter in this kernel");
        return 0;
    }
    return error;
}

int preparer_confine(void)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -errno;
#ifdef ETAGD_COVERAGE
    return 0; /* counters are written to files at the end */
#endif
    if (FULL && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
        return -errno;
    int error = landlock();
    if (error || !FULL)
        return error;
    return system_calls();
}
