/* SPDX-License-Identifier: MIT
 *
 * priv: giving up privileges, once and for good.
 * Layer: os.  Every call that changes who a process is, is here.
 */
#ifndef ETAGD_OS_PRIV_H
#define ETAGD_OS_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct priv_identity {
    bool change; /* false: stay who we are (not started by root, or alone) */
    bool alone;  /* root of a user namespace that has no nobody */
    bool keep_groups; /* they can't be given up here */
    uid_t uid;
    gid_t gid;
};

/* Who children are to be: `user` (and `group`, else the user's own); without a
 * user and started by root: "nobody", or who we are where root is alone in its
 * user namespace.  0 or -errno; -ENOENT: no such name; -EINVAL: none of this
 * user namespace; -EPERM: root without the capabilities to become that. */
int priv_find(const char *user, const char *group, struct priv_identity *out);

/* Drops groups, gid, uid and all capabilities (bounding and ambient sets too),
 * forbids new ones (no_new_privs), and CHECKs that root and every capability
 * are gone.  0 or -errno. */
int priv_drop(const struct priv_identity *id);

#endif
