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
static bool unchanged(struct guard *g, const struct entry *e,
                      const struct entry_form *f, int fd)
{
    const struct file_version *v = &e->version;
    struct file_stat s;

    if (fd == f->fd && fd != e->fd)
        v = &e->sidecar_version[f - e->form];
    if (file_stat(fd, &s) != 0)
        return false;
    if (as_announced(&s, v, f->exact))
        return true;
    g->doubt = !f->exact && s.size == v->size;
    return false;
}

/* Bytes of [at, at + n) into the block. */
static enum end copy(struct guard *g, int fd, uint64_t at, size_t n)
{
    ssize_t got = file_read_at(fd, g->block, n, at);

    g->n = 0;
    if (got < 0)
        return END_SYSTEM;
    return (size_t)got < n ? END_FILE_SHORT : END_OPEN;
}

static enum end copy_known(struct guard *g, int fd, uint64_t at, size_t n,
                           const uint64_t *sum)
{
    if (g->n == n && g->of == sum && g->sum == *sum)
        return END_OPEN; /* the last call's, of which not all went out */
    enum end why = copy(g, fd, at, n);
    if (why != END_OPEN)
        return why;
    if (sum_of(g->block, n) != *sum)
        return END_FILE_CHANGED;
    g->n = n;
    g->of = sum;
    g->sum = *sum;
    return END_OPEN;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

enum end guard_take(struct guard *g, const struct entry *e,
                    const struct entry_form *f, const struct piece *p,
                    const char **bytes, size_t *n)
{
    uint64_t size = e->source.form[f - e->form].size;
    uint64_t at = p->offset / SUM_BLOCK * SUM_BLOCK;
    size_t skip = (size_t)(p->offset - at);
    enum end why = END_OPEN;

    g->doubt = false;
    *n = (size_t)least(p->bytes, SUM_BLOCK - skip);
    *bytes = g->block + skip;
    if (f->bytes) {
        /* they came into memory while it was being sent */
        *bytes = f->bytes + p->offset;
    } else if (f->sums) {
        why = copy_known(g, p->fd, at, (size_t)least(size - at, SUM_BLOCK),
                         &f->sums[p->offset / SUM_BLOCK]);
    } else {
        *bytes = g->block;
        why = copy(g, p->fd, p->offset, *n);
        if (why == END_OPEN && !unchanged(g, e, f, p->fd))
            why = END_FILE_CHANGED;
    }
    return why;
}
