/* SPDX-License-Identifier: MIT
 *
 * landlock: a ruleset that handles everything and allows reading below some
 * directories.
 * Layer: os.  Returns >= 0 or -errno.  The header that this is compiled with
 * may be older than the kernel: rights are listed by the ABI that has them.
 */
#include "os/landlock.h"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef HAVE_LINUX_LANDLOCK_H
#include <linux/landlock.h>

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

static int allow(int ruleset, int dir)
{
    struct landlock_path_beneath_attr rule = {
        .allowed_access =
            LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
        .parent_fd = dir,
    };

    if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH,
                &rule, 0) < 0)
        return -errno;
    return 0;
}

/* Sanitizers look into /proc when they report. */
static void allow_proc(int ruleset)
{
#ifdef ETAGD_SANITIZE
    int proc = open("/proc", O_PATH | O_CLOEXEC);

    (void)allow(ruleset, proc);
    close(proc);
#else
    (void)ruleset;
#endif
}

int landlock_abi(void)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
                       LANDLOCK_CREATE_RULESET_VERSION);

    return abi < 1 ? 0 : (int)abi; /* ENOSYS, EOPNOTSUPP */
}

int landlock_enter(int abi, const int *below, size_t n_below)
{
    struct ruleset set = { 0, 0, 0 };
    int error = 0;

    for (size_t i = 0; i < sizeof abis / sizeof *abis; i++) {
        if (abis[i].abi > abi)
            break;
        set.fs |= abis[i].handled.fs;
        set.net |= abis[i].handled.net;
        set.scoped |= abis[i].handled.scoped;
    }
    long fd = syscall(SYS_landlock_create_ruleset, &set, ruleset_bytes(abi), 0);
    if (fd < 0)
        return -errno;
    for (size_t i = 0; i < n_below && !error; i++)
        error = allow((int)fd, below[i]);
    allow_proc((int)fd);
    if (!error && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        error = -errno;
    if (!error && syscall(SYS_landlock_restrict_self, fd, 0) < 0)
        error = -errno;
    close((int)fd);
    return error;
}

#else

int landlock_abi(void)
{
    return 0;
}

int landlock_enter(int abi, const int *below, size_t n_below)
{
    (void)abi;
    (void)below;
    (void)n_below;
    return -ENOSYS;
}

#endif
