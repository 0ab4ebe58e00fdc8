/* SPDX-License-Identifier: MIT
 *
 * target_path: percent-decoding and dot segments (RFC 3986 2.1, 5.2.4, 6.2.2).
 * Layer: http (pure), internal to target_decode().
 */
#ifndef ETAGD_HTTP_TARGET_PATH_H
#define ETAGD_HTTP_TARGET_PATH_H

#include "http/target.h"

/* raw: empty or starting with '/', without the query.  Fills path, directory,
 * plain and dotted; storage has raw.n + 2 bytes. */
enum fault target_path_decode(struct target *out, struct span raw,
                              char *storage);

#endif
