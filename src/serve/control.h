/* SPDX-License-Identifier: MIT
 *
 * control: what the master tells a worker.
 * Layer: serve.
 */
#ifndef ETAGD_SERVE_CONTROL_H
#define ETAGD_SERVE_CONTROL_H

#include <stddef.h>

struct files;
struct root;
struct worker;

/* Tells the master, at the other end of `control`, that this worker accepts
 * connections. */
void control_ready(int control);

/* If roots have come to mean other directories, which other workers may not see
 * before there are yet others; or one that this worker may not read. */
void control_moved(int control, struct files *fs);

/* What others have found roots to be, if that is next: before answers. */
void control_roots(struct files *fs, int control);

/* Takes every message there is; the end of the channel means that the master is
 * gone: drain. */
void control_take(struct worker *w);

#endif
