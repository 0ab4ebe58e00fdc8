/* SPDX-License-Identifier: MIT
 *
 * upgrade: another program takes over the listening sockets (USR2).
 * Layer: master.  The new one serves before the old one stops accepting; if it
 * does not come up, the old one goes on as if nothing had been.
 */
#ifndef ETAGD_MASTER_UPGRADE_H
#define ETAGD_MASTER_UPGRADE_H

#include <stdbool.h>
#include <sys/types.h>

struct master;

/* Notes which program this is, before it is replaced on disk. */
void upgrade_begin(struct master *m, char *const *argv);

/* In the old one: starts the new one. */
void upgrade_start(struct master *m);
/* Its channel has something, or has ended.  True: it serves; what is under way
 * here is to be finished. */
bool upgrade_message(struct master *m);
/* It has ended; false: it was another process. */
bool upgrade_reap(struct master *m, pid_t pid, int status);
/* This one is to end by that signal, and so is the new one unless it serves
 * already. */
void upgrade_cancel(struct master *m, int signal);
/* This one is to end after a while.  Should the new one turn out to serve
 * already, it ends by itself, and this one at once. */
void upgrade_call_off(struct master *m);
/* That end is still to come. */
bool upgrade_ends(const struct master *m);
/* Gives up on one that says nothing; milliseconds until then, or -1. */
int upgrade_turn(struct master *m);

/* In the new one: tells the old one that it may go, and which of its
 * connections are taken here. */
void upgrade_ready(struct master *m);
/* Which those are from here on: also to programs before that one, of which each
 * may have some that finish longer than those of the next. */
void upgrade_serves(struct master *m);
/* From here on none is, and what they still have is their own. */
void upgrade_alone(struct master *m);

#endif
