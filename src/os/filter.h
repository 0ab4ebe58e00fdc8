/* SPDX-License-Identifier: MIT
 *
 * filter: which system calls a process may make from now on.
 * Layer: os.  Not there in a build --without-seccomp.
 */
#ifndef ETAGD_OS_FILTER_H
#define ETAGD_OS_FILTER_H

#include <stdbool.h>

#include "os/sandbox.h"

/* A kernel that has none refuses them as one does that has and doesn't want
 * this one: so it is asked first. */
bool filter_known(void);

/* 0 or -errno; that the kernel knows no filters is none. */
int filter_enter(enum sandbox_role role);

#endif
