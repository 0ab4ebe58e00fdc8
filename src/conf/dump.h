/* SPDX-License-Identifier: MIT
 *
 * dump: the option table and the effective configuration as text.
 * Layer: conf.  Everything printed comes from the rows of keys.c.
 */
#ifndef ETAGD_CONF_DUMP_H
#define ETAGD_CONF_DUMP_H

#include <stdio.h>

#include "conf/conf.h"

/* The effective configuration as a valid ini file: every option, rules in
 * order.  Loading the result gives an equal configuration. */
void conf_dump(const struct conf *c, FILE *out);

/* Every option: section, key, type, limits, default, one line of help. */
void conf_help(FILE *out);

#endif
