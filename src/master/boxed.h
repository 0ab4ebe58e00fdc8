/* SPDX-License-Identifier: MIT
 *
 * boxed: what a configuration comes to on this machine or in this container.
 * Layer: master.
 */
#ifndef ETAGD_MASTER_BOXED_H
#define ETAGD_MASTER_BOXED_H

#include "conf/load.h"

/* Tells the loader what there is; at each load, for limits change. */
void boxed_look(struct conf_source *source);

/* A line in the log where defaults became less, or what is configured is more
 * than there was at the last look. */
void boxed_log(const struct conf *c);

#endif
