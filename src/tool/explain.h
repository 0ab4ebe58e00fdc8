/* SPDX-License-Identifier: MIT
 *
 * explain: "etagd explain": what a request would be answered with, and why,
 * without a server.
 * Layer: tool.
 */
#ifndef ETAGD_TOOL_EXPLAIN_H
#define ETAGD_TOOL_EXPLAIN_H

/* argv[0] is the word "explain".  The process's exit status. */
int explain_main(int argc, char **argv);

#endif
