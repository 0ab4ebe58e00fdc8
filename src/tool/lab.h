/* SPDX-License-Identifier: MIT
 *
 * lab: hands sub-commands over to the helper that is not part of the server.
 * Layer: tool.
 */
#ifndef ETAGD_TOOL_LAB_H
#define ETAGD_TOOL_LAB_H

#include <stdbool.h>

/* Whether a word of the command line is a sub-command of the helper. */
bool lab_knows(const char *word);

/* Becomes the helper, which gets argv from its sub-command on.  Returns only
 * when that failed, with the exit status; says why on standard error. */
int lab_become(char **argv);

#endif
