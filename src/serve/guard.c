/* SPDX-License-Identifier: MIT
 *
 * guard: copies a block, then looks whether it is what was announced.
 * Layer: serve.  Bytes that lie in a socket by reference (sendfile) are the
 * file's own pages, until the client's program has read them if that runs on
 * this machine: whoever writes to the file writes to them.
 * Heap: one block, at the start.
 */
#include "serve/guard.h"

#include <stdlib.h>

#include "answer/txn.h"
#include "base/check.h"
#include "base/sum.h"
#include "files/entry.h"
#include "os/file.h"

bool guard_init(struct guard *g)
{
    g->block = malloc(SUM_BLOCK);
    g->n = 0;
    return g->block != NULL;
}

void guard_free(struct guard *g)
{
    free(g->block);
}

/* Is it the file that was announced, as far as times and size tell?  A strong
 * tag takes both, a weak one lets it grow, and change rights, owner and names.
 */
static bool as_announced(const struct file_stat *s,
                         const struct file_version *v, bool exact)
{
    bool times = s->size == v->size && s->mtime_ns == v->mtime_ns;

    /* replaced by rename or removed: the change is the loss of its name */
    if (times && (s->ctime_ns == v->ctime_ns || s->links == 0))
        return true;
    return !exact && (times || s->size > v->size);
}

/* Without sums. */
static bool unchanged(struct guard *g, const struct guard_ask *q)
{
    struct file_stat s;

    if (file_stat(q->fd, &s) != 0)
        return false;
    if (as_announced(&s, &q->version, q->exact))
        return true;
    g->doubt = !q->exact && s.size == q->version.size;
    return false;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

void guard_plan(struct guard_ask *q, const struct entry *e,
                const struct entry_form *f, const struct piece *p)
{
    uint64_t size = f->plan.size;

    CHECK(entry_is(e) && p->fd >= 0 && p->offset + p->bytes <= size);
    *q = (struct guard_ask){
        .fd = p->fd, .at = p->offset, .version = e->version, .exact = f->exact
    };
    if (p->fd == f->fd && p->fd != e->fd)
        q->version = *entry_sidecar(e, f->coding);
    if (f->sums) {
        q->sum = &f->sums[p->offset / SUM_BLOCK];
        q->value = *q->sum;
        q->at = p->offset / SUM_BLOCK * SUM_BLOCK;
        q->skip = (size_t)(p->offset - q->at);
    }
    q->n = (size_t)least(p->bytes, SUM_BLOCK - q->skip);
    q->read = f->sums ? (size_t)least(size - q->at, SUM_BLOCK) : q->n;
}

enum end guard_fetch(struct guard *g, const struct guard_ask *q)
{
    bool known = g->n == q->read && g->of == q->sum && g->sum == q->value;

    g->doubt = false;
    if (q->sum && known)
        return END_OPEN; /* the last call's, of which not all went out */
    ssize_t got = file_read_at(q->fd, g->block, q->read, q->at);
    g->n = 0;
    if (got < 0)
        return END_SYSTEM;
    if ((size_t)got < q->read)
        return END_FILE_SHORT;
    if (!q->sum)
        return unchanged(g, q) ? END_OPEN : END_FILE_CHANGED;
    if (sum_of(g->block, q->read) != q->value)
        return END_FILE_CHANGED;
    g->n = q->read;
    g->of = q->sum;
    g->sum = q->value;
    return END_OPEN;
}

enum end guard_take(struct guard *g, const struct entry *e,
                    const struct entry_form *f, const struct piece *p,
                    const char **bytes, size_t *n)
{
    struct guard_ask q;

    guard_plan(&q, e, f, p);
    *n = q.n;
    *bytes = g->block + q.skip;
    return guard_fetch(g, &q);
}
