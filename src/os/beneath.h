/* SPDX-License-Identifier: MIT
 *
 * beneath: openat2's RESOLVE_BENEATH where the call itself is not to be had.
 * Layer: os.  Service managers and container runtimes refuse openat2, since a
 * filter can't see its flags; systemd does with RestrictSUIDSGID=yes.
 */
#ifndef ETAGD_OS_BENEATH_H
#define ETAGD_OS_BENEATH_H

#include "os/file.h"

/* As file_open_beneath(), one component at a time; costs a call for each. */
int beneath_open(int root, const char *path, enum file_links links);

#endif
