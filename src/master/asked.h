/* SPDX-License-Identifier: MIT
 *
 * asked: reloads and upgrades, each in its turn.
 * Layer: master.  A generation or a program that comes up opens addresses: the
 * next one, which does not get them from it, would find them taken.
 */
#ifndef ETAGD_MASTER_ASKED_H
#define ETAGD_MASTER_ASKED_H

#include <stdbool.h>
#include <sys/types.h>

struct master;

/* Whether a reload has to wait until a program has come up or has failed to,
 * one that waits for its own turn included; and the log's line about it. */
bool asked_waits(const struct master *m);
void asked_tell(const struct master *m);

/* Somebody asks for one.  False: it waits. */
bool asked_reload(struct master *m);
/* The same; it also waits for generations that come up, or have not let go of
 * addresses that a new program may want. */
bool asked_upgrade(struct master *m);

/* Whether one has waited and need not any longer; tells that once. */
bool asked_reload_due(struct master *m);
bool asked_upgrade_due(struct master *m);

/* Another program serves: what waits is its business. */
void asked_pass_on(struct master *m, pid_t pid);
/* And so is what comes late, from whoever knew this one's number.  False: there
 * is no such program. */
bool asked_of_next(const struct master *m, int signal);

#endif
