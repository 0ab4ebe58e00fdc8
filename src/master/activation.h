/* SPDX-License-Identifier: MIT
 *
 * activation: sockets that systemd passed replace the ini's listen lines.
 * Layer: master.
 */
#ifndef ETAGD_MASTER_ACTIVATION_H
#define ETAGD_MASTER_ACTIVATION_H

struct conf;
struct master;

/* At the start: reports what was passed and cannot be used. */
void activation_begin(struct master *m);

/* Replaces the listen lines of a fresh configuration and reports those that no
 * passed socket matches.  Does nothing without passed sockets. */
void activation_apply(struct master *m, struct conf *conf);

/* Closes what no generation has taken. */
void activation_end(struct master *m);

#endif
