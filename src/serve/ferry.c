/* SPDX-License-Identifier: MIT
 *
 * ferry: one job of a helper for each block.
 * Layer: serve.
 * Heap: a job, and a block while its bytes are there; neither for files on this
 * machine.
 */
#include "serve/ferry.h"

#include <stdlib.h>

#include "answer/txn.h"
#include "base/check.h"
#include "files/aside.h"
#include "files/entry.h"
#include "serve/conn.h"
#include "serve/guard.h"
#include "serve/worker.h"

struct ferry {
    struct aside_job job;
    struct worker *worker;
    struct conn *conn;   /* NULL: it has ended */
    struct entry *entry; /* held: its descriptor is being read from */
    struct guard guard;
    struct guard_ask ask;
    enum end why;
    bool there, late;
};

static void run(struct helper_job *job)
{
    struct ferry *f = LIST_ENTRY(job, struct ferry, job.job);

    f->why =
        guard_init(&f->guard) ? guard_fetch(&f->guard, &f->ask) : END_SYSTEM;
}

static void sink(struct ferry *f)
{
    CHECK(f->there && entry_is(f->entry));
    list_remove(&f->job.node);
    entry_release(&f->worker->files, f->entry);
    guard_free(&f->guard);
    free(f);
}

static void done(struct files *fs, struct aside_job *job)
{
    struct ferry *f = LIST_ENTRY(job, struct ferry, job);

    CHECK(!f->there && (!f->conn || f->conn->txn->ferry == f));
    (void)fs;
    f->there = true;
    if (!f->conn)
        sink(f);
    else if (!f->late)
        list_append(&f->worker->ferried, &job->node);
}

static void late(struct files *fs, struct aside_job *job)
{
    struct ferry *f = LIST_ENTRY(job, struct ferry, job);

    (void)fs;
    f->late = true;
    if (f->conn)
        list_append(&f->worker->ferried, &job->node);
}

struct conn *ferry_next(struct worker *w, enum end *why)
{
    if (list_empty(&w->ferried))
        return NULL;
    struct list *node = list_take(&w->ferried);
    const struct ferry *f =
        LIST_ENTRY(LIST_ENTRY(node, struct aside_job, node), struct ferry, job);
    CHECK((f->there || f->late) && conn_is(f->conn));
    *why = f->late ? END_UNANSWERED : END_OPEN;
    return f->conn;
}

/* False: no memory, or no helper. */
static bool send_out(struct worker *w, struct conn *c, struct entry *e,
                     const struct entry_form *form, const struct piece *p)
{
    struct ferry *f = calloc(1, sizeof *f);

    if (!f)
        return false;
    f->worker = w;
    f->conn = c;
    f->entry = e;
    f->job.job.run = run;
    f->job.done = done;
    f->job.late = late;
    guard_plan(&f->ask, e, form, p);
    if (aside_give(&w->files, &f->job, (unsigned)e->lane) != 0) {
        free(f);
        return false;
    }
    CHECK(!c->txn->ferry);
    entry_hold(e);
    c->txn->ferry = f;
    return true;
}

enum end ferry_take(struct worker *w, struct conn *c, struct entry *e,
                    const struct entry_form *form, const struct piece *p,
                    const char **bytes, size_t *n, bool *doubt)
{
    const struct ferry *f = c->txn->ferry;

    *n = 0;
    *doubt = false;
    if (!f)
        return send_out(w, c, e, form, p) ? END_OPEN : END_UNANSWERED;
    if (!f->there)
        return END_OPEN;
    *bytes = f->guard.block + f->ask.skip;
    *n = f->why == END_OPEN ? f->ask.n : 0;
    *doubt = f->guard.doubt;
    return f->why;
}

void ferry_empty(struct txn *t)
{
    if (!t->ferry || !t->ferry->there)
        return;
    sink(t->ferry);
    t->ferry = NULL;
}

void ferry_leave(struct txn *t)
{
    struct ferry *f = t->ferry;

    t->ferry = NULL;
    if (!f)
        return;
    CHECK(f->conn && f->conn->txn == t);
    f->conn = NULL;
    if (f->there)
        sink(f);
    else if (f->late)
        list_remove(&f->job.node);
}
