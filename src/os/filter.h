/* SPDX-License-Identifier: MIT
 *
 * filter: which system calls a process may make from now on.
 * Layer: os.  Not there in a build --without-seccomp.
 */
#ifndef ETAGD_OS_FILTER_H
#define ETAGD_OS_FILTER_H

#include "os/sandbox.h"

/* 0 or -errno; a kernel without filters is none. */
int filter_enter(enum sandbox_role role);

#endif
