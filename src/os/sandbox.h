/* SPDX-License-Identifier: MIT
 *
 * sandbox: what each kind of process can still do once it has all it needs.
 * Layer: os.  One table of system calls by role; a role's row is all that a
 * process of it may ask of the kernel.
 */
#ifndef ETAGD_OS_SANDBOX_H
#define ETAGD_OS_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

enum sandbox_role { SANDBOX_WORKER, SANDBOX_PREPARER, SANDBOX_OBSERVER };

#define SANDBOX_ABI_ALL 1000 /* all that the kernel's Landlock has */

struct sandbox {
    enum sandbox_role role;
    const int *below; /* directories below which files can be read */
    size_t n_below;
    int landlock_most; /* ABI at most; 0: as on a kernel without Landlock */
};

/* For good: no new privileges, no debugger and no core, Landlock as far as the
 * kernel has it, then the role's list of system calls.  A call that is not on
 * the list fails with EPERM; one that only an intruder would make (exec,
 * ptrace, mount ...) ends the process.  Builds with a sanitizer or with
 * coverage keep what their runtimes need: no list of calls there.  0 or -errno.
 */
int sandbox_enter(const struct sandbox *s);

/* Whether this build and this kernel have it all; *what says what is missing
 * ("" when nothing is). */
bool sandbox_whole(const char **what);

/* Closes every descriptor above 2 but those of `keep`, which is sorted on the
 * way; negative ones in it count for nothing. */
void sandbox_close_others(int *keep, size_t n);

#endif
