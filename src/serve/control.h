/* SPDX-License-Identifier: MIT
 *
 * control: what the master tells a worker.
 * Layer: serve.
 */
#ifndef ETAGD_SERVE_CONTROL_H
#define ETAGD_SERVE_CONTROL_H

struct worker;

/* Tells the master, at the other end of `control`, that this worker accepts
 * connections. */
void control_ready(int control);

/* A root has come to mean a directory that this worker may not read. */
void control_moved(int control);

/* Takes every message there is; the end of the channel means that the master is
 * gone: drain. */
void control_take(struct worker *w);

#endif
