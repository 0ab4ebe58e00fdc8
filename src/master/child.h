/* SPDX-License-Identifier: MIT
 *
 * child: what a process does from its fork to the job of its role.
 * Layer: master.
 */
#ifndef ETAGD_MASTER_CHILD_H
#define ETAGD_MASTER_CHILD_H

#include "master/generation.h"

/* "worker", "preparer", "observer", "scraper". */
const char *child_role_name(const struct child *c);

/* Why it did not come up, by what waitpid() says of it; NULL: nobody knows. */
const char *child_failure(int status);

/* In the fresh process: closes what is not its own, gives up privileges and
 * does its job.  control: its end of the channel to the master; prepare: a
 * worker's to the preparer. */
_Noreturn void child_main(struct generation *g, struct child *c, int control,
                          int prepare);

#endif
