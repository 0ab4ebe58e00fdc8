/* SPDX-License-Identifier: MIT
 *
 * pidfile: the file with the master's process number.
 * Layer: master.  Writes over a process number and nothing else, removes its
 * own and no other's.
 */
#ifndef ETAGD_MASTER_PIDFILE_H
#define ETAGD_MASTER_PIDFILE_H

/* path may be NULL: nothing is done.  A failure is logged. */
void pidfile_write(const char *path);

/* Unless another process's number is in it by now. */
void pidfile_remove(const char *path);
/* A configuration that says `now` follows one that said `before`. */
void pidfile_follow(const char *before, const char *now);

#endif
