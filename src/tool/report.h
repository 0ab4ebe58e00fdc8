/* SPDX-License-Identifier: MIT
 *
 * report: prints what a trial decided, and from what.
 * Layer: tool.
 */
#ifndef ETAGD_TOOL_REPORT_H
#define ETAGD_TOOL_REPORT_H

struct trial;

void report_print(struct trial *t);

#endif
