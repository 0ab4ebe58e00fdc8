/* SPDX-License-Identifier: MIT
 *
 * precompress: "etagd precompress DIR": forms made before a release goes out.
 * Layer: tool.
 */
#ifndef ETAGD_TOOL_PRECOMPRESS_H
#define ETAGD_TOOL_PRECOMPRESS_H

/* argv[0] is the word "precompress".  The process's exit status. */
int precompress_main(int argc, char **argv);

#endif
