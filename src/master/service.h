/* SPDX-License-Identifier: MIT
 *
 * service: the master as a service: READY, STATUS, WATCHDOG, idle exit.
 * Layer: master.
 */
#ifndef ETAGD_MASTER_SERVICE_H
#define ETAGD_MASTER_SERVICE_H

struct master;

void service_begin(struct master *m);

/* A generation serves: the first one, or one more. */
void service_ready(struct master *m);
void service_reloading(struct master *m);
/* A reload came to nothing; the old generation goes on. */
void service_unchanged(struct master *m);
void service_stopping(struct master *m);

/* Looks after beats, watchdog, status line and idle exit; milliseconds until it
 * is to be called again. */
int service_turn(struct master *m);

#endif
