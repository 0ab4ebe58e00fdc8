/* SPDX-License-Identifier: MIT
 *
 * show_budget: etagd --show-budget.
 * Layer: tool.
 */
#ifndef ETAGD_TOOL_SHOW_BUDGET_H
#define ETAGD_TOOL_SHOW_BUDGET_H

#include <stdio.h>

#include "conf/conf.h"

/* Adds up the memory that the configuration allows. */
void budget_show(const struct conf *conf, FILE *out);

#endif
