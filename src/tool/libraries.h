/* SPDX-License-Identifier: MIT
 *
 * libraries: looks for those that are opened by some processes alone.
 * Layer: tool.
 */
#ifndef ETAGD_TOOL_LIBRARIES_H
#define ETAGD_TOOL_LIBRARIES_H

#include <stdbool.h>

#include "conf/conf.h"

/* Warns of what can be done without.  False: with this configuration etagd
 * would not start. */
bool libraries_there(const struct conf *conf);

#endif
