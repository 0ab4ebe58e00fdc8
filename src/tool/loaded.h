/* SPDX-License-Identifier: MIT
 *
 * loaded: the configuration that a command is about.
 * Layer: tool.
 */
#ifndef ETAGD_TOOL_LOADED_H
#define ETAGD_TOOL_LOADED_H

#include "conf/load.h"

/* NULL: it has faults, which are on standard error now. */
struct conf *loaded(const struct conf_source *source);

#endif
