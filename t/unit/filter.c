/* SPDX-License-Identifier: MIT
 *
 * Tests of filter_enter() and filter_known() in kernels of several kinds: a
 * filter around the child answers as these would.
 */
#include "config.h"

#include "unit.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/filter.h"

#define NUMBER ((unsigned)offsetof(struct seccomp_data, nr))
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ /* its lower half */
#define ARGUMENT(n) ((unsigned)offsetof(struct seccomp_data, args[n]))
#else
#define ARGUMENT(n) ((unsigned)offsetof(struct seccomp_data, args[n]) + 4)
#endif

/* How a kernel refuses a filter, by seccomp() and by prctl(); 0: it does not.
 */
static const struct kernel {
    const char *row;
    unsigned by_seccomp, by_prctl;
    bool knows; /* and says of none at all (NULL) that it is none */
    int outcome;
    bool in_force;
} kernels[] = {
    { "this one", 0, 0, true, 0, true },
    { "without seccomp()", ENOSYS, 0, true, 0, true },
    { "without filters and seccomp()", ENOSYS, EINVAL, false, 0, false },
    { "without filters", EINVAL, EINVAL, false, 0, false },
    { "that refuses this one", EINVAL, EINVAL, true, -EINVAL, false },
    { "without room for it", ENOMEM, ENOMEM, true, -ENOMEM, false },
};

/* The first argument says that a filter is to be set, the third is that. */
static void refuse(unsigned call, unsigned first, bool even_none,
                   unsigned error)
{
    const bool any = error == ENOSYS; /* there is no such call */
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NUMBER),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 5),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ARGUMENT(0)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, first, 0, any ? 0 : 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ARGUMENT(2)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, even_none || any ? 0 : 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog p = { ROWS(code), code };

    if (error && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &p) != 0)
        _exit(99);
}

static void become(const struct kernel *k)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        _exit(99);
    refuse(SYS_prctl, PR_SET_SECCOMP, !k->knows, k->by_prctl);
    refuse(SYS_seccomp, SECCOMP_SET_MODE_FILTER, !k->knows, k->by_seccomp);
}

static int in_child(const struct kernel *k, int (*what)(void))
{
    int status;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        become(k);
        _exit(what());
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    ROW_CHECK(k->row, WIFEXITED(status) && WEXITSTATUS(status) != 99);
    return WEXITSTATUS(status);
}

static int enter(void)
{
    return -filter_enter(SANDBOX_OBSERVER);
}

static int enter_and_look(void)
{
    (void)filter_enter(SANDBOX_OBSERVER);
    /* not among an observer's calls */
    return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) < 0 && errno == EPERM;
}

static int known(void)
{
    return filter_known();
}

static void a_kernel_with_filters_or_without(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(kernels); i++) {
        const struct kernel *k = &kernels[i];
        ROW_CHECK(k->row, in_child(k, known) == k->knows);
        ROW_CHECK(k->row, in_child(k, enter) == -k->outcome);
        ROW_CHECK(k->row, in_child(k, enter_and_look) == k->in_force);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kernel_with_filters_or_without),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
