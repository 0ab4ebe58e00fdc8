/* SPDX-License-Identifier: MIT
 *
 * lookup: what a target names on a file system that may not answer.
 * Layer: files.
 */
#ifndef ETAGD_FILES_LOOKUP_H
#define ETAGD_FILES_LOOKUP_H

#include "files/aside.h"
#include "files/find.h"
#include "http/target.h"
#include "os/directory.h"

struct look {
    struct aside_job job;
    struct list waiters;
    struct view *view;
    unsigned site;
    struct target target;
    struct found found;
    struct directory *names; /* of a listing */
    char path[];
};

/* Has it looked up, where f says: a list where the caller waits (for
 * lookup_found() or aside_lost()), or NULL: refused. */
struct list *lookup_ask(struct files *fs, unsigned site,
                        const struct target *target, const struct found *f);

/* The next one that is done, or NULL; to be settled (resolve_found()), then to
 * be ended: those that waited go on. */
struct look *lookup_found(struct files *fs);
void lookup_end(struct files *fs, struct look *l);

#endif
