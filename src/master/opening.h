/* SPDX-License-Identifier: MIT
 *
 * opening: what needs privileges: listening sockets, roots, logs, identity.
 * Layer: master.  Done before any process is started; what fails is logged.
 */
#ifndef ETAGD_MASTER_OPENING_H
#define ETAGD_MASTER_OPENING_H

#include <stdbool.h>

struct conf;
struct generation;

struct inherit;
struct list;

/* all: generations whose sockets may be shared. */
bool opening_all(struct generation *g, const struct generation *old,
                 struct list *all, const struct inherit *inherit);
/* The file of a unix socket on which `conf` does not listen any more. */
void opening_remove_place(const char *listen, const struct conf *conf);

/* Opens the logs again and hands them to the workers. */
void opening_logs_again(struct generation *g);
/* Those that showed this generation have ended. */
void opening_leave_sides(struct generation *g);
void opening_close(struct generation *g);

/* Under which a side's socket is handed over. */
const char *opening_side_name(unsigned side);

#endif
