/* SPDX-License-Identifier: MIT
 *
 * checkup: `etagd check`: what caches and browsers will make of the rules.
 * Layer: tool.
 */
#ifndef ETAGD_TOOL_CHECKUP_H
#define ETAGD_TOOL_CHECKUP_H

#include <stdio.h>

struct conf;

/* `etagd check --json` for the observer, of the first files; each doubt once a
 * rule. */
void check_foresee(const struct conf *conf, FILE *out);

/* argv[0] is the sub-command's name.  Exit status: 0 nothing doubtful, 1 doubts
 * were found or something could not be read, 2 bad usage or configuration. */
int check_main(int argc, char **argv);

#endif
