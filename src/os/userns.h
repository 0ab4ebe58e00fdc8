/* SPDX-License-Identifier: MIT
 *
 * userns: which users and groups there are in this process's user namespace.
 * Layer: os.  In the first namespace, and where /proc is not there to ask:
 * every one.
 */
#ifndef ETAGD_OS_USERNS_H
#define ETAGD_OS_USERNS_H

#include <stdbool.h>
#include <sys/types.h>

/* Whether `map`, the text of /proc/PID/uid_map or gid_map, has `id`. */
bool userns_map_has(const char *map, unsigned id);

bool userns_has_user(uid_t uid);
bool userns_has_group(gid_t gid);

/* Whether groups can be given up at all (user_namespaces(7): one that an
 * unprivileged user made alone denies it, since a group may also take rights
 * away). */
bool userns_setgroups(void);

#endif
