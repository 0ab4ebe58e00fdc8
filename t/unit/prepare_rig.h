/* SPDX-License-Identifier: MIT
 *
 * rig: a preparer in a child process, and workers' ends of its channels.
 */
#ifndef ETAGD_UNIT_PREPARE_RIG_H
#define ETAGD_UNIT_PREPARE_RIG_H

#include <stdbool.h>
#include <sys/types.h>

#include "conf/conf.h"
#include "prepare/client.h"

#define RIG_WORKERS 2

struct rig {
    struct conf conf;
    char dir[64];
    int dir_fd;
    pid_t pid;
    int control;
    int channel[RIG_WORKERS];
    struct client *client[RIG_WORKERS];
    unsigned make; /* codings that are asked for; all at first */
    bool bare;     /* asks come without descriptors */
};

/* conf has defaults fit for tests; change it, then start. */
void rig_init(struct rig *r);
void rig_start(struct rig *r);
/* Closes all; the preparer has to end with 0 (or by `killed`). */
void rig_stop(struct rig *r, int killed);

void rig_pause(struct rig *r, bool stop);

int rig_write(struct rig *r, const char *name, const void *p, size_t n);
int rig_write_str(struct rig *r, const char *name, const char *s);
/* Sets its mtime so far from now; within a second ahead it is surely racy. */
void rig_touch(struct rig *r, const char *name, int64_t ahead_ns);
/* Waits until mtime and ctime are old enough not to be racy. */
void rig_age(struct rig *r, const char *name);

void rig_version(int fd, struct file_version *v);
/* Fills the ask and sends it with the open file and its sidecars' bits. */
void rig_ask(struct rig *r, int worker, const char *name, uint64_t seq,
             bool codings, unsigned sidecars);
/* Next answer, within a generous deadline; < 0: the channel's end. */
int rig_take(struct rig *r, int worker, struct prepare_answer *a);
/* rig_ask and rig_take of facts that are complete. */
void rig_facts(struct rig *r, int worker, const char *name,
               struct prepare_answer *a);

/* Facts, then all codings; out[c] is each one's answer. */
void rig_take_all(struct rig *r, int worker, uint64_t seq,
                  struct prepare_answer out[CODING_COUNT]);

#endif
