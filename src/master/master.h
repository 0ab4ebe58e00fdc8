/* SPDX-License-Identifier: MIT
 *
 * master: the process that starts, replaces and ends all others.
 * Layer: master.  Reads no byte from the network.
 */
#ifndef ETAGD_MASTER_MASTER_H
#define ETAGD_MASTER_MASTER_H

#include "conf/load.h"

struct inherit;

/* Serves until told to stop; conf is taken over, source is where a reload reads
 * it from, argv what a later version of this program is started with.  The exit
 * status of the program. */
int master_run(struct conf *conf, const struct conf_source *source,
               struct inherit *inherit, char *const *argv);

#endif
