/* SPDX-License-Identifier: MIT
 *
 * remote: asks a running master through its control socket.
 * Layer: master.
 */
#ifndef ETAGD_MASTER_REMOTE_H
#define ETAGD_MASTER_REMOTE_H

/* Sends the word, prints the answer, waits for the end of the connection; the
 * exit status for this program.  Text of a failure goes to standard error. */
int remote_ask(const char *path, const char *word);

#endif
