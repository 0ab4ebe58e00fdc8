/* SPDX-License-Identifier: MIT
 *
 * usage: what `etagd --help` prints.
 * Layer: tool.
 */
#ifndef ETAGD_TOOL_USAGE_H
#define ETAGD_TOOL_USAGE_H

/* In Chinese where the environment says so and can show it: a locale of zh in
 * UTF-8. */
const char *usage_text(void);

#endif
