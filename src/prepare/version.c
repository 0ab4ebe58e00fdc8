/* SPDX-License-Identifier: MIT
 *
 * version: reads from the times themselves how coarse they are, for no call
 * tells the granularity of a file system.
 * Layer: prepare.  Pure.  The change time decides, which no user can set; a
 * modification time without a fraction may have been.
 */
#include "prepare/version.h"

#define SECOND_NS INT64_C(1000000000)

/* For how long the clock gives times that are stored as this one: ext4 with
 * small inodes, sshfs and others keep seconds, FAT even ones, exFAT hundredths.
 * A finer file system shows such a time once in 10^7 changes, and only waits.
 */
static int64_t grain_of(int64_t time_ns)
{
    if (time_ns % (2 * SECOND_NS) == 0)
        return 2 * SECOND_NS;
    if (time_ns % SECOND_NS == 0)
        return SECOND_NS;
    return time_ns % (SECOND_NS / 100) == 0 ? SECOND_NS / 100 : 0;
}

int64_t version_settles_ns(const struct file_version *v)
{
    int64_t last = v->mtime_ns > v->ctime_ns ? v->mtime_ns : v->ctime_ns;

    return last + grain_of(v->ctime_ns);
}

/* A time far ahead is of a clock that has been set back since. */
static bool young(int64_t time_ns, int64_t now_ns, int64_t tick_ns)
{
    return time_ns > now_ns - tick_ns && time_ns < now_ns + VERSION_AHEAD_NS;
}

bool version_young(const struct file_version *v, int64_t now_ns,
                   int64_t tick_ns)
{
    int64_t window = tick_ns + grain_of(v->ctime_ns);

    return young(v->ctime_ns, now_ns, window) ||
           young(v->mtime_ns, now_ns, window);
}
