/* SPDX-License-Identifier: MIT
 *
 * priv: look up, then groups, gid, uid, no_new_privs, in this order.
 * Layer: os.  Returns 0 or -errno; a drop that did not take is a CHECK failure.
 */
#include "os/priv.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/check.h"

int priv_find(const char *user, const char *group, struct priv_identity *out)
{
    *out = (struct priv_identity){ .change = false };
    if (geteuid() != 0)
        return 0;
    errno = 0;
    const struct passwd *pw = getpwnam(user ? user : "nobody");
    if (!pw)
        return errno ? -errno : -ENOENT;
    *out = (struct priv_identity){ true, pw->pw_uid, pw->pw_gid };
    if (group) {
        errno = 0;
        const struct group *gr = getgrnam(group);
        if (!gr)
            return errno ? -errno : -ENOENT;
        out->gid = gr->gr_gid;
    }
    return 0;
}

static void clear_capabilities(void)
{
    struct __user_cap_header_struct head = { .version =
                                                 _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct none[2];

    memset(none, 0, sizeof none);
    (void)syscall(SYS_capset, &head, none);
    /* read back: nothing is left to use, and nothing to pass on */
    memset(none, 0xff, sizeof none);
    CHECK(syscall(SYS_capget, &head, none) == 0);
    for (int i = 0; i < 2; i++)
        CHECK(none[i].effective == 0 && none[i].permitted == 0 &&
              none[i].inheritable == 0);
}

/* While root's right to do so is there: what exec could give back.  Without it
 * no_new_privs has to do. */
static void clear_bounding_set(void)
{
    for (unsigned long c = 0; c <= 63; c++) {
        if (prctl(PR_CAPBSET_READ, c, 0, 0, 0) < 0)
            break; /* this kernel's last one was the one before */
        (void)prctl(PR_CAPBSET_DROP, c, 0, 0, 0);
    }
    (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

int priv_drop(const struct priv_identity *id)
{
    clear_bounding_set();
    if (id->change) {
        if (setgroups(0, NULL) != 0 ||
            setresgid(id->gid, id->gid, id->gid) != 0 ||
            setresuid(id->uid, id->uid, id->uid) != 0)
            return -errno;
        if (id->uid != 0)
            CHECK(setuid(0) != 0 && geteuid() == id->uid);
    }
    clear_capabilities();
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return -errno;
    return 0;
}
