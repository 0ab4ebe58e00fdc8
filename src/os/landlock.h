/* SPDX-License-Identifier: MIT
 *
 * landlock: no files, no ports and no signals but those that are named.
 * Layer: os.  By the kernel's numbers, without a library.
 */
#ifndef ETAGD_OS_LANDLOCK_H
#define ETAGD_OS_LANDLOCK_H

#include <stddef.h>

/* The newest ABI that this kernel has: 1 and up; 0: no Landlock. */
int landlock_abi(void);

/* From here on this process can open nothing but files and directories below
 * the directories `below`, for reading.  What ABIs above `abi` would forbid
 * besides stays allowed.  0 or -errno. */
int landlock_enter(int abi, const int *below, size_t n_below);

#endif
