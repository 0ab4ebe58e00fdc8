/* SPDX-License-Identifier: MIT
 *
 * roots: whether the directories that are served are still those that the
 * configuration names.
 * Layer: master.  A root is opened once; its name may come to mean another
 * directory: a link that is switched, a folder that is renamed and made
 * again, a mount.
 */
#ifndef ETAGD_MASTER_ROOTS_H
#define ETAGD_MASTER_ROOTS_H

#include <stdbool.h>

#include <stddef.h>

struct child;
struct master;

/* Once a second, when a worker was told() of, and for each generation that
 * comes to serve: is there another directory to be taken, by a reload? */
bool roots_moved(struct master *m);

/* A worker has found a root to be fd's directory (taken over): WORKER_ROOT. */
void roots_seen(struct master *m, const struct child *c, const char *message,
                size_t n, int fd);

/* A worker can't have the directory that a root's name means now. */
void roots_told(struct master *m, struct child *c);

/* Unless a generation is on its way that will have it, the workers are told
 * that nobody can do better, for requests wait for that.  After roots_moved():
 * that has looked since they spoke, and for the generation that serves now. */
void roots_answer(struct master *m);

/* Milliseconds until it is worth asking again; -1: not now. */
int roots_wait_ms(const struct master *m);

#endif
