/* SPDX-License-Identifier: MIT
 *
 * trial: one request against a configuration, decided by the server's own code
 * without a server: a worker's state without sockets, and a preparer process.
 * Layer: tool.
 */
#ifndef ETAGD_TOOL_TRIAL_H
#define ETAGD_TOOL_TRIAL_H

#include <stdbool.h>
#include <sys/types.h>

#include "answer/txn.h"
#include "base/span.h"
#include "master/generation.h"
#include "serve/conn.h"
#include "serve/request.h"
#include "serve/worker.h"

struct trial {
    struct generation *home;
    struct tallies *tallies;
    struct worker *w;
    struct request request; /* the last one */
    struct worker_start start;
    struct conn conn;
    int control[2], preparer[2];
    pid_t pid;
    _Atomic uint64_t connections;
    enum request_result result;
    struct record *record; /* of the answer; NULL: none was given */
    struct span head;      /* of the answer */
};

/* Takes over conf (which stays readable until trial_end()).  False: said why on
 * the error log. */
bool trial_begin(struct trial *t, struct conf *conf);

/* Answers the request, in the end as if all forms of the file had been asked
 * for. */
void trial_run(struct trial *t, struct span request);

/* The entry that answered, or NULL: the request needed none. */
struct entry *trial_entry(struct trial *t);

void trial_end(struct trial *t);

#endif
