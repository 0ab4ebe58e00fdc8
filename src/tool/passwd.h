/* SPDX-License-Identifier: MIT
 *
 * passwd: "etagd passwd FILE USER": entries of the files that [access] names.
 * Layer: tool.
 */
#ifndef ETAGD_TOOL_PASSWD_H
#define ETAGD_TOOL_PASSWD_H

/* argv[0] is the word "passwd".  The process's exit status: 1: there is no such
 * user, the password is another one, or the file can't be changed. */
int passwd_main(int argc, char **argv);

#endif
