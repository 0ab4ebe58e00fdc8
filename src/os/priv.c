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
#include "os/userns.h"

static bool capable(unsigned capability)
{
    struct __user_cap_header_struct head = { .version =
                                                 _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct now[2];

    memset(now, 0, sizeof now);
    if (syscall(SYS_capget, &head, now) != 0)
        return false;
    return now[capability / 32].effective & (1u << capability % 32);
}

static bool same_group(gid_t gid)
{
    gid_t real, effective, saved;

    return getresgid(&real, &effective, &saved) == 0 && real == gid &&
           effective == gid && saved == gid;
}

/* Before anything is started, for a child that can't become what it should
 * only ends, and the next one too. */
static int possible(const char *user, struct priv_identity *id)
{
    bool there = userns_has_user(id->uid) && userns_has_group(id->gid);

    if (!there && user)
        return -EINVAL;
    if (!there) {
        /* to be root here is to be the one user who made the namespace; the
         * capabilities, which are of this namespace only, go all the same */
        *id = (struct priv_identity){ .alone = true };
        return 0;
    }
    if ((id->uid != 0 && !capable(CAP_SETUID)) ||
        (!same_group(id->gid) && !capable(CAP_SETGID)))
        return -EPERM;
    id->keep_groups = !capable(CAP_SETGID) || !userns_setgroups();
    return 0;
}

int priv_find(const char *user, const char *group, struct priv_identity *out)
{
    *out = (struct priv_identity){ .change = false };
    if (geteuid() != 0)
        return 0;
    errno = 0;
    const struct passwd *pw = getpwnam(user ? user : "nobody");
    if (!pw)
        return errno ? -errno : -ENOENT;
    *out = (struct priv_identity){ .change = true,
                                   .uid = pw->pw_uid,
                                   .gid = pw->pw_gid };
    if (group) {
        errno = 0;
        const struct group *gr = getgrnam(group);
        if (!gr)
            return errno ? -errno : -ENOENT;
        out->gid = gr->gr_gid;
    }
    return possible(user ? user : group, out);
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
        if ((!id->keep_groups && setgroups(0, NULL) != 0) ||
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
